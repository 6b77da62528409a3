"""What proves that the audit log is whole: the heads of its chains, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

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
    """What is wrong at one place of the audit log."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    LINK_ALTERED = "link-altered"
    LINKS_MISSING = "links-missing"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_DIFFERS = "anchor-differs"


@dataclass(frozen=True, slots=True)
class Tampering:
    """One place where the audit log is not what was recorded.

    ``position`` is the place in the site's chain, None for a row that no link names;
    ``audit_id`` and ``sequence`` name the row, where one is known.
    """

    site_id: UUID
    mismatch: Mismatch
    position: int | None = None
    audit_id: UUID | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying the audit log. ``tampering`` holds the first places, in order."""

    rows: int
    links: int
    sites: int
    tampering: tuple[Tampering, ...] = ()
    more: bool = False
    """Whether there are other places beyond those listed."""
