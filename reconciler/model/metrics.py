"""The figures that monitoring watches, as they were read at one moment. All times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct, field


class TableSize(Struct, frozen=True):
    """How large a table is: rows as the server estimates them, bytes with all indexes."""

    table: str
    rows: int
    bytes: int


class RunFigures(Struct, frozen=True):
    """The runs of one kind and outcome: how many, when the newest was (Unix time), how long ago."""

    kind: str
    status: str
    runs: int
    newest_at: float
    newest_age: float


class SiteFigures(Struct, frozen=True):
    """What stands at one site, or, where ``site_id`` is None, at all sites together.

    ``head_age`` is that of the newest audit row, ``oldest_age`` that of the oldest one that is not
    archived; None where there is none.
    """

    site_id: UUID | None
    name: str | None
    drifted: int
    conflict_errors: int
    conflict_warnings: int
    unsigned_enforced: int
    unsigned_recommended: int
    links: int
    head_age: float | None
    oldest_age: float | None


class Reading(Struct, frozen=True):
    """All figures. Only those of the schema, while migrations are pending."""

    schema_version: int
    pending: int
    seconds: float = 0.0
    sizes: tuple[TableSize, ...] = ()
    runs: tuple[RunFigures, ...] = ()
    sites: tuple[SiteFigures, ...] = ()
    newest_snapshot_at: float | None = None
    query_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def applied_age(self) -> float | None:
        """How long ago a run last applied something; None where none ever did."""
        return min((run.newest_age for run in self.runs if run.status == "applied"), default=None)
