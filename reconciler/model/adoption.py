"""What an adoption of MachShop's own tables found and did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class AdoptionCode(StrEnum):
    """What can be said of a row that is adopted, as a program reads it."""

    UNWRITABLE = "configuration-unwritable"
    PLAINTEXT = "plaintext-secret"
    LEFT_OVER = "left-over"
    SIGNOFF_NOT_LIVE = "signoff-not-live"
    SIGNOFF_OTHER_HASH = "signoff-other-hash"
    SIGNOFF_BEFORE_UPDATE = "signoff-before-update"
    SIGNOFF_RENUMBERED = "signoff-renumbered"


@dataclass(frozen=True, slots=True)
class AdoptionFinding:
    """Something about one row that a person has to look at; it never holds a value.

    ``found_in`` is the row's table, ``place`` a JSON pointer into its configuration or its id.
    """

    code: AdoptionCode
    found_in: str
    site_id: UUID
    extension: str | None
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class TableCount:
    """How many rows a table had, how many of them it has now, and how many no table can hold."""

    name: str
    had: int
    has: int
    left_over: int


@dataclass(frozen=True, slots=True)
class JudgedConfiguration:
    """A live configuration as it is adopted.

    ``config_hash`` is None where it cannot be hashed, and its old one is kept. What is
    ``withheld`` does not get into the history.
    """

    config_hash: str | None
    withheld: bool
    problems: tuple[tuple[AdoptionCode, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """What one adoption did. ``committed`` is False where it was only tried."""

    run_id: UUID
    timestamps_in: str
    tables: tuple[TableCount, ...]
    sites: int
    names: Mapping[UUID, str]
    findings: tuple[AdoptionFinding, ...]
    committed: bool
