"""The minutes in which a change window is open, as a number with one bit a minute.

The same few steps answer for every window, whatever its cron expression asks for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim

from reconciler.model.schedule import LONGEST_WINDOW_MINUTES, duration_minutes

HORIZON_DAYS = 400
"""How far ahead is looked."""
DAY_MINUTES = 24 * 60
LOOK_BACK_DAYS = LONGEST_WINDOW_MINUTES // DAY_MINUTES + 2
"""How long before an instant minutes begin: a window that is open then may have opened there."""
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_SOME_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - by a wall clock


@lru_cache(maxsize=256)
def open_minutes(cron: str, duration: str, timezone: str, origin: datetime) -> int:
    """Return the minutes after ``origin``, in UTC, in which a window is open.

    They reach to the horizon of an instant ``LOOK_BACK_DAYS`` after ``origin``, and a bit further.
    """
    is_open = _starts(cron, ZoneInfo(timezone), origin)
    lasting, minutes = 1, duration_minutes(duration) or 0
    while lasting < minutes:
        step = min(lasting, minutes - lasting)
        is_open |= is_open << step
        lasting += step
    return is_open


def _starts(cron: str, zone: ZoneInfo, origin: datetime) -> int:
    """Return the minutes after ``origin`` in which a window opens.

    cronsim is asked in the time of a wall clock, which knows of no changes of the clock: with a
    zone it misses openings where the clock is changed by half an hour.
    """
    minute, hour, *days = cron.split()
    once = not minute.startswith("*") and not hour.startswith("*")
    minutes = list(_within(f"{minute} * * * *", timedelta(hours=1)))
    clock = [at + past for at in _within(f"0 {hour} * * *", _DAY) for past in minutes]
    pattern = sum(1 << each for each in clock)
    found = 0
    for midnight in _days(days, origin.astimezone(zone).replace(tzinfo=None)):
        begins = _since(origin, midnight.replace(tzinfo=zone))
        ends = _since(origin, (midnight + _DAY).replace(tzinfo=zone))
        if ends - begins == DAY_MINUTES:
            found |= _shifted(pattern, begins)
        else:
            change = _change(zone, origin, begins, ends)
            found |= _on_day_of_change(pattern, begins, ends, change, once=once)
    return found


def _on_day_of_change(pattern: int, begins: int, ends: int, change: int, *, once: bool) -> int:
    """Return when a window opens on a day on which the clock of its zone is changed.

    Where the clock skips a time, what comes ``once`` comes as the clock is put forward; where it
    is shown twice, the first time. What does not (it has a ``*`` for minute or hour) comes as
    often as the clock shows it. That is how cron does it.

    Args:
        pattern: the minutes of the day, by the clock.
        begins: the minute at which the day begins, by the clock as it is before the change.
        ends: the minute at which the next day begins.
        change: the first minute after the change.
        once: neither the minute nor the hour is a ``*``.
    """
    put_back = ends - begins - DAY_MINUTES
    first = _shifted(pattern, begins) & _below(change)
    again = _shifted(pattern, ends - DAY_MINUTES)
    again &= ~_below(change + put_back if once and put_back > 0 else change)
    skipped = pattern >> (change - begins) & _below(-put_back)
    return first | again | (_shifted(1, change) if once and skipped else 0)


def _change(zone: ZoneInfo, origin: datetime, begins: int, ends: int) -> int:
    """Return the first minute at which the clock of ``zone`` goes as it does at ``ends``."""

    def offset(minute: int) -> timedelta | None:
        return (origin + minute * _MINUTE).astimezone(zone).utcoffset()

    after = offset(ends)
    minutes = range(begins, ends + 1)
    return minutes[bisect_left(minutes, 1, key=lambda minute: int(offset(minute) == after))]


def _shifted(bits: int, minutes: int) -> int:
    return bits << minutes if minutes >= 0 else bits >> -minutes


def _below(minute: int) -> int:
    return (1 << max(0, minute)) - 1


def _since(origin: datetime, instant: datetime) -> int:
    return (instant.astimezone(UTC) - origin) // _MINUTE


def _within(cron: str, length: timedelta) -> Iterator[int]:
    """Yield how many minutes after a midnight an expression comes that comes every day."""
    for at in CronSim(cron, _SOME_MIDNIGHT - _MINUTE):
        if at >= _SOME_MIDNIGHT + length:
            return
        yield (at - _SOME_MIDNIGHT) // _MINUTE


def _days(fields: Sequence[str], origin: datetime) -> Iterator[datetime]:
    """Yield the midnights of the days that match, from ``origin`` until after the horizon."""
    first = datetime.combine(origin, time()) - _DAY
    last = first + (LOOK_BACK_DAYS + HORIZON_DAYS + 3) * _DAY
    for at in CronSim(f"0 0 {' '.join(fields)}", first - _MINUTE):
        if at > last:
            return
        yield at
