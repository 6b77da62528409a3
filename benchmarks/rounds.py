"""Rounds of runs: every subject once, then every subject again, so that they share what comes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.ground import PRODUCT, PROJECT, RIVAL, Ground, Subject, require
from benchmarks.installation import installation
from benchmarks.measuring import FailedRunError, Series
from benchmarks.product import Product
from benchmarks.repository import write_repository
from benchmarks.shape import shape_of
from benchmarks.tasks import TASKS


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how often."""

    only: tuple[str, ...]
    runs: int
    rival_runs: int
    rival_most: int
    loaders: tuple[str, ...]


def measure_start(folder: Path, options: Options) -> list[Series]:
    """Return how long the shortest commands take."""
    if "start" not in options.only:
        return []
    product = Product(PROJECT, folder / "home")
    product.home.mkdir()
    subjects = [
        Subject(
            "start",
            "reconciler --help",
            PRODUCT,
            lambda _: require(product.run("--help"), "Usage"),
        ),
        Subject(
            "validate the demonstration",
            "reconciler validate",
            PRODUCT,
            lambda _: require(product.run("validate"), "Valid"),
        ),
    ]
    return _rounds([(0, subject) for subject in subjects], options)


def measure_sizes(
    sizes: Sequence[int], extensions: int, folder: Path, server: str, options: Options
) -> list[Series]:
    """Return what every task took at every size; at each task the sizes take turns as well."""
    with contextlib.ExitStack() as grounds:
        made = [
            grounds.enter_context(_ground(size, extensions, folder, server, options))
            for size in sizes
        ]
        subjects = [
            (ground.shape.configurations, subject)
            for name in options.only
            if (subjects_of := TASKS[name]) is not None
            for ground in made
            for subject in subjects_of(ground)
        ]
        return sorted(_rounds(subjects, options), key=lambda found: found.size)


@contextlib.contextmanager
def _ground(
    size: int, extensions: int, folder: Path, server: str, options: Options
) -> Iterator[Ground]:
    shape = shape_of(size, extensions=extensions)
    place = folder / str(shape.configurations)
    product = Product(place / "repository", place / "home")
    say(f"{shape.configurations:,} configurations: writing them to git")
    place.mkdir()
    write_repository(shape, product.repository)
    with installation(server, shape, product.repository) as made:
        ground = Ground(shape, place, product, made, options.loaders, options.rival_most)
        say(f"{shape.configurations:,} configurations: applying them")
        ground.load()
        yield ground


def _rounds(subjects: Sequence[tuple[int, Subject]], options: Options) -> list[Series]:
    series = [
        Series(each.task, each.name, each.kind, size, each.missing or each.remark)
        for size, each in subjects
    ]
    for number in range(max(options.runs, options.rival_runs)):
        for (_, subject), found in zip(subjects, series, strict=True):
            wanted = options.rival_runs if subject.kind == RIVAL else options.runs
            if number < wanted and not subject.missing and not found.failed:
                _run(subject, found, number)
    return series


def _run(subject: Subject, found: Series, number: int) -> None:
    """Run a subject once more; one that fails says so and is not run again."""
    named = f"{found.size:,} {subject.task}, {subject.name}"
    try:
        # What it said was looked at, and may be long.
        found.runs.append(replace(subject.run(number), output=""))
    except FailedRunError as error:
        found.failed = True
        found.remark = f"FAILED in run {number + 1}"
        say(f"{named}: {error}")
    else:
        say(f"{named}: {found.walls[-1]:.2f} s")


def say(message: str) -> None:
    """Tell whoever waits what is going on."""
    print(message, file=sys.stderr, flush=True)
