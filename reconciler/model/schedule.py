"""How a change window's times are written: cron expression, duration, time zone.

Only the forms are here, as types of a field; when a window is open, ``planning.change_windows``
says. The names of the zones come from the package tzdata, the same ones on every machine.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

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


def _cron(value: str) -> str:
    if problem := cron_problem(value):
        raise PydanticCustomError("cron", problem)
    return value


def _duration(value: str) -> str:
    minutes = duration_minutes(value)
    if minutes is None or not 0 < minutes <= LONGEST_WINDOW_MINUTES:
        raise PydanticCustomError(
            "duration", "Input should be a time from 1m to 31d, such as 4h, 90m or 2d12h"
        )
    return value


def _time_zone(value: str) -> str:
    if not is_time_zone(value):
        raise PydanticCustomError(
            "time_zone", "Input should be a time zone as IANA names it, such as Europe/Berlin"
        )
    return value


Cron = Annotated[str, Field(max_length=100), AfterValidator(_cron)]
Duration = Annotated[
    str, Field(json_schema_extra={"pattern": DURATION_PATTERN}), AfterValidator(_duration)
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
