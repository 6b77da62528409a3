"""Derived records: computed from a checked desired state, compared with what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.state import recorded_digests
from reconciler.model.derived import Refresh, RequiredSignature, SiteRecords
from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.operations.desired_state import Checked
from reconciler.planning.derived import derived_records, outdated_sites
from reconciler.planning.selection import Selection
from reconciler.rules.compliance import requirements


def records_of(head: Checked) -> dict[UUID, SiteRecords]:
    """Return the derived records of every managed site; none where nothing can be compared."""
    state = head.comparable
    if state is None:
        return {}
    return derived_records(state, head.relations, head.diagnostics, _required(state))


def refreshes(
    connection: Connection,
    head: DesiredState,
    records: Mapping[UUID, SiteRecords],
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


def _required(
    state: DesiredState,
) -> Callable[[DesiredConfiguration], Sequence[RequiredSignature]]:
    """Return what says which signatures a configuration asks for: the same for each version."""
    known: dict[tuple[str, str], list[RequiredSignature]] = {}

    def required(configuration: DesiredConfiguration) -> Sequence[RequiredSignature]:
        version = configuration.extension, configuration.version
        if version not in known:
            known[version] = [
                RequiredSignature(configuration.extension, it.aspect, it.role, it.enforced)
                for it in requirements(configuration, state)
            ]
        return known[version]

    return required
