"""An audit row as people read it: when, who, what, why, and the values that changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from pydantic import TypeAdapter, ValidationError

from reconciler.model.change import FieldDifference
from reconciler.model.evidence import AuditRecord
from reconciler.report.difference_text import difference_lines
from reconciler.report.escaping import shown_value

OUT_OF_BAND = "out-of-band"
_PARTS_OF_TIME = 19
_DIFFERENCE = TypeAdapter(FieldDifference)


class ChangeEntry(Struct, frozen=True):
    """One audit row. ``at`` is a time in UTC; ``facts`` are names with what they stand for.

    ``outside`` says that the change was not the reconciler's; ``lines`` are those of a diff.
    """

    sequence: int
    at: str
    site: str
    extension: str
    action: str
    version: str
    who: str
    reason: str
    commit: str
    origin: str
    outside: bool
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def change_entry(
    record: AuditRecord, names: Mapping[UUID, str], people: Mapping[str, str]
) -> ChangeEntry:
    """Return an audit row as people read it.

    Args:
        record: the row.
        names: what the sites are called.
        people: the users' full names, by username.
    """
    details = details_of(record)
    origin = _text(details.get("origin"))
    return ChangeEntry(
        sequence=record.sequence or 0,
        at=shown_time(record.changed_at),
        site=names.get(record.site_id, str(record.site_id)),
        extension=record.extension_id or "",
        action=record.action or "",
        version=_version(details),
        who=_who(record, people),
        reason=record.reason or "",
        commit=_text(details.get("commit")),
        origin=origin,
        outside=origin == OUT_OF_BAND,
        lines=tuple(_lines(details)),
        facts=tuple((name, value) for name, value in _facts(record, details) if value),
    )


def details_of(record: AuditRecord) -> dict[str, Any]:
    """Return what an audit row says beside its columns; what cannot be read is described."""
    try:
        details = json.loads(record.details or "{}")
    except (ValueError, RecursionError):
        return {"unreadable": f"{len(record.details or '')} characters of JSON beyond what is read"}
    return details if isinstance(details, dict) else {"unreadable": details}


def shown_time(time: str | None) -> str:
    """Return a time in UTC, which is written to the microsecond, to the second."""
    return f"{time[:_PARTS_OF_TIME].replace('T', ' ')} UTC" if time else ""


def person(username: str, people: Mapping[str, str]) -> str:
    """Return a full name with its username, or the username alone where no name is known."""
    name = people.get(username)
    return f"{name} ({username})" if name and name != username else username


def _who(record: AuditRecord, people: Mapping[str, str]) -> str:
    if record.username is None:
        return f"database role {record.recorded_by or ''}"
    return person(record.username, people)


def _version(details: Mapping[str, Any]) -> str:
    old, new = _text(details.get("oldVersion")), _text(details.get("newVersion"))
    return f"{old} → {new}" if old and new and old != new else new or old


def _lines(details: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values that changed as lines of a diff; of an edit by hand only keys are known."""
    differences = details.get("differences")
    for difference in differences if isinstance(differences, list) else ():
        try:
            yield from difference_lines(_DIFFERENCE.validate_python(difference))
        except ValidationError:
            yield f"? {shown_value(difference)}"
    keys = details.get("changedKeys")
    for key in keys if isinstance(keys, list) else ():
        yield f"~ /{_text(key)}: a value that was not recorded"


def _facts(record: AuditRecord, details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    signature = _mapping(details.get("signature"))
    if signature:
        said = (signature.get(name) for name in ("aspect", "meaning", "signed_by", "role"))
        aspect, meaning, by, role = map(_text, said)
        yield "signature", f"{aspect}: {meaning} by {by} ({role})"
        yield "signed at", _text(signature.get("signed_at"))
    author = _mapping(details.get("author"))
    name, email = _text(author.get("name")), _text(author.get("email"))
    yield "author", f"{name} <{email}>" if email else name
    yield "path", _text(details.get("path"))
    drift = _mapping(details.get("drift"))
    yield "drift", _text(drift.get("description"))
    yield "forced", _text(_mapping(details.get("forced")).get("reason"))
    waivers = details.get("waivers")
    for waiver in waivers if isinstance(waivers, list) else ():
        yield "waiver", shown_value(waiver)
    yield "uncommitted", "the files were not committed" if details.get("dirty") is True else ""
    for name, key in (("program", "application"), ("address", "clientAddress")):
        yield name, _text(details.get(key))
    for name, key in (("run", "runId"), ("plan", "planId"), ("unreadable", "unreadable")):
        yield name, _text(details.get(key))
    yield "old hash", record.old_config_hash or ""
    yield "new hash", record.new_config_hash or ""
    yield "recorded by", record.recorded_by or ""
    yield "audit row", str(record.id or "")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Return a value for a sentence; whoever wrote it by hand may have written anything."""
    if value is None:
        return ""
    return value if isinstance(value, str) else shown_value(value)
