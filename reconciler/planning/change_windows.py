"""When changes may be applied: the change windows of a plan, asked at an instant.

Nothing here looks at a clock: the instant is given. Time is looked at in whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from reconciler.model.desired import DesiredState
from reconciler.model.files import WindowEntry
from reconciler.model.plan import BlockCode, BlockedReason, ChangeWindow, Plan
from reconciler.model.schedule import WindowKind
from reconciler.planning.window_minutes import (
    DAY_MINUTES,
    HORIZON_DAYS,
    LOOK_BACK_DAYS,
    open_minutes,
)

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_HORIZON = (1 << HORIZON_DAYS * DAY_MINUTES) - 1
_MOST_SITES_NAMED = 5


class Opening(Struct, frozen=True):
    """Whether changes may be applied at an instant.

    ``changes_at`` is when that is no longer so, in UTC; None where it stays so for 400 days.
    ``freezes`` are the deny windows that are open; ``awaited`` are the allow windows, if there
    are any and none of them is open.
    """

    open: bool
    changes_at: datetime | None
    freezes: tuple[ChangeWindow, ...] = ()
    awaited: tuple[ChangeWindow, ...] = ()

    @property
    def closed_by(self) -> tuple[ChangeWindow, ...]:
        """The windows that stand in the way."""
        return self.freezes + self.awaited


def windows_of(head: DesiredState, sites: Iterable[str]) -> tuple[ChangeWindow, ...]:
    """Return the windows that hold at ``sites``: the installation's, then those of each site."""
    touched = sorted(set(sites))
    if not touched:
        return ()
    return (
        *_planned(None, head.project.windows),
        *(window for site in touched for window in _planned(site, head.sites[site].windows)),
    )


def opening(windows: Sequence[ChangeWindow], at: datetime) -> Opening:
    """Return whether changes may be applied at a site with these windows.

    Args:
        windows: the installation's and the site's own; without any, changes always may.
        at: the instant, with its time zone.
    """
    bits = _from(_allowed(windows, _origin(at)), at)
    found = [window for window in windows if _is_open(window, at)]
    allows = [window for window in windows if window.kind is WindowKind.ALLOW]
    return Opening(
        open=bool(bits & 1),
        changes_at=_next_change(bits, at),
        freezes=tuple(window for window in found if window.kind is WindowKind.DENY),
        awaited=() if any(window in found for window in allows) else tuple(allows),
    )


def site_openings(plan: Plan, at: datetime) -> dict[str, Opening]:
    """Return for each site that a plan touches whether it may be changed at ``at``."""
    known: dict[tuple[ChangeWindow, ...], Opening] = {}
    found = {}
    for site, windows in _windows_by_site(plan).items():
        if windows not in known:
            known[windows] = opening(windows, at)
        found[site] = known[windows]
    return found


def plan_opening(plan: Plan, at: datetime) -> Opening:
    """Return whether all of a plan may be applied at ``at``: at every site that it touches."""
    bits = _HORIZON
    for windows in set(_windows_by_site(plan).values()):
        bits &= _from(_allowed(windows, _origin(at)), at)
    closed = site_openings(plan, at).values()
    return Opening(
        open=bool(bits & 1),
        changes_at=_next_change(bits, at),
        freezes=tuple(dict.fromkeys(window for each in closed for window in each.freezes)),
        awaited=tuple(dict.fromkeys(window for each in closed for window in each.awaited)),
    )


def closed_windows(plan: Plan, at: datetime) -> list[BlockedReason]:
    """Return why a plan may not be applied at ``at``: freezes, and windows that are not open.

    Sites that wait for the same are named together. All of it can be forced.
    """
    waiting: dict[tuple[BlockCode, str, str], list[str]] = {}
    for site, found in site_openings(plan, at).items():
        for code, windows in (
            (BlockCode.FREEZE, found.freezes),
            (BlockCode.WINDOW, found.awaited),
        ):
            if windows:
                key = code, reasons(windows), shown_time(found.changes_at, windows[0].timezone)
                waiting.setdefault(key, []).append(site)
    return [
        BlockedReason(code=code, message=_message(code, why, when, sites), forceable=True)
        for (code, why, when), sites in sorted(waiting.items())
    ]


def reasons(windows: Iterable[ChangeWindow]) -> str:
    """Return the reasons of windows, each once."""
    return "; ".join(dict.fromkeys(window.reason for window in windows))


def named_sites(sites: Sequence[str]) -> str:
    """Return the names of sites, of many only the first."""
    more = len(sites) - _MOST_SITES_NAMED
    shown = ", ".join(sites[:_MOST_SITES_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def shown_time(at: datetime | None, timezone: str) -> str:
    """Return an instant by the clock of a time zone, None as not to be told."""
    if at is None:
        return f"at no time in the next {HORIZON_DAYS} days"
    return at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")


def _planned(site: str | None, entries: Iterable[WindowEntry]) -> list[ChangeWindow]:
    return [ChangeWindow(site=site, **entry.model_dump()) for entry in entries]


def _windows_by_site(plan: Plan) -> Mapping[str, tuple[ChangeWindow, ...]]:
    touched = sorted({*(change.site for change in plan.changes), *plan.refreshes})
    own: dict[str | None, list[ChangeWindow]] = {}
    for window in plan.windows:
        own.setdefault(window.site, []).append(window)
    return {site: (*own.get(None, ()), *own.get(site, ())) for site in touched}


def _message(code: BlockCode, why: str, when: str, sites: Sequence[str]) -> str:
    holds = "changes are frozen" if code is BlockCode.FREEZE else "no change window is open"
    return (
        f"{holds} at {named_sites(sites)} ({why}); it may be applied "
        f"{'' if when.startswith('at ') else 'from '}{when}"
    )


def _origin(at: datetime) -> datetime:
    """Return the midnight, in UTC, that minutes are counted from."""
    today = datetime.combine(at.astimezone(UTC), time(), UTC)
    return today - LOOK_BACK_DAYS * _DAY


def _from(bits: int, at: datetime) -> int:
    """Return the bits from the minute of ``at`` on, as far as the horizon."""
    return bits >> ((at - _origin(at)) // _MINUTE) & _HORIZON


def _next_change(bits: int, at: datetime) -> datetime | None:
    """Return when the first minute comes that differs from that of ``at``."""
    differing = bits ^ _HORIZON if bits & 1 else bits
    if not differing:
        return None
    minutes = (differing & -differing).bit_length() - 1
    return at.astimezone(UTC).replace(second=0, microsecond=0) + minutes * _MINUTE


def _is_open(window: ChangeWindow, at: datetime) -> bool:
    return bool(_from(open_minutes(*_times(window), _origin(at)), at) & 1)


def _allowed(windows: Sequence[ChangeWindow], origin: datetime) -> int:
    """Return the minutes in which changes may be applied: an allow window open, and no freeze."""
    allowed = denied = 0
    for window in windows:
        minutes = open_minutes(*_times(window), origin)
        if window.kind is WindowKind.ALLOW:
            allowed |= minutes
        else:
            denied |= minutes
    if all(window.kind is WindowKind.DENY for window in windows):
        allowed = -1
    return allowed & ~denied


def _times(window: ChangeWindow) -> tuple[str, str, str]:
    return window.cron, window.duration, window.timezone
