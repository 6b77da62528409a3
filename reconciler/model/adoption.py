"""What an adoption of MachShop's own tables found and did."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from msgspec import Struct


class AdoptionCode(StrEnum):
    """What can be said of a row that is adopted, as a program reads it."""

    UNWRITABLE = "configuration-unwritable"
    PLAINTEXT = "plaintext-secret"
    LEFT_OVER = "left-over"
    SIGNOFF_NOT_LIVE = "signoff-not-live"
    SIGNOFF_OTHER_HASH = "signoff-other-hash"
    SIGNOFF_BEFORE_UPDATE = "signoff-before-update"
    SIGNOFF_RENUMBERED = "signoff-renumbered"


class AdoptionFinding(Struct, frozen=True):
    """Something about one row that a person has to look at; it never holds a value.

    ``found_in`` is the row's table, ``place`` a JSON pointer into its configuration or its id.
    """

    code: AdoptionCode
    found_in: str
    site_id: UUID
    extension: str | None
    place: str
    message: str


class TableCount(Struct, frozen=True):
    """How many rows a table had, how many of them it has now, and how many no table can hold."""

    name: str
    had: int
    has: int
    left_over: int


class JudgedConfiguration(Struct, frozen=True):
    """A live configuration as it is adopted.

    ``config_hash`` is None where it cannot be hashed, and its old one is kept. What is
    ``withheld`` does not get into the history.
    """

    config_hash: str | None
    withheld: bool
    problems: tuple[tuple[AdoptionCode, str, str], ...] = ()


class Adoption(Struct, frozen=True):
    """What one adoption did. ``committed`` is False where it was only tried."""

    run_id: UUID
    timestamps_in: str
    tables: tuple[TableCount, ...]
    sites: int
    names: Mapping[UUID, str]
    findings: tuple[AdoptionFinding, ...]
    committed: bool
