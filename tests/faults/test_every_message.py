"""An apply that is broken off at any message leaves everything as before, or as after.

The complete run, ``make test-faults``, tries every message and runs again after each. The suite
tries where statements begin or go on with data, once the transaction that writes has begun.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support.fault_ground import Ground
from tests.support.fault_points import KINDS, Point, points
from tests.support.fault_proxy import FAULT_POINTS
from tests.support.frontend_messages import Message

Record = Callable[[str, object], None]
OF_THE_SUITE = [kind for kind in KINDS if kind != "backend killed after"]
AGAIN_EVERY = 5


def where_writing_statements_begin(messages: Sequence[Message]) -> Callable[[Message], bool]:
    """Return whether a message begins a statement of the transaction that writes, or follows it."""
    first = next(
        at for at, message in enumerate(messages) if message.sql.endswith("READ COMMITTED")
    )
    writing = {id(message) for message in messages[first:] if message.begins_statement}
    return lambda message: id(message) in writing


def require_no_problem(tried: list[Point], kind: str, record_property: Record) -> None:
    """Fail with every point where something is wrong; both outcomes must have been seen."""
    record_property(FAULT_POINTS, f"{kind}: {len(tried)}")
    assert [str(point) for point in tried if point.problems] == []
    assert {point.side for point in tried} == {"before", "after"}


@pytest.mark.parametrize("kind", OF_THE_SUITE)
def test_an_apply_broken_off_where_a_statement_begins_leaves_all_or_nothing(
    ground: Ground, kind: str, tmp_path: Path, record_property: Record
) -> None:
    chosen = where_writing_statements_begin(ground.messages)
    tried = list(points(ground, kind, tmp_path, chosen=chosen, again_every=AGAIN_EVERY))
    require_no_problem(tried, kind, record_property)
    assert len(tried) > 40


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS)
def test_an_apply_broken_off_at_any_message_leaves_all_or_nothing_and_the_next_run_converges(
    ground: Ground, kind: str, tmp_path: Path, record_property: Record
) -> None:
    tried = list(points(ground, kind, tmp_path))
    require_no_problem(tried, kind, record_property)
    assert len(tried) >= len(ground.messages) > 120
