"""The export of the records: one archive, written as it is read, with its checksums and verifier.

The same records are the same bytes in every file but the manifest, which says when it was made.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from reconciler import __version__
from reconciler.model.evidence import AuditRecord, ChainPart, SignatureRecord
from reconciler.operations.evidence import Evidence
from reconciler.report.change_entry import ChangeEntry, change_entry
from reconciler.report.escaping import printable_json, printable_json_text
from reconciler.report.evidence_html import Page, Pages
from reconciler.report.verify import COLUMNS, FORMAT_VERSION, MANIFEST, ROWS, SEAL

# The earliest that the format knows: the time of writing is no part of the record.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o644 << 16


def write_archive(evidence: Evidence, path: Path, made_at: datetime) -> None:
    """Write the records into an archive at ``path``; the caller sees to it that it is whole.

    Raises:
        OSError: it cannot be written.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = _Writer(archive)
        rows = _write_rows(writer, evidence)
        writer.lines("signatures.jsonl", _signature_lines(evidence))
        writer.lines("runs.jsonl", evidence.runs())
        writer.lines("versions.jsonl", evidence.versions())
        writer.text("verify.py", verifier_source())
        _write_pages(writer, evidence, rows)
        manifest = printable_json(_manifest(evidence, writer, rows, made_at)) + "\n"
        sealed = hashlib.sha256(manifest.encode()).hexdigest()
        writer.text(MANIFEST, manifest)
        writer.text(SEAL, f"{sealed}  {MANIFEST}\n")


def verifier_source() -> str:
    """Return the verifier that goes into every archive."""
    return (resources.files("reconciler.report") / "verify.py").read_text("utf-8")


class _Writer:
    """Writes files into an archive, one after the other; keeps what the manifest says of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, dict[str, Any]] = {}

    def text(self, name: str, text: str) -> None:
        """Write a whole file."""
        with self._file(name) as file:
            file.write(text)

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """Write a file of JSON, a line each."""
        written = 0
        with self._file(name) as file:
            for line in lines:
                file.write(printable_json_text(line) + "\n")
                written += 1
        self.files[name]["lines"] = written

    @contextmanager
    def _file(self, name: str) -> Iterator[_File]:
        entry = zipfile.ZipInfo(name, _NO_TIME)
        entry.compress_type, entry.create_system, entry.external_attr = (
            zipfile.ZIP_DEFLATED,
            _UNIX,
            _MODE,
        )
        with self._archive.open(entry, "w", force_zip64=True) as opened:
            file = _File(opened)
            yield file
            file.flush()
        self.files[name] = {"size": file.size, "sha256": file.digest.hexdigest()}


class _File:
    """A file in the archive: collects small pieces, counts and hashes them."""

    _ROOM = 1 << 16

    def __init__(self, opened: IO[bytes]) -> None:
        self._opened = opened
        self._held = bytearray()
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, text: str) -> None:
        """Add text."""
        self._held += text.encode()
        if len(self._held) >= self._ROOM:
            self.flush()

    def flush(self) -> None:
        """Hand over what is held."""
        self._opened.write(self._held)
        self.digest.update(self._held)
        self.size += len(self._held)
        self._held.clear()


def _write_rows(writer: _Writer, evidence: Evidence) -> dict[UUID, int]:
    """Write the audit rows with their links; return how many there are at each site."""
    counts: dict[UUID, int] = {}

    def lines() -> Iterator[str]:
        for record in evidence.links():
            counts[record.site_id] = counts.get(record.site_id, 0) + (record.position is not None)
            yield _row_line(record)

    writer.lines(ROWS, lines())
    return counts


def _row_line(record: AuditRecord) -> str:
    """Return an audit row as a line of JSON; ``details`` goes in as PostgreSQL wrote it."""
    values: dict[str, Any] = {"position": record.position, "archived": record.archived}
    values |= {column: getattr(record, column) for column in COLUMNS if column != "details"}
    proof = {
        "text": record.text,
        "row_hash": record.row_hash,
        "chain_hash": record.chain_hash,
    }
    first, last = _json(values), _json(proof)
    return f'{first[:-1]}, "details": {record.details or "null"}, {last[1:]}'


def _signature_lines(evidence: Evidence) -> Iterator[str]:
    for signature in evidence.signatures():
        yield _json(signature_facts(signature, evidence))


def signature_facts(signature: SignatureRecord, evidence: Evidence) -> dict[str, Any]:
    """Return what is handed over of a signature: the printed name, the time, the meaning."""
    return {
        "site_id": signature.site_id,
        "site": evidence.names.get(signature.site_id, str(signature.site_id)),
        "extension_id": signature.extension_id,
        "version": signature.version,
        "config_version": signature.config_version,
        "config_hash": signature.config_hash,
        "aspect": signature.aspect,
        "printed_name": evidence.printed_name(signature.username),
        "username": signature.username,
        "user_id": signature.signed_by,
        "role": signature.role,
        "meaning": signature.meaning,
        "signed_at": signature.signed_at,
        "notes": signature.notes,
        "recorded_at": signature.recorded_at,
        "recorded_by": signature.recorded_by,
        "commit": signature.commit,
        "run_id": signature.run_id,
    }


def _write_pages(writer: _Writer, evidence: Evidence, rows: dict[UUID, int]) -> None:
    pages = Pages(evidence, rows)
    signatures = (signature_facts(each, evidence) for each in evidence.signatures())
    for page in pages.signatures(signatures):
        _write_page(writer, page)
    for page in pages.changes(_entries(evidence)):
        _write_page(writer, page)
    _write_page(writer, pages.index())


def _entries(evidence: Evidence) -> Iterator[ChangeEntry]:
    return (change_entry(each, evidence.names, evidence.people) for each in evidence.changes())


def _write_page(writer: _Writer, page: Page) -> None:
    writer.text(page.name, page.text)


def _manifest(
    evidence: Evidence, writer: _Writer, rows: dict[UUID, int], made_at: datetime
) -> dict[str, Any]:
    times = evidence.times
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "made_at": made_at.isoformat(),
        "database": evidence.database.model_dump(),
        "since": times.since.isoformat() if times.since else None,
        "until": times.until.isoformat() if times.until else None,
        "sites": [_chain_facts(part, rows.get(part.site_id, 0)) for part in evidence.parts],
        "files": {name: writer.files[name] for name in sorted(writer.files)},
    }


def _chain_facts(part: ChainPart, rows: int) -> dict[str, Any]:
    before = head = None
    if part.first is not None and part.first > 1:
        before = {"position": part.first - 1, "hash": part.before}
    if part.last is not None:
        head = {"position": part.last, "hash": part.head}
    return {
        "id": str(part.site_id),
        "name": part.name,
        "rows": rows,
        "before": before,
        "head": head,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
