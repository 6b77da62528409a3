"""Reports of very many changes: folded where they are alike, and others' drift gives way first."""

from __future__ import annotations

import time
from dataclasses import replace
from uuid import UUID

from reconciler.model.change import Change, Drift, Origin
from reconciler.model.plan import Plan
from reconciler.report.plan_markdown import COMMENT_LIMIT, plan_as_markdown
from reconciler.report.plan_text import plan_as_text
from tests.report.markdown_page import Page
from tests.support.plan_inputs import change, difference, plan_with

BASE = {"commit": "0" * 40}


def alike(number: int) -> list[Change]:
    found = (difference("/syncInterval", 60, 90),)
    return [
        change(
            site=f"plant-{each:05d}",
            site_id=UUID(int=each),
            origin=Origin.PULL_REQUEST,
            differences=tuple(
                replace(one, source=f"desired-state/sites/plant-{each:05d}/extensions/erp.yaml")
                for one in found
            ),
        )
        for each in range(number)
    ]


def with_others_drift(rows: int) -> Plan:
    """One change of the pull request, and ``rows`` that drifted, no two alike."""
    drift = Drift(description="edited", session_user="alice", at="2026-11-22T16:00:00+00:00")
    others = [
        change(
            site=f"works-{each:05d}",
            site_id=UUID(int=100_000 + each),
            origin=Origin.DRIFT,
            drift=drift,
            differences=(difference("/note", "o" * 200, f"{each}" + "n" * 200),),
        )
        for each in range(rows)
    ]
    return plan_with(*alike(1), *others, base=BASE)


def test_five_thousand_changes_that_are_alike_make_a_comment_one_can_read() -> None:
    text = plan_as_markdown(plan_with(*alike(5000), base=BASE), limit=COMMENT_LIMIT)
    assert len(text) < 10_000
    assert "| `plant-00000`, `plant-00001` and 4998 more |" in text
    assert "at 5000 sites: <code>/syncInterval: 60 → 90</code>" in text
    assert "```diff\n- /syncInterval: 60\n+ /syncInterval: 90\n```" in text
    assert "From each site's own file" in text
    assert text.count("plant-00199") == 0
    assert "and 4801 more" in text


def test_as_text_they_are_one_entry_which_names_all_sites_when_asked() -> None:
    plan = plan_with(*alike(5000), base=BASE)
    assert len(plan_as_text(plan).splitlines()) < 15
    assert "plant-04999" in plan_as_text(plan, whole=True)


def test_others_drift_gives_way_before_the_pull_requests_own_values() -> None:
    text = plan_as_markdown(with_others_drift(200), limit=COMMENT_LIMIT)
    assert len(text) <= COMMENT_LIMIT
    assert "- /syncInterval: 60\n+ /syncInterval: 90\n" in text
    assert "/note" not in text
    assert "Only this pull request's field differences are shown, to fit." in text
    assert text.count("\n| ~ | `works-") == 200


def test_in_the_least_detail_it_is_still_one_section_and_closed() -> None:
    text = plan_as_markdown(with_others_drift(2000), limit=3000)
    page = Page(text)
    assert page.open == []
    (rest,) = page.collapsed
    assert "Not from this pull request (2000 changes)" in rest
    assert "2000 drifted at 2000 sites" in rest
    assert "1995 sites more" in rest


def test_folding_twenty_thousand_changes_takes_seconds_at_most() -> None:
    plan = plan_with(*alike(20_000), base=BASE)
    start = time.monotonic()
    assert "at 20000 sites" in plan_as_text(plan)
    assert time.monotonic() - start < 10
