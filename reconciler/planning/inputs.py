"""Everything a plan is computed from: four states, and who stands behind each file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.model.authorship import Authorship
from reconciler.model.derived import Refresh
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.files import SignoffEntry
from reconciler.model.live import DatabaseIdentity, DatabaseRow, OutOfBandEdit
from reconciler.model.plan import BlockedReason, NeededSignoff, Scope
from reconciler.planning.compare import Divergence


class DatabaseState(Struct, frozen=True):
    """What was read of the database, in one transaction."""

    identity: DatabaseIdentity
    rows: Mapping[ConfigurationKey, DatabaseRow]
    bodies: Mapping[ConfigurationKey, str] = field(default_factory=dict)
    """What is live of the rows that differ, as JSON: it is read where it is compared."""
    edits: Mapping[ConfigurationKey, OutOfBandEdit] = field(default_factory=dict)
    new_signoffs: tuple[tuple[DesiredConfiguration, SignoffEntry], ...] = ()
    unmanaged_sites: int = 0


class PlanInputs(Struct, frozen=True):
    """The inputs of one plan.

    ``divergences`` are those of the head against the database, narrowed to what the plan is
    about; ``base`` is the desired state that origins are told by; ``authorship`` is by file path.
    """

    head: DesiredState
    database: DatabaseState
    divergences: tuple[Divergence, ...]
    diagnostics: tuple[Diagnostic, ...]
    base: DesiredState | None = None
    authorship: Mapping[str, Authorship] = field(default_factory=dict)
    wrote: Mapping[str, Authorship] = field(default_factory=dict)
    """Who changed the configuration in a file that somebody signed in since, by file path."""
    needed_signoffs: tuple[NeededSignoff, ...] = ()
    refreshes: tuple[Refresh, ...] = ()
    blocked: tuple[BlockedReason, ...] = ()
    scope: Scope = Scope.ALL
    filters: tuple[str, ...] = ()

    def same_as(self, other: PlanInputs) -> bool:
        """Return whether the plan of these is the plan of others: divergences have no order."""
        mine = {each.key: each for each in self.divergences}
        theirs = {each.key: each for each in other.divergences}
        return mine == theirs and replace(self, divergences=other.divergences) == other
