"""Planning and validating: the program, and the floors."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from benchmarks.ground import FLOOR, PRODUCT, Ground, Subject, require
from benchmarks.measuring import Measured
from benchmarks.product import BLOCKED
from benchmarks.repository import SINGLES
from benchmarks.rival_tasks import planning

LOADERS = {"pyyaml": "yaml", "yaml-rs": "yaml_rs", "py-yaml12": "yaml12"}
"""What a floor can parse with, and the module that must be installed for it."""


def validate(ground: Ground) -> list[Subject]:
    """Return the subjects of checking every file of a commit, without a database."""

    def program(_: int) -> Measured:
        ground.product.forget()
        ground.has_cache = False
        return require(
            ground.product.run("validate", "--ref", "head"), f"{ground.shape.configurations}"
        )

    return [
        Subject("validate", "reconciler validate", PRODUCT, program, "no cache"),
        *_floors("validate", ground),
    ]


def cold(ground: Ground) -> list[Subject]:
    """Return the subjects of a plan without a cache, where a share of everything changed."""
    return [
        Subject("cold plan", "reconciler plan", PRODUCT, lambda _: _cold(ground), "no cache"),
        *_floors("cold plan", ground),
        *planning(ground),
    ]


def warm(ground: Ground) -> list[Subject]:
    """Return the subjects of a plan of one changed file, after a plan of everything else."""

    def program(number: int) -> Measured:
        _require_cache(ground)
        ref = f"one-{number % SINGLES}"
        planned = _plan(ground, ref)
        return require(planned, "1 to reconfigure")

    def floor(number: int) -> Measured:
        ref = f"one-{number % SINGLES}"
        return require(
            ground.script("benchmarks.floors.warm_plan", "base", ref, database=ground.loaded),
            "1 to reconfigure",
        )

    return [
        Subject("warm plan", "reconciler plan", PRODUCT, program, "after a cold plan"),
        Subject("warm plan", "floor", FLOOR, floor, "git's difference, digests rolled up by site"),
    ]


def drift(ground: Ground) -> list[Subject]:
    """Return the subjects of looking for drift where there is none."""

    def program(_: int) -> Measured:
        _require_cache(ground)
        found = ground.product.run("drift", "--ref", "base", database=ground.loaded)
        return require(found, "No drift")

    def floor(_: int) -> Measured:
        found = ground.script("benchmarks.floors.drift", database=ground.loaded)
        return require(found, "0 sites differ")

    return [
        Subject("drift", "reconciler drift", PRODUCT, program, "after a cold plan"),
        Subject("drift", "floor", FLOOR, floor, "digests rolled up by site, on the server"),
    ]


def missing_loader(loader: str) -> str:
    """Return why a floor cannot parse with something; empty where it can."""
    return "" if find_spec(LOADERS[loader]) else f"{loader} is not installed"


def _require_cache(ground: Ground) -> None:
    """Have a cold plan made, which nobody times, unless there was one since all was forgotten."""
    if not ground.has_cache:
        _cold(ground)


def _cold(ground: Ground) -> Measured:
    ground.product.forget()
    measured = require(_plan(ground, "head"), f"{len(ground.shape.changed())} to reconfigure")
    ground.has_cache = True
    return measured


def _plan(ground: Ground, ref: str) -> Measured:
    return ground.product.run(
        "plan", "--ref", ref, "--base", "base", database=ground.loaded, codes=(0, BLOCKED)
    )


def _floors(task: str, ground: Ground) -> list[Subject]:
    expected = f"{ground.shape.configurations} valid"
    database = ground.loaded if task == "cold plan" else ""
    if task == "cold plan":
        expected = f"{len(ground.shape.changed())} to reconfigure, 0 to end"

    def with_loader(loader: str) -> Callable[[int], Measured]:
        return lambda _: require(
            ground.script("benchmarks.floors.cold_plan", "head", loader, database=database),
            expected,
        )

    return [
        Subject(
            task,
            f"floor, {loader}",
            FLOOR,
            with_loader(loader),
            missing=missing_loader(loader),
        )
        for loader in ground.loaders
    ]
