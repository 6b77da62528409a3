"""Why a plan is blocked, what overrides it, and when it may be applied: in every format."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.plan import BlockCode, BlockedReason, Plan
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.plan_text import plan_as_text
from reconciler.report.view import may_be_forced, verdict
from tests.report.printed import on_terminal
from tests.support.plan_inputs import change, plan_with

FIRM = BlockedReason(code=BlockCode.FINDING, message="2 findings of missing-signoff")
UNSAFE = BlockedReason(code=BlockCode.NARROWED, message="over 30 % would change", forceable=True)
OVERRIDES = 'Unsafe; apply --force "<reason>" overrides:'
WINDOW = "May be applied from 2026-11-23T06:00+01:00"


def blocked(*reasons: BlockedReason) -> Plan:
    return plan_with(change(), blocked=reasons)


@pytest.mark.parametrize(
    ("reasons", "said", "icon"),
    [
        ((FIRM,), "Blocked: 1 to reconfigure, and the plan may not be applied.", "⛔"),
        ((UNSAFE, FIRM), "Blocked: 1 to reconfigure, and the plan may not be applied.", "⛔"),
        (
            (UNSAFE,),
            'Unsafe: 1 to reconfigure, and only apply --force "<reason>" applies it.',
            "⚠️",
        ),
    ],
)
def test_the_verdict_says_whether_force_would_do(
    reasons: tuple[BlockedReason, ...], said: str, icon: str
) -> None:
    plan = blocked(*reasons)
    assert verdict(plan) == said
    assert may_be_forced(plan) is (FIRM not in reasons)
    assert plan_as_markdown(plan).startswith(f"## {icon} ")


def test_a_plan_that_is_not_blocked_needs_no_force() -> None:
    assert not may_be_forced(blocked())


@pytest.mark.parametrize("shown", [plan_as_text, on_terminal])
def test_text_and_terminal_keep_what_force_overrides_apart(shown: Any) -> None:
    text = shown(blocked(FIRM, UNSAFE))
    assert f"\n{OVERRIDES}\n  over 30 % would change" in text
    assert "\nBlocked:\n  2 findings of missing-signoff" in text
    assert OVERRIDES not in shown(blocked(FIRM))
    assert "\nBlocked:" not in shown(blocked(UNSAFE))


def test_markdown_keeps_what_force_overrides_apart() -> None:
    text = plan_as_markdown(blocked(UNSAFE, FIRM))
    assert "\n**Blocked:**\n- `2 findings of missing-signoff`\n" in text
    overrides = '\n**Unsafe; `apply --force "<reason>"` overrides:**\n'
    assert f"{overrides}- `over 30 % would change`\n" in text
    assert "**Unsafe" not in plan_as_markdown(blocked(FIRM))
    assert "**Blocked" not in plan_as_markdown(blocked(UNSAFE))


@pytest.mark.parametrize("shown", [plan_as_text, plan_as_markdown, on_terminal])
def test_when_a_plan_may_be_applied_stands_under_what_was_compared(shown: Any) -> None:
    plan = plan_with(change())
    with_window = [line.strip("` ") for line in shown(plan, window_line=WINDOW).splitlines()]
    filled = [line for line in with_window if line]
    assert filled[1:3] == ["machshop at no commit", WINDOW]
    assert "May be applied" not in shown(plan)
