"""Which rows of the database a plan has to look at; where nothing drifted, drift asks for none."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.database import state as database
from reconciler.database.connection import Connection
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.errors import UsageError
from reconciler.model.live import DatabaseRow
from reconciler.model.plan import Scope
from reconciler.planning.selection import Selection
from reconciler.rules.suggestion import listed


def rows_concerned(
    connection: Connection, head: DesiredState, selection: Selection, scope: Scope
) -> dict[ConfigurationKey, DatabaseRow]:
    """Return every row of the managed sites that a plan can be about.

    Those are all, but for a plan about drift: then those of the selected sites where any drifted.
    Where nothing is desired all are read, since it is told how many there are.
    """
    sites = {site.id for site in head.sites.values()}
    if scope is not Scope.ALL and head.configurations:
        selected = [site.id for site in selection.selected_sites(head)]
        sites = database.drifted_sites(connection, selected)
    return {row.key: row for row in database.managed_rows(connection, sites)}


def desired_beside(
    head: DesiredState, rows: Mapping[ConfigurationKey, DatabaseRow], scope: Scope
) -> Mapping[ConfigurationKey, DesiredConfiguration]:
    """Return the configurations to hold against ``rows``; what has no row has not drifted."""
    if scope is Scope.ALL:
        return head.configurations
    return {key: head.configurations[key] for key in rows if key in head.configurations}


def require_matches(
    connection: Connection,
    selection: Selection,
    head: DesiredState,
    rows: Mapping[ConfigurationKey, DatabaseRow],
) -> None:
    """Refuse globs that select nothing: a misspelt one would read as "nothing to do".

    Raises:
        UsageError: one selects no managed site, or no extension that is desired, live or applied.
    """
    if not selection.described:
        return
    extensions = {key.extension_id for key in (*head.configurations, *rows)}
    if not selection.unmatched(head, extensions):
        return
    extensions |= database.extensions_at(connection, [site.id for site in head.sites.values()])
    if idle := selection.unmatched(head, extensions):
        raise UsageError(
            f"nothing is selected by {', '.join(idle)}",
            f"The sites are {listed(sorted(head.sites))}; "
            f"the extensions are {listed(sorted(extensions))}.",
        )
