"""Every kind of finding, by a folder that has it: which findings, where, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.kinds import ALL_KINDS
from tests.scenarios.built import BUILT
from tests.scenarios.collection import IN_FOLDERS, SCENARIOS
from tests.scenarios.scenario import lines_of
from tests.support.desired_folder import small_folder

EVERY = pytest.mark.parametrize("code", SCENARIOS)


@EVERY
def test_a_scenario_has_exactly_the_findings_it_lists(code: str, tmp_path: Path) -> None:
    found = SCENARIOS[code].failing(tmp_path / "desired-state").findings()
    assert lines_of(found) == SCENARIOS[code].expected
    assert code in {finding.code for finding in found}


@EVERY
def test_doing_what_the_hint_says_makes_the_finding_go(code: str, tmp_path: Path) -> None:
    left = SCENARIOS[code].mended(tmp_path / "desired-state").findings()
    assert code not in {finding.code for finding in left}
    assert lines_of(left) == SCENARIOS[code].left


@EVERY
def test_every_finding_says_what_to_do(code: str, tmp_path: Path) -> None:
    for finding in SCENARIOS[code].failing(tmp_path / "desired-state").findings():
        assert finding.message
        assert finding.hint
        assert "{" not in finding.hint.replace("{$secret:", "")


def test_every_kind_of_finding_has_a_scenario() -> None:
    assert sorted([*IN_FOLDERS, *BUILT]) == sorted(ALL_KINDS)


def test_every_code_is_written_in_kebab_case_and_told_once() -> None:
    assert all(code == kind.code for code, kind in ALL_KINDS.items())
    assert all(part.isalnum() for code in ALL_KINDS for part in code.split("-"))


def test_the_small_folder_has_no_findings(tmp_path: Path) -> None:
    assert small_folder(tmp_path / "desired-state").findings() == []
