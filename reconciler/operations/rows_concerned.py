"""Which rows of the database a plan has to look at; where nothing drifted, drift asks for none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from reconciler.database import state as database
from reconciler.database.connection import Connection
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.errors import UsageError
from reconciler.model.files import SignoffEntry
from reconciler.model.live import DatabaseRow
from reconciler.model.plan import Scope
from reconciler.planning.safety import Existing
from reconciler.planning.selection import Selection
from reconciler.rules.suggestion import listed


class Concerned(Struct, frozen=True):
    """Rows of the managed sites that a plan has to look at."""

    rows: Mapping[ConfigurationKey, DatabaseRow]
    only_differing: bool = False
    """Whether everything else that is desired is live, as desired and as it was last applied."""


def rows_concerned(
    connection: Connection, head: DesiredState, selection: Selection, scope: Scope
) -> Concerned:
    """Return every row of the managed sites that a plan can be about.

    Those that differ; where the plan is narrowed all of them, since it is judged by what it would
    leave. For a plan about drift those of the selected sites where any drifted, and all of them
    where nothing is desired, since it is told how many there are.
    """
    if scope is Scope.ALL and not selection.described:
        rows = database.differing_rows(connection, head.enabled)
        return Concerned({row.key: row for row in rows}, only_differing=True)
    sites = {site.id for site in head.sites.values()}
    if scope is not Scope.ALL and head.configurations:
        selected = [site.id for site in selection.selected_sites(head)]
        sites = database.drifted_sites(connection, selected)
    return Concerned({row.key: row for row in database.managed_rows(connection, sites)})


def desired_beside(
    head: DesiredState, concerned: Concerned, scope: Scope
) -> Mapping[ConfigurationKey, DesiredConfiguration]:
    """Return the configurations to hold against the rows; what has no row has not drifted."""
    if scope is Scope.ALL and not concerned.only_differing:
        return head.configurations
    return {key: head.configurations[key] for key in concerned.rows if key in head.configurations}


def existing(head: DesiredState, concerned: Concerned) -> Existing:
    """Return what is live at the managed sites, of all rows that a plan can be about."""
    found = Existing.of(key for key, row in concerned.rows.items() if row.live is not None)
    if concerned.only_differing:
        for site_id, enabled in head.enabled.items():
            found.of_extensions.update(enabled.extensions)
            found.at_sites[site_id] += len(enabled.extensions)
        differing = Existing.of(key for key in concerned.rows if key in head.configurations)
        found.of_extensions.subtract(differing.of_extensions)
        found.at_sites.subtract(differing.at_sites)
    return found


def rows_of_signed(
    connection: Connection,
    concerned: Concerned,
    signed: Iterable[tuple[DesiredConfiguration, SignoffEntry]],
) -> dict[ConfigurationKey, DatabaseRow]:
    """Return the rows of configurations that get a signature, where they are not there already."""
    missing = [each.key for each, _ in signed if each.key not in concerned.rows]
    if not missing or not concerned.only_differing:
        return {}
    rows = {row.key: row for row in database.managed_rows(connection, {k.site_id for k in missing})}
    return {key: rows[key] for key in missing if key in rows}


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
