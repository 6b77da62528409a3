"""The drill's report: what was lost, how long it took, and what was verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.drill.drill import Check, Contents, Recovery, lost_rows

_MEGABYTE = 1_000_000


def report(recovered: Recovery, found: Sequence[Check], now: Contents) -> str:
    """Return the report as text.

    Args:
        recovered: the drill.
        found: what was checked on the restored server.
        now: what the restored server held before the checks wrote to it.
    """
    return "\n".join(_lines(recovered, found, now)) + "\n"


def _lines(recovered: Recovery, found: Sequence[Check], now: Contents) -> Iterator[str]:
    loss = recovered.loss
    then, backup = loss.moment.contents, loss.backup
    yield f"Recovery drill, restored to {loss.moment.at.isoformat(sep=' ')}"
    yield ""
    yield f"  base backup     {backup.bytes / _MEGABYTE:.1f} MB in {backup.seconds:.1f} s, verified"
    yield f"  WAL archive     {loss.segments} segments"
    yield "  loss            the server killed with SIGKILL, its data deleted"
    yield f"  restored        in {recovered.seconds:.1f} s, until it took writes"
    yield f"  WAL replayed    {recovered.replayed / _MEGABYTE:.2f} MB"
    yield f"  lost rows       {lost_rows(then, now)} of {sum(rows for rows, _ in then.values())}"
    yield "  left out        what came after that moment, as was asked for:"
    yield from (f"                    {line}" for line in _later(then, loss.last))
    yield ""
    for check in found:
        yield f"  {'passed' if check.passed else 'FAILED'}  {check.name}"
        yield f"            {check.words}"
    yield ""
    failed = sum(not check.passed for check in found)
    yield f"{failed} of {len(found)} checks FAILED." if failed else "Everything is as it was then."


def _later(then: Contents, last: Contents) -> Iterator[str]:
    for table, held in sorted(last.items()):
        before = then.get(table, (0, ""))
        if held != before:
            added = held[0] - before[0]
            yield f"{table}: {f'{added:+} rows' if added else 'rows changed'}"
