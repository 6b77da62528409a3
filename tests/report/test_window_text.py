"""When a plan may be applied, in one line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.model.plan import ChangeWindow, Plan
from reconciler.model.schedule import WindowKind
from reconciler.report.window_text import application_time
from tests.support.hostile import HOSTILE
from tests.support.plan_inputs import change, plan_with

NOW = datetime(2026, 11, 24, 10, 30, 59, tzinfo=UTC)


def plan(
    cron: str, duration: str = "4h", *, reason: str = "Night shift", deny: bool = False
) -> Plan:
    window = ChangeWindow(
        site=None,
        kind=WindowKind.DENY if deny else WindowKind.ALLOW,
        cron=cron,
        duration=duration,
        timezone="Europe/Berlin",
        reason=reason,
    )
    changes = [change(site=site) for site in ("berlin", "bonn")]
    return plan_with(*changes, windows=(window,))


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (plan("0 10 * * *"), "May be applied now (until 2026-11-24 14:00 CET)"),
        (plan("0 10 * * *", deny=True), "from 2026-11-24 14:00 CET (berlin, bonn): Night shift"),
        (plan("0 2 * * *"), "May be applied from 2026-11-25 02:00 CET (berlin, bonn): Night shift"),
        (plan("* * * * *"), "May be applied now"),
        (
            plan("* * * * *", deny=True),
            "May be applied at no time in the next 400 days (berlin, bonn): Night shift",
        ),
    ],
)
def test_a_plan_with_windows_says_from_when_or_until_when(planned: Plan, expected: str) -> None:
    shown = application_time(planned, NOW)
    assert shown is not None
    assert shown.endswith(expected)


def test_the_same_plan_says_another_time_later_and_is_the_same_plan() -> None:
    planned = plan("0 2 * * *")
    later = NOW.replace(day=25, hour=5)
    expected = "May be applied from 2026-11-26 02:00 CET (berlin, bonn): Night shift"
    assert application_time(planned, later) == expected
    assert planned.content_id() == planned.plan_id


def test_nothing_is_said_where_there_are_no_windows_or_nothing_to_apply() -> None:
    assert application_time(plan_with(change()), NOW) is None
    assert application_time(plan_with(windows=plan("0 2 * * *").windows), NOW) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reason_is_one_line_and_steers_no_terminal(text: str) -> None:
    shown = application_time(plan("0 2 * * *", reason=text[:256]), NOW)
    assert shown is not None
    assert shown.isprintable()
    assert "##[" not in shown
