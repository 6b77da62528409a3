"""When a request to GitHub is tried again, and after how long.

Pure but for the clocks, which come in from outside. What counts as a passing fault follows
GitHub's "Rate limits for the REST API".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from random import SystemRandom

from msgspec import Struct

FORBIDDEN = 403
TOO_MANY_REQUESTS = 429
PASSING_FAULTS = frozenset({TOO_MANY_REQUESTS, 502, 503, 504})
BACKOFF_START = 0.5
BACKOFF_LIMIT = 8.0
# GitHub's reset time has whole seconds; asking again within that second is refused again.
RESET_MARGIN = 1.0
COUNT_DIGITS = 12


class Limits(Struct, frozen=True):
    """How long a publication may take.

    ``deadline`` (seconds) spans every request, wait and retry of one client; ``attempts``
    counts the first try too; the timeouts are seconds for one connection and one read.
    """

    deadline: float = 60.0
    attempts: int = 6
    connect_timeout: float = 5.0
    read_timeout: float = 15.0


class Clocks(Struct, frozen=True):
    """Where time and chance come from.

    ``monotonic`` measures the deadline, ``wall`` (seconds since the epoch) is compared with
    GitHub's reset time, ``chance`` returns a number from 0 to 1 to spread the retries.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = SystemRandom().random


def is_rate_limited(status: int, headers: Mapping[str, str]) -> bool:
    """Tell a rate limit from a missing permission; GitHub answers 403 to both."""
    if status == FORBIDDEN:
        return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return status == TOO_MANY_REQUESTS


def may_pass(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same request may succeed later."""
    return status in PASSING_FAULTS or is_rate_limited(status, headers)


def seconds_to_wait(headers: Mapping[str, str], attempt: int, clocks: Clocks) -> float:
    """Return how long to wait before the next attempt, in seconds.

    Args:
        headers: the answer's headers, names in lower case; empty where there was no answer.
        attempt: the number of the attempt that failed, from 1.
        clocks: where the time and the jitter come from.
    """
    asked = _asked_wait(headers, clocks)
    backoff = min(BACKOFF_LIMIT, BACKOFF_START * 2.0 ** (attempt - 1))
    jittered = backoff * (0.5 + clocks.chance() / 2)
    # Spread over what was asked for: everybody who was refused got the same time.
    return jittered if asked is None else asked + jittered


def _asked_wait(headers: Mapping[str, str], clocks: Clocks) -> float | None:
    if (retry_after := headers.get("retry-after")) is not None:
        return _retry_after(retry_after, clocks)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and _is_count(reset):
        return max(0.0, int(reset) - clocks.wall()) + RESET_MARGIN
    return None


def _retry_after(value: str, clocks: Clocks) -> float | None:
    if _is_count(value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - clocks.wall())


def _is_count(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= COUNT_DIGITS
