"""Field differences in words: old, new, where from, and what a secret may tell of itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from reconciler.model.change import SENSITIVE, Action, FieldDifference, Operation
from reconciler.report.difference_text import (
    brief,
    diff_lines,
    secrets_note,
    shortened,
    source_text,
)
from reconciler.report.folding import Folded
from tests.support.plan_inputs import change, difference

PROFILE = "desired-state/profiles/standard.yaml"
OWN = "desired-state/sites/hartford/extensions/erp-adapter.yaml"
CHANGED, ADDED, REMOVED = Operation.REPLACE, Operation.ADD, Operation.REMOVE


def secret(operation: Operation, old: Any = SENSITIVE, new: Any = SENSITIVE) -> FieldDifference:
    return FieldDifference(
        pointer="/password", operation=operation, old=old, new=new, sensitive=True
    )


def value(pointer: str, source: str | None, operation: Operation = CHANGED) -> FieldDifference:
    return FieldDifference(pointer=pointer, operation=operation, old=1, new=2, source=source)


def entry(*differences: FieldDifference, sites: int = 1, **facts: Any) -> Folded:
    return Folded(
        tuple(
            change(site=f"plant-{each}", site_id=UUID(int=each), differences=differences, **facts)
            for each in range(sites)
        )
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (secret(CHANGED), "! /password: (sensitive) → (sensitive), changed"),
        (secret(ADDED, old=None), "+ /password: (sensitive)"),
        (secret(REMOVED, new=None), "- /password: (sensitive)"),
    ],
)
def test_a_secret_that_changes_is_told_from_one_that_comes_or_goes(
    found: FieldDifference, line: str
) -> None:
    assert diff_lines(entry(found)) == [line]


def test_a_secret_that_becomes_a_reference_shows_the_reference() -> None:
    reference = {"$secret": "vault://hartford#password"}
    assert diff_lines(entry(secret(CHANGED, new=reference))) == [
        "- /password: (sensitive)",
        '+ /password: {"$secret": "vault://hartford#password"}',
    ]


def test_a_text_that_only_reads_like_a_secret_is_shown_as_the_text_it_is() -> None:
    assert diff_lines(entry(difference("/note", SENSITIVE, "x")))[0] == '- /note: "(sensitive)"'


def test_two_values_alike_as_far_as_they_are_shown_are_said_to_differ() -> None:
    (line,) = diff_lines(entry(difference("/a", "x" * 5000 + "1", "x" * 5000 + "2")))
    assert line.startswith('! /a: "xxx')
    assert line.endswith(", changed")


def test_secrets_of_several_sites_are_never_said_to_be_one() -> None:
    note = "Secrets are not shown, and may be another at each site."
    assert secrets_note(entry(secret(CHANGED), sites=3)) == note
    assert secrets_note(entry(secret(CHANGED))) == ""
    assert secrets_note(entry(difference("/a", 1, 2), sites=3)) == ""


def test_one_file_is_named_once() -> None:
    found = entry(value("/a", PROFILE), value("/b", PROFILE), value("/c", None, REMOVED))
    assert source_text(found) == PROFILE
    assert diff_lines(found) == ["- /a: 1", "+ /a: 2", "- /b: 1", "+ /b: 2", "- /c: 1"]


def test_several_files_are_each_named_above_their_own_values() -> None:
    found = entry(
        value("/a", OWN), value("/b", PROFILE), value("/c", None, REMOVED), value("/d", OWN)
    )
    assert source_text(found) == ""
    assert diff_lines(found) == [
        f"@@ from {OWN} @@",
        "- /a: 1",
        "+ /a: 2",
        "- /d: 1",
        "+ /d: 2",
        f"@@ from {PROFILE} @@",
        "- /b: 1",
        "+ /b: 2",
        "@@ no file says it any more @@",
        "- /c: 1",
    ]


def test_what_has_no_source_names_none() -> None:
    found = entry(value("/a", None, REMOVED))
    assert (source_text(found), diff_lines(found)) == ("", ["- /a: 1"])


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ((difference("/a", 1, 2),), "/a: 1 → 2"),
        ((difference("/a", 1, 2), difference("/b", 1, 2)), "/a: 1 → 2 and 1 more"),
        ((value("/a", None, ADDED),), "/a: added 2"),
        ((value("/a", None, REMOVED),), "/a: removed 1"),
        ((secret(CHANGED),), "/password: (sensitive) → (sensitive), changed"),
        ((), ""),
    ],
)
def test_a_reconfiguration_is_told_in_brief_by_its_first_value(
    differences: tuple[FieldDifference, ...], said: str
) -> None:
    assert brief(change(differences=differences)) == said


def test_a_long_value_is_cut_in_brief() -> None:
    assert len(brief(change(differences=(difference("/a", 1, "x" * 1000),)))) < 120


def test_what_is_activated_is_told_by_its_number_of_values() -> None:
    made = change(action=Action.ACTIVATE, differences=(difference("/a"), difference("/b")))
    assert (shortened(made), brief(made)) == ("2 values", "")
