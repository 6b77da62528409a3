"""Snapshots held against themselves, and against the records as they were when they were made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from uuid import UUID

import rfc8785
from msgspec import Struct, field

from reconciler.database import snapshots as database
from reconciler.database.connection import OpenDatabase
from reconciler.model.canonical import config_hash
from reconciler.model.snapshot import Doubt, Doubted, Entry
from reconciler.operations.audit import (
    AuditRequest,
    chosen_sites,
    readable_state,
    reading_records,
    site_names,
)
from reconciler.operations.snapshot_signatures import doubted_signatures

MOST_DOUBTED = 100


class SnapshotsVerified(Struct, frozen=True):
    """How much was verified, the first entries that do not fit, and whether there are others."""

    snapshots: int
    configurations: int
    doubted: tuple[Doubted, ...]
    others: int
    names: Mapping[UUID, str]


def verify_snapshots(request: AuditRequest, open_database: OpenDatabase) -> SnapshotsVerified:
    """Hold every snapshot against itself and against the history as it was then. Writes nothing.

    A configuration has to have the hash and the digest that it says, and has to be what the
    reconciler had applied last; one that is missing or drifted needs an edit by hand that the
    audit log knows. The signatures have to be those that had been recorded.
    """
    with reading_records(open_database) as connection:
        names = site_names(readable_state(request.folder), connection)
        sites = chosen_sites(request, names)
        counts = _Counts()
        entries = database.entries(connection, sites)
        found = chain(
            _doubted(entries, counts),
            doubted_signatures(
                database.recorded_signatures(connection, sites),
                database.signatures_kept(connection, sites),
            ),
        )
        doubted = tuple(islice(found, MOST_DOUBTED))
        others = sum(1 for _ in found)
        return SnapshotsVerified(
            len(counts.snapshots), counts.configurations, doubted, others, names
        )


class _Counts(Struct):
    """How much has been looked at so far."""

    snapshots: set[UUID] = field(default_factory=set)
    configurations: int = 0


def _doubted(entries: Iterable[Entry], counts: _Counts) -> Iterator[Doubted]:
    hashes: dict[tuple[UUID, str, str | None], str | None] = {}
    for entry in entries:
        counts.snapshots.add(entry.snapshot_id)
        counts.configurations += entry.kept
        if entry.extension is not None and (doubt := _doubt(entry, hashes)) is not None:
            yield Doubted(entry.snapshot_id, entry.site_id, entry.at, entry.extension, doubt)


def _doubt(entry: Entry, hashes: dict[tuple[UUID, str, str | None], str | None]) -> Doubt | None:
    """Return what is wrong with an entry. ``hashes`` are kept: most entries recur unchanged."""
    if not entry.kept:
        return Doubt.MISSING if entry.applied_hash and not entry.edited else None
    if entry.drifted:
        return None if entry.edited else Doubt.UNEXPLAINED
    if entry.digest_now is None or entry.digest_now != entry.digest:
        return Doubt.DIGEST
    key = (entry.site_id, entry.extension or "", entry.digest_now)
    if key not in hashes:
        hashes[key] = _hash(entry)
    if hashes[key] != entry.config_hash:
        return Doubt.HASH
    applied = (entry.applied_hash, entry.applied_digest)
    return Doubt.HISTORY if (entry.config_hash, entry.digest) != applied else None


def _hash(entry: Entry) -> str | None:
    """Return the hash of what an entry holds; None where that is beyond what can be hashed."""
    try:
        configuration = json.loads(entry.configuration or "")
        return config_hash(entry.site_id, entry.extension or "", entry.version or "", configuration)
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return None
