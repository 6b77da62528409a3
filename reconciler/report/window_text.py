"""When a plan may be applied, as a line of text; the clock is given, never looked at."""

from __future__ import annotations

from datetime import datetime

from reconciler.model.plan import Plan
from reconciler.planning.change_windows import (
    named_sites,
    plan_opening,
    reasons,
    shown_time,
    site_openings,
)
from reconciler.planning.window_minutes import HORIZON_DAYS
from reconciler.report.escaping import printable


def application_time(plan: Plan, at: datetime) -> str | None:
    """Return when a plan may be applied, seen from ``at``; None where no change window is asked.

    The text is one line without control characters. The reason in it comes from a file, so in
    Markdown or HTML it is escaped like every other value.
    """
    if not plan.windows or not plan.differs:
        return None
    found = plan_opening(plan, at)
    timezone = (*found.closed_by, *plan.windows)[0].timezone
    when = shown_time(found.changes_at, timezone)
    if found.open:
        until = f" (until {when})" if found.changes_at else ""
        return f"May be applied now{until}"
    closed = [site for site, each in site_openings(plan, at).items() if not each.open]
    why = printable(f"({named_sites(closed)}): {reasons(found.closed_by)}")
    if found.changes_at is None:
        return f"May be applied at no time in the next {HORIZON_DAYS} days {why}"
    return f"May be applied from {when} {why}"
