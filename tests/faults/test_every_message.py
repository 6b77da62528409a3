"""An apply that is broken off at any message leaves everything as before, or as after.

The complete run, ``make test-faults``, tries every message and runs again after each. The suite
tries where statements begin or go on with data, once the transaction that writes has begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path

import pytest

from tests.support.fault_ground import Ground
from tests.support.fault_points import KINDS, Point, points
from tests.support.fault_proxy import FAULT_AT, FAULT_POINTS
from tests.support.frontend_messages import Message

Record = Callable[[str, object], None]
OF_THE_SUITE = [kind for kind in KINDS if kind != "backend killed after"]
AGAIN_EVERY = 5


def as_id(kind: str) -> str:
    return kind.replace(" ", "-")


def where_writing_statements_begin(messages: Sequence[Message]) -> Iterator[int]:
    """Yield which messages begin a statement, once the transaction that writes has begun."""
    begun = False
    for at, message in enumerate(messages, 1):
        begun = begun or message.sql.endswith("READ COMMITTED")
        if begun and message.begins_statement:
            yield at


def require_no_problem(tried: list[Point], kind: str, record_property: Record) -> None:
    """Fail with every point where something is wrong."""
    told = tried[0].name if len(tried) == 1 else f"{kind}: {len(tried)}"
    record_property(FAULT_POINTS, told)
    assert [str(point) for point in tried if point.problems] == []


@pytest.mark.parametrize("kind", OF_THE_SUITE, ids=as_id)
def test_an_apply_broken_off_where_a_statement_begins_leaves_all_or_nothing(
    ground: Ground, kind: str, tmp_path: Path, record_property: Record
) -> None:
    begin = where_writing_statements_begin(ground.messages)
    numbers = chain(begin, count(len(ground.messages) + 1))
    tried = list(points(ground, kind, tmp_path, numbers, again_every=AGAIN_EVERY))
    require_no_problem(tried, kind, record_property)
    assert {point.side for point in tried} == {"before", "after"}
    assert len(tried) > 40


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS, ids=as_id)
def test_an_apply_broken_off_at_any_message_leaves_all_or_nothing_and_the_next_run_converges(
    ground: Ground,
    kind: str,
    tmp_path: Path,
    record_property: Record,
    pytestconfig: pytest.Config,
) -> None:
    one: int | None = pytestconfig.getoption(FAULT_AT)
    tried = list(points(ground, kind, tmp_path, [one] if one else count(1)))
    require_no_problem(tried, kind, record_property)
    assert len(tried) == 1 if one else len(tried) >= len(ground.messages) > 120
