"""Audit rows as text, one entry a change, and as data; both as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from reconciler.model.evidence import AuditRecord
from reconciler.report.change_entry import ChangeEntry, details_of
from reconciler.report.escaping import printable, printable_json_text

# What a reader asks for only when something is wrong: -v lists them.
_LONG = ("old hash", "new hash", "recorded by", "audit row", "plan")


def entries_as_text(entries: Iterable[ChangeEntry], *, whole: bool = False) -> Iterator[str]:
    """Yield an entry a change: when, what and who on the first line, why and the values below.

    ``whole`` lists hashes and ids as well.
    """
    for entry in entries:
        yield "\n".join(printable(line) for line in _lines(entry, whole=whole)) + "\n"


def _lines(entry: ChangeEntry, *, whole: bool) -> Iterator[str]:
    what = f"{entry.action} {entry.site} / {entry.extension} {entry.version}".rstrip()
    yield f"{entry.at}  {what}, by {entry.who}"
    if entry.outside:
        yield "    outside git"
    if entry.reason:
        yield f"    why: {entry.reason}"
    if entry.commit:
        yield f"    commit: {entry.commit}"
    for name, value in entry.facts:
        if whole or name not in _LONG:
            yield f"    {name}: {value}"
    for line in entry.lines:
        yield f"    {line}"


def records_as_json(records: Iterable[AuditRecord], names: Mapping[UUID, str]) -> Iterator[str]:
    """Yield pieces of one JSON document, a line a row: its columns, and what the site is called."""
    before = '{"rows": ['
    for record in records:
        line = json.dumps(_facts(record, names), ensure_ascii=False, default=str)
        yield f"{before}\n{printable_json_text(line)}"
        before = ","
    yield f"{before}]}}\n" if before != "," else "\n]}\n"


def _facts(record: AuditRecord, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "sequence": record.sequence,
        "id": record.id,
        "site": names.get(record.site_id, str(record.site_id)),
        "site_id": record.site_id,
        "extension_id": record.extension_id,
        "action": record.action,
        "changed_at": record.changed_at,
        "changed_by": record.username,
        "recorded_by": record.recorded_by,
        "reason": record.reason,
        "old_config_hash": record.old_config_hash,
        "new_config_hash": record.new_config_hash,
        "details": details_of(record),
        "archived": record.archived,
    }
