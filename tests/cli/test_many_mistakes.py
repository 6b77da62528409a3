"""5,000 configurations with 200 mistakes of nearly every kind: all are said in one run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.support.many_mistakes import MISTAKES, large_plant, make_mistakes

A_SLOW_MACHINE_NEEDS = 20.0
"""Seconds; a quiet one needs less than five."""


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_brings_the_finding_it_is_made_for_and_no_other(code: str) -> None:
    plant = large_plant(sites=1, extensions=3)
    assert plant.codes() == []
    path = MISTAKES[code](plant, "site-000")
    (found,) = plant.findings()
    assert (found.code, found.location.path) == (code, f"desired-state/{path}")


def test_200_mistakes_in_5000_configurations_are_all_reported_in_the_order_of_the_files(
    tmp_path: Path, program: Command
) -> None:
    plant = large_plant(sites=200, extensions=25)
    made = make_mistakes(plant, 200)
    plant.write(tmp_path / "desired-state")
    started = time.perf_counter()
    done = program("validate", "--json", cwd=tmp_path)
    took = time.perf_counter() - started
    findings = json.loads(done.out)["diagnostics"]
    places = [
        (each["location"]["path"], each["location"]["line"], each["location"]["column"])
        for each in findings
    ]
    assert done.code == 1
    assert sorted((path.removeprefix("desired-state/"), code) for path, code in made) == sorted(
        (each["location"]["path"].removeprefix("desired-state/"), each["code"]) for each in findings
    )
    assert places == sorted(places)
    assert len(findings) == 200
    assert took < A_SLOW_MACHINE_NEEDS
