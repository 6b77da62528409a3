"""Snapshots: what was configured and signed at a site at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from reconciler.model.change import FieldDifference


class Snapshot(Struct, frozen=True):
    """A snapshot without what it holds, but with how much. ``run_id`` is None for one by request.

    ``drifted`` of the configurations had been edited by hand: their values were not kept.
    """

    id: UUID
    site_id: UUID
    at: datetime
    reason: str | None
    created_by: str | None
    run_id: UUID | None
    configurations: int
    drifted: int
    signoffs: int


class KeptConfiguration(Struct, frozen=True):
    """One extension in a snapshot, or live. ``kept`` says whether its values are known."""

    version: str | None
    config_hash: str | None
    digest: str | None
    configuration: Any
    kept: bool


class KeptSignature(Struct, frozen=True):
    """A signature in a snapshot."""

    extension: str
    aspect: str
    meaning: str | None
    signed_by: str | None
    role: str
    signed_at: str
    config_hash: str


class Side(Struct, frozen=True):
    """One side of a comparison: a snapshot, or with None what is live."""

    snapshot: Snapshot | None
    configurations: Mapping[str, KeptConfiguration]


class Difference(Struct, frozen=True):
    """An extension that two sides do not have alike; None is the side that has none.

    ``comparable`` says whether both sides' values are known, so that ``differences`` is all.
    """

    extension: str
    old: KeptConfiguration | None
    new: KeptConfiguration | None
    differences: tuple[FieldDifference, ...]
    comparable: bool


class Doubt(StrEnum):
    """What is wrong with one entry of a snapshot."""

    HASH = "hash-differs"
    DIGEST = "digest-differs"
    HISTORY = "history-differs"
    MISSING = "missing"
    UNEXPLAINED = "unexplained-drift"
    UNKNOWN_SIGNATURE = "unknown-signature"
    MISSING_SIGNATURE = "missing-signature"


class Entry(Struct, frozen=True):
    """One extension of one snapshot, beside what the history had there then.

    ``kept`` is False where the snapshot lacks it. ``digest_now`` is the digest of what the
    snapshot holds; ``applied_hash`` None says that the history had it deactivated, or never had
    it. ``edited`` says that the audit log knows of an edit by hand in between.
    """

    snapshot_id: UUID
    site_id: UUID
    at: datetime
    extension: str | None
    version: str | None
    configuration: str | None
    config_hash: str | None
    digest: str | None
    digest_now: str | None
    kept: bool
    drifted: bool
    applied_hash: str | None
    applied_digest: str | None
    edited: bool


class Doubted(Struct, frozen=True):
    """An entry of a snapshot that is not what it says, or not what the history says.

    ``aspect`` is what a doubted signature signs.
    """

    snapshot_id: UUID
    site_id: UUID
    at: datetime
    extension: str
    doubt: Doubt
    aspect: str | None = None


class SignaturesKept(Struct, frozen=True):
    """The signatures of one snapshot, as JSON, and how far the site's audit log had come."""

    snapshot_id: UUID
    site_id: UUID
    at: datetime
    position: int
    text: str


class SignatureRow(Struct, frozen=True):
    """A recorded signature, as JSON, and how far the site's audit log had come.

    ``position`` is None where the audit log knows nothing of it.
    """

    site_id: UUID
    text: str
    recorded_at: datetime
    position: int | None

    def due(self, kept: SignaturesKept) -> bool:
        """Say whether a snapshot of the same site was made once this had been recorded."""
        if self.position is None:
            return self.recorded_at <= kept.at
        return self.position <= kept.position
