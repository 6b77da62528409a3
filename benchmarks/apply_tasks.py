"""Applying: everything new, and everything (but at most 50,000 configurations) changed."""

from __future__ import annotations

from benchmarks.ground import FLOOR, PRODUCT, Ground, Subject, require
from benchmarks.measuring import Measured
from benchmarks.plan_tasks import missing_loader
from benchmarks.rival_tasks import applying

NEW = "apply, all new"
_FORCE = "Everything is changed at once, to measure it"


def new(ground: Ground) -> list[Subject]:
    """Return the subjects of applying the whole base state to an empty database."""

    def program(number: int) -> Measured:
        if number == 0:
            return ground.first_apply
        return ground.apply_base("work")

    parts = len(ground.shape.parts)
    return [
        Subject(NEW, "reconciler apply", PRODUCT, program, f"{parts} applies" if parts > 1 else ""),
        *_floors(ground, NEW, "base", ground.shape.configurations),
        applying(ground, NEW, "base"),
    ]


def changed(ground: Ground) -> list[Subject]:
    """Return the subjects of changing configurations that are there."""
    number = ground.shape.reconfigured
    task = f"apply, {number:,} changed"

    def program(_: int) -> Measured:
        ground.installation.copy("work", "loaded")
        return ground.apply("work", "wide", "--force", _FORCE)

    return [
        Subject(task, "reconciler apply", PRODUCT, program),
        *_floors(ground, task, "wide", number),
        applying(ground, task, "wide"),
    ]


def _floors(ground: Ground, task: str, ref: str, expected: int) -> list[Subject]:
    """Return the floor, with the fastest of the loaders that are to be had."""
    loader = [name for name in ground.loaders if not missing_loader(name)][-1]

    def run(_: int) -> Measured:
        if ref == "base":
            ground.installation.create_plain("floor")
        else:
            ground.installation.settle("floor")
        database = ground.installation.administrator("floor")
        done = ground.script("benchmarks.floors.apply", ref, loader, database=database)
        return require(done, f"{expected} written")

    remark = "one COPY, one statement a table; no trigger, chain, check"
    return [Subject(task, f"floor, {loader}", FLOOR, run, remark)]
