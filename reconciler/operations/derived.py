"""Derived records: computed from a checked desired state, compared with what is recorded."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.state import recorded_digests
from reconciler.model.derived import Refresh
from reconciler.model.desired import DesiredState
from reconciler.operations.desired_state import Checked
from reconciler.planning.derived import DerivedRecords, outdated_sites
from reconciler.planning.selection import Selection
from reconciler.rules.compliance import Requirements


def records_of(head: Checked, state: DesiredState) -> DerivedRecords:
    """Return the derived records of every managed site of a state that can be compared."""
    required = Requirements.in_state(state).signatures
    return DerivedRecords(state, head.relations, head.diagnostics, required, head.quiet)


def refreshes(
    connection: Connection,
    head: DesiredState,
    records: DerivedRecords,
    selection: Selection,
    touched: Collection[UUID],
) -> tuple[Refresh, ...]:
    """Return the selected sites that are not ``touched`` and whose records are out of date.

    None where extensions are selected: the records of a site are written whole.
    """
    if selection.extensions:
        return ()
    sites = selection.selected_sites(head)
    recorded = recorded_digests(connection, [site.id for site in sites])
    return outdated_sites(sites, records, recorded, touched)
