"""The signatures of snapshots, held against those that had been recorded by then."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from reconciler.model.snapshot import Doubt, Doubted, SignatureRow, SignaturesKept

# All that a signature says and how it was recorded. What a later schema adds is no part of it.
_COLUMNS = (
    "extension_id",
    "aspect",
    "site_id",
    "signed_by",
    "signed_role",
    "signed_at",
    "meaning",
    "config_hash",
    "config_version",
    "notes",
    "metadata",
    "recorded_at",
    "recorded_by",
)
_TIMES = ("signed_at", "recorded_at")

Said: TypeAlias = tuple[str, ...]
"""What one signature says, comparable: extension and aspect first."""


def doubted_signatures(
    recorded: Iterable[SignatureRow], snapshots: Iterable[SignaturesKept]
) -> Iterator[Doubted]:
    """Yield the signatures that a snapshot and the records of its time do not have alike.

    One that was altered, in either, is both unknown and missing. What the audit log knows nothing
    of is unknown wherever it is kept.
    """
    rows: dict[UUID, list[tuple[SignatureRow, Said]]] = defaultdict(list)
    for row in recorded:
        rows[row.site_id] += [(row, said) for said in _entries(f"[{row.text}]")]
    for kept in snapshots:
        yield from _doubted(kept, rows[kept.site_id])


def _doubted(kept: SignaturesKept, rows: Iterable[tuple[SignatureRow, Said]]) -> Iterator[Doubted]:
    due = [(row, said) for row, said in rows if row.due(kept)]
    known = Counter(said for row, said in due if row.position is not None)
    unlogged = Counter(said for row, said in due if row.position is None)
    held = Counter(_entries(kept.text))
    for said in sorted((held - known).elements()):
        yield _doubt(kept, said, Doubt.UNKNOWN_SIGNATURE)
    for said in sorted((known + unlogged - held).elements()):
        yield _doubt(kept, said, Doubt.MISSING_SIGNATURE)


def _doubt(kept: SignaturesKept, said: Said, doubt: Doubt) -> Doubted:
    extension, aspect = (json.loads(each) for each in said[:2])
    return Doubted(
        kept.snapshot_id, kept.site_id, kept.at, str(extension), doubt, aspect=str(aspect)
    )


def _entries(text: str) -> Iterator[Said]:
    """Yield what a list says; nothing where somebody made it what no reader can take."""
    try:
        entries = json.loads(text)
        said = [_said(entry) for entry in entries if isinstance(entry, dict)]
    except (ValueError, RecursionError, TypeError):
        return
    yield from said


def _said(signature: Mapping[str, Any]) -> Said:
    """Return all of a signature in one form, whatever time zone its writer's session had."""
    return tuple(
        json.dumps(_instant(value) if name in _TIMES else value, sort_keys=True)
        for name in _COLUMNS
        for value in [signature.get(name)]
    )


def _instant(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return value
