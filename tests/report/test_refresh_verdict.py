"""What the first line of a report says where records follow the catalog."""

from __future__ import annotations

import pytest

from reconciler.model.plan import BlockCode, BlockedReason, Plan
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.view import verdict
from tests.support.plan_inputs import change, plan_with

FOLLOW = "the records of dependencies, conflicts and required signatures at"
NOW = "follow what the catalog and the waivers say now"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (plan_with(), "No changes. The database is as desired."),
        (
            plan_with(refreshes=("bonn",)),
            f"No configuration changes; {FOLLOW} 1 site {NOW}.",
        ),
        (
            plan_with(change(), refreshes=("aalen", "bonn")),
            f"Plan: 1 to reconfigure, at 1 site; {FOLLOW} 2 sites {NOW}.",
        ),
        (plan_with(change()), "Plan: 1 to reconfigure, at 1 site."),
        (
            plan_with(
                refreshes=("bonn",),
                blocked=(BlockedReason(code=BlockCode.FINDING, message="because"),),
            ),
            "Blocked: no changes, and the plan may not be applied.",
        ),
    ],
)
def test_a_verdict_counts_the_sites_whose_records_follow(plan: Plan, said: str) -> None:
    assert verdict(plan) == said


def test_a_refresh_is_something_to_do_in_markdown() -> None:
    assert plan_as_markdown(plan_with(refreshes=("bonn",))).startswith("## 📝 ")
    assert plan_as_markdown(plan_with()).startswith("## ✅ ")
