"""What the records prove: audit rows, signatures, the heads of the chains, what does not fit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from pydantic import BaseModel, ConfigDict


class ChainHead(BaseModel):
    """The newest link of a site's chain; ``hash`` is SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site_id: UUID
    name: str
    position: int
    hash: str


class Anchor(BaseModel):
    """The heads of all chains at one moment, to be kept where the database cannot reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: str = "1.0"
    heads: tuple[ChainHead, ...]


class Mismatch(StrEnum):
    """What is wrong at one place of the audit log, or of what was last applied at a site."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    LINK_ALTERED = "link-altered"
    LINKS_MISSING = "links-missing"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_DIFFERS = "anchor-differs"
    ROLLUP_DIFFERS = "rollup-differs"


class Tampering(Struct, frozen=True):
    """One place where the audit log is not what was recorded.

    ``position`` is the place in the site's chain, None for a row that no link names and for a
    roll-up, which is of a whole site;
    ``audit_id`` and ``sequence`` name the row, where one is known.
    """

    site_id: UUID
    mismatch: Mismatch
    position: int | None = None
    audit_id: UUID | None = None
    sequence: int | None = None


class Verification(Struct, frozen=True):
    """What came of verifying the audit log. ``tampering`` holds the first places, in order."""

    rows: int
    links: int
    sites: int
    tampering: tuple[Tampering, ...] = ()
    more: bool = False
    """Whether there are other places beyond those listed."""


class TimeRange(Struct, frozen=True):
    """From ``since`` to before ``until``; None is open."""

    since: datetime | None = None
    until: datetime | None = None


class ChainPart(Struct, frozen=True):
    """The links ``first`` to ``last`` of a site's chain; both None where it has none.

    ``before`` is the chain's hash at the link before the first, None at the beginning; ``head``
    is its hash at the last.
    """

    site_id: UUID
    name: str
    first: int | None
    last: int | None
    before: str | None
    head: str | None


class AuditRecord(Struct, frozen=True):
    """An audit row as it is read, and where asked for its link and the text that was hashed.

    A link whose row is gone has no ``id`` and no text; a row that no link names no position.
    ``changed_at`` is a time in UTC, to the microsecond; ``details`` is JSON, as PostgreSQL
    writes it.
    """

    site_id: UUID
    position: int | None
    id: UUID | None
    extension_id: str | None
    action: str | None
    changed_by: UUID | None
    username: str | None
    changed_at: str | None
    old_config_hash: str | None
    new_config_hash: str | None
    reason: str | None
    details: str | None
    sequence: int | None
    recorded_by: str | None
    archived: bool | None
    text: str | None
    row_hash: str | None
    chain_hash: str | None


class SignatureRecord(Struct, frozen=True):
    """A signature as it was recorded: who, in which role, when, what it says and of what."""

    site_id: UUID
    extension_id: str
    aspect: str
    meaning: str | None
    signed_by: UUID
    username: str | None
    role: str
    signed_at: str
    config_hash: str
    config_version: int
    version: str | None
    notes: str | None
    recorded_at: str
    recorded_by: str
    commit: str | None
    run_id: str | None
