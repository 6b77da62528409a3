"""What counts as passing, and how the jitter spreads."""

from __future__ import annotations

import pytest

from reconciler.publish.retrying import Clocks, may_pass, seconds_to_wait


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (403, {}, False),
        (403, {"x-ratelimit-remaining": "12"}, False),
        (403, {"x-ratelimit-remaining": "0"}, True),
        (403, {"retry-after": "1"}, True),
        (404, {"retry-after": "1"}, False),
        (429, {}, True),
        (500, {}, False),
        (503, {}, True),
    ],
)
def test_fault_passes_when_github_says_so(
    status: int, headers: dict[str, str], *, expected: bool
) -> None:
    assert may_pass(status, headers) is expected


def test_jitter_spreads_the_upper_half_of_the_backoff() -> None:
    waits = [seconds_to_wait({}, 3, Clocks()) for _ in range(200)]
    assert all(1.0 <= wait <= 2.0 for wait in waits)
    assert len(set(waits)) > 100


def test_backoff_is_bounded() -> None:
    assert seconds_to_wait({}, 50, Clocks()) <= 8.0
