"""How a change window's times are written: cron expression, duration, time zone.

Only the forms are here; when a window is open is ``planning.change_windows``'. The names of the
zones come from the package tzdata, so that every machine takes the same ones.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

from cronsim import CronSim, CronSimError

LONGEST_WINDOW_MINUTES = 31 * 24 * 60
DURATION_PATTERN = r"^([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?$"
_DURATION = re.compile(DURATION_PATTERN, re.ASCII)
_MINUTES_OF_UNIT = {"d": 24 * 60, "h": 60, "m": 1}
_FIELDS = 5


class WindowKind(StrEnum):
    """What a change window does while it is open."""

    ALLOW = "allow"
    """Changes may be applied; outside of all allow windows they may not."""
    DENY = "deny"
    """A freeze: changes may not be applied."""


def cron_problem(text: str) -> str | None:
    """Return what is wrong with a cron expression of five fields, or None."""
    if not text.isascii() or len(text.split()) != _FIELDS:
        return (
            "Input should be the five fields of cron: minute, hour, day of month, month, "
            "day of week"
        )
    try:
        next(CronSim(text, datetime(2000, 1, 1)))  # noqa: DTZ001 - a day of the calendar
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")
        return f"Input should be a cron expression, and its {field} is none that comes"
    except StopIteration:
        return "Input should be a cron expression that comes at some time, and this one never does"
    return None


def duration_minutes(text: str) -> int | None:
    """Return how many minutes a duration such as ``2d12h`` is; None where it is no duration."""
    if not text or not _DURATION.fullmatch(text):
        return None
    return sum(
        int(number) * _MINUTES_OF_UNIT[unit]
        for number, unit in re.findall(r"([0-9]+)([dhm])", text)
    )


def is_time_zone(name: str) -> bool:
    """Return whether IANA's time zone database has a zone of this name, written so."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    listed = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory"}
