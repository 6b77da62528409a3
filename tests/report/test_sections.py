"""What a report leads with: the pull request's own, never what somebody else did."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from reconciler.model.change import Action, Change, Drift, Origin
from reconciler.model.plan import BlockCode, BlockedReason, Plan, Scope
from reconciler.report.drift_text import drift_text, edits_text, rest_lines
from reconciler.report.folding import fold
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.plan_text import plan_as_text
from reconciler.report.sections import edits, sections
from reconciler.report.view import verdict
from tests.report.markdown_page import Page
from tests.report.printed import on_terminal
from tests.support.plan_inputs import change, difference, plan_with

BASE = {"commit": "0" * 40}
BLOCKED = (BlockedReason(code=BlockCode.FINDING, message="1 finding of missing-signoff"),)


def of(origin: Origin, site: str, **facts: Any) -> Change:
    differences = (difference(f"/{origin.value}", 1, 2),)
    given = {"differences": differences, "site_id": UUID(int=ord(site[0]))} | facts
    return change(site=site, origin=origin, **given)


def drifted(site: str, user: str | None, minute: int = 0, **facts: Any) -> Change:
    at = f"2026-11-22T16:{minute:02d}:00+00:00" if user else None
    drift = Drift(description="edited", session_user=user, at=at, application="psql")
    return of(Origin.DRIFT, site, drift=drift, **facts)


ALL = (
    of(Origin.PULL_REQUEST, "aalen"),
    of(Origin.PROFILE, "bonn"),
    of(Origin.PENDING, "cork"),
    drifted("dayton", "alice"),
)


def test_a_pull_request_leads_with_its_own_and_its_profiles() -> None:
    found = sections(plan_with(*ALL, base=BASE))
    assert [part.origin for part in found.lead] == [Origin.PULL_REQUEST, Origin.PROFILE]
    assert [part.origin for part in found.rest] == [Origin.PENDING, Origin.DRIFT]
    assert found.left == 2


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ((), "edited, by alice using psql at 2026-11-22T16:00:00+00:00"),
        (
            ("bob",),
            "edited, last by alice using psql at 2026-11-22T16:00:00+00:00, before that by bob",
        ),
        (tuple("bcdefgh"), ", before that by b, c, d, e, f and 2 others"),
    ],
)
def test_of_several_edits_the_last_is_told_and_who_made_the_others(
    earlier: tuple[str, ...], said: str
) -> None:
    made = drifted("dayton", "alice")
    assert made.drift is not None
    drift = made.drift.model_copy(update={"earlier_by": earlier})
    (entry,) = fold([made.model_copy(update={"drift": drift})])
    assert said in drift_text(entry)


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.DRIFTED])
def test_without_a_pull_request_everything_leads(scope: Scope) -> None:
    found = sections(plan_with(*ALL, scope=scope))
    assert [part.origin for part in found.lead] == list(Origin)
    assert found.rest == ()


def test_markdown_collapses_all_that_is_not_the_pull_requests_into_one_section() -> None:
    text = plan_as_markdown(plan_with(*ALL, base=BASE))
    *_, rest = Page(text).collapsed
    assert "Not from this pull request (2 changes)" in rest
    for said in ("Pending: in git, not yet applied", "Drift: changed in", "cork", "dayton"):
        assert said in rest
    before = text[: text.index("<details><summary><strong>")]
    assert "### Changes of this pull request\n" in before
    assert "### Changes through a profile of this pull request\n" in before
    assert not re.search("cork|dayton|alice", before)
    assert "<details>" not in text[text.index("Not from this pull request") :]


@pytest.mark.parametrize("shown", [plan_as_text, on_terminal])
def test_text_and_terminal_list_what_is_not_the_pull_requests_only_when_asked(shown: Any) -> None:
    plan = plan_with(*ALL, base=BASE)
    short, whole = shown(plan), shown(plan, whole=True)
    assert "Not from this pull request (2 changes); -v lists them" in short
    assert "1 pending at 1 site: in git, not yet applied" in short
    assert "1 drifted at 1 site, by alice using psql at 2026-11-22T16:00:00+00:00" in short
    assert not re.search("cork|dayton|/pending|/drift", short)
    assert "-v lists them" not in whole
    assert "- /pending: 1" in whole
    assert "- /drift: 1" in whole


def test_edits_are_told_by_person_with_the_first_and_the_last_time() -> None:
    changes = [
        drifted("aalen", "bob", 5),
        drifted("bonn", None),
        drifted("cork", "alice", 30),
        drifted("cork", "alice", 10, extension="another"),
    ]
    assert [edits_text(found) for found in edits(changes)] == [
        (
            "2 drifted at 1 site, by alice using psql "
            "between 2026-11-22T16:10:00+00:00 and 2026-11-22T16:30:00+00:00"
        ),
        "1 drifted at 1 site, by bob using psql at 2026-11-22T16:05:00+00:00",
        "1 drifted at 1 site, by nobody the audit log knows using psql",
    ]


def test_of_very_many_editors_the_first_are_named_and_the_rest_counted() -> None:
    changes = [drifted(f"plant-{number:02d}", f"user-{number:02d}") for number in range(30)]
    lines = rest_lines(sections(plan_with(*changes, base=BASE)))
    assert len(lines) == 6
    assert lines[-1] == "25 drifted besides"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (
            plan_with(ALL[0], *ALL[2:], base=BASE),
            "Plan: 1 to reconfigure, at 1 site. 2 other changes are not from this pull request.",
        ),
        (
            plan_with(of(Origin.PROFILE, "bonn", action=Action.DEACTIVATE), ALL[3], base=BASE),
            "Plan: 1 to deactivate, at 1 site. 1 other change is not from this pull request.",
        ),
        (
            plan_with(*ALL[2:], base=BASE),
            "Plan: nothing from this pull request. 2 changes come from elsewhere.",
        ),
        (
            plan_with(ALL[0], ALL[3], base=BASE, blocked=BLOCKED),
            (
                "Blocked: 1 to reconfigure, and the plan may not be applied. "
                "1 other change is not from this pull request."
            ),
        ),
        (plan_with(*ALL[:2], base=BASE), "Plan: 2 to reconfigure, at 2 sites."),
        (plan_with(*ALL), "Plan: 4 to reconfigure, at 4 sites."),
    ],
)
def test_a_verdict_counts_the_pull_requests_changes_apart(plan: Plan, said: str) -> None:
    assert verdict(plan) == said


def test_a_row_that_drifted_and_that_the_pull_request_changes_is_the_pull_requests() -> None:
    mine = drifted("aalen", "alice").model_copy(update={"origin": Origin.PULL_REQUEST})
    text = plan_as_markdown(plan_with(mine, base=BASE))
    assert "Not from this pull request" not in text
    assert "`edited, by alice using psql at 2026-11-22T16:00:00+00:00`" in text


def test_drift_is_put_down_to_who_edited_and_not_to_who_would_restore_it() -> None:
    plan = plan_with(drifted("aalen", "alice"), drifted("bonn", None), scope=Scope.DRIFTED)
    rows = [line.split() for line in on_terminal(plan).splitlines() if line.startswith("~")]
    assert [row[-1] for row in rows] == ["alice", "known"]
    text = plan_as_markdown(plan)
    assert "| `alice` | `2026-11-22T16:00:00+00:00` |" in text
    assert "| not known |  |" in text


def test_each_row_of_a_folded_edit_keeps_its_own_time_where_all_is_shown() -> None:
    changes = [drifted("aalen", "alice", 1), drifted("bonn", "alice", 2)]
    plan = plan_with(*changes, base=BASE)
    leading = plan_with(*changes, scope=Scope.DRIFTED)
    for text in (
        plan_as_markdown(plan),
        plan_as_text(plan, whole=True),
        plan_as_markdown(leading),
        on_terminal(leading, whole=True),
    ):
        assert "aalen 2026-11-22T16:01:00+00:00" in text
        assert "bonn 2026-11-22T16:02:00+00:00" in text
