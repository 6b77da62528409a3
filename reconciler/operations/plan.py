"""Planning: desired state and database brought together, read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias
from uuid import UUID

import psycopg

from reconciler.database import state as database
from reconciler.database.connection import Connection, reading
from reconciler.database.migrations import migration_state
from reconciler.desired.git_tree import commit_named
from reconciler.desired.stored_document import read_together
from reconciler.model.change import Origin
from reconciler.model.derived import Refresh, SiteRecords
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.model.files import SignoffEntry
from reconciler.model.live import DatabaseRow
from reconciler.model.plan import BlockedReason, NeededSignoff, Plan, Scope
from reconciler.model.settled import SettledSite
from reconciler.operations.authorship import authorship_of, users_needed, writers_of
from reconciler.operations.blocking import (
    formerly_managed,
    limits_passed,
    missing_sites,
    missing_users,
    uncertain_authors,
    unstated_meanings,
)
from reconciler.operations.derived import records_of, refreshes
from reconciler.operations.desired_state import (
    Checked,
    Source,
    check_desired_state,
    read_base,
)
from reconciler.operations.narrowing import left_wrong
from reconciler.operations.needed_signoffs import in_order, needed_signoffs
from reconciler.operations.plan_findings import findings_of_plan, with_authors_since_applied
from reconciler.operations.rows_concerned import desired_beside, require_matches, rows_concerned
from reconciler.operations.unread_sites import read_partly, still_settled
from reconciler.planning.compare import Divergence, divergences, origin
from reconciler.planning.inputs import DatabaseState, PlanInputs
from reconciler.planning.plan import invalid_plan, make_plan
from reconciler.planning.selection import Selection
from reconciler.rules.compliance import counting_signoffs

OpenDatabase: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Opens the installation's database; called only once the desired state is known to be valid."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan. ``base`` is a ref that origins are told by."""

    source: Source
    base: str | None = None
    selection: Selection = field(default_factory=Selection)
    scope: Scope = Scope.ALL
    allow_unmanage: bool = False


@dataclass(frozen=True)
class PreparedRequest:
    """A request whose desired states were read and checked.

    ``unread`` are the sites of which nothing was read, because they were settled in the database.
    """

    request: PlanRequest
    head: Checked
    base: DesiredState | None = None
    unread: tuple[SettledSite, ...] = ()
    needed_unread: tuple[NeededSignoff, ...] = ()
    """The signatures that these ask for."""

    @cached_property
    def records(self) -> Mapping[UUID, SiteRecords]:
        """The derived records of every managed site; computed once, asked for before each plan."""
        return records_of(self.head)


def prepare(request: PlanRequest) -> PreparedRequest:
    """Read and check the head, and then the base as far as it differs.

    Raises:
        ReconcilerError: one of them cannot be read at all.
        InvalidDesiredStateError: the base is not valid, so that origins cannot be told.
    """
    source = request.source
    if request.base is None:
        return PreparedRequest(request, check_desired_state(source))
    # Resolved once: the branch may move while the head is read.
    base = commit_named(source.folder, request.base)
    head = check_desired_state(replace(source, since=base))
    if head.comparable is None:
        return PreparedRequest(request, head)
    return PreparedRequest(request, head, read_base(source.folder, base, head))


def prepare_partly(request: PlanRequest, open_database: OpenDatabase) -> PreparedRequest:
    """Read and check what is not settled in the database, else everything, as ``prepare`` does.

    Raises:
        ReconcilerError: as ``prepare`` does.
        InvalidDesiredStateError: as ``prepare`` does.
    """
    source = request.source
    if source.ref is None or request.scope is not Scope.ALL or request.selection.described:
        return prepare(request)
    # Whatever is amiss is found, and told, where everything is read.
    with suppress(ReconcilerError, psycopg.Error, ValueError):
        base = commit_named(source.folder, request.base) if request.base is not None else None
        with open_database() as connection, reading(connection):
            partly = read_partly(connection, replace(source, since=base), base)
        if partly is not None:
            return PreparedRequest(request, partly.head, partly.base, partly.unread, partly.needed)
    return prepare(request)


def plan(request: PlanRequest, open_database: OpenDatabase) -> Plan:
    """Return the plan; the database is read in READ ONLY transactions and never written.

    An invalid desired state gives a plan that says so, and nothing is compared with the database.
    """
    prepared = prepare_partly(request, open_database)
    if (invalid := plan_of_invalid(prepared)) is not None:
        return invalid
    with open_database() as connection, reading(connection):
        prepared = as_settled(connection, prepared)
        return plan_of_invalid(prepared) or plan_on(connection, prepared)


def as_settled(connection: Connection, prepared: PreparedRequest) -> PreparedRequest:
    """Return the request itself while what was relied on is so, else with everything read."""
    if not prepared.unread or still_settled(connection, prepared.unread):
        return prepared
    return prepare(prepared.request)


def plan_of_invalid(prepared: PreparedRequest) -> Plan | None:
    """Return the plan of a desired state that is not valid, or None if it is."""
    if prepared.head.comparable is not None:
        return None
    return invalid_plan(
        prepared.head.state, prepared.head.diagnostics, prepared.request.selection.described
    )


def plan_on(connection: Connection, prepared: PreparedRequest) -> Plan:
    """Return the plan for what ``connection``'s open transaction sees."""
    return make_plan(inputs_on(connection, prepared))


def inputs_on(
    connection: Connection, prepared: PreparedRequest, known: PlanInputs | None = None
) -> PlanInputs:
    """Return what the plan is made of for what ``connection``'s open transaction sees.

    Args:
        connection: in a transaction.
        prepared: the desired state.
        known: what it was at another time. Where the rows are those of then, so is what they
            hold, and what git says of the changes; neither is asked for again.
    """
    head, request = comparable(prepared.head), prepared.request
    require_current_schema(connection)
    database.require_every_site(connection)
    site_ids = [site.id for site in head.sites.values()]
    selection = request.selection
    live = rows_concerned(connection, head, selection, request.scope)
    require_matches(connection, selection, head, live)
    desired = selection.narrow(desired_beside(head, live, request.scope), head)
    rows = selection.narrow(live, head)
    found = _in_scope(divergences(desired, rows), prepared)
    before = prepared.base.configurations if prepared.base else {}
    read_together(side for each in found for side in (each.desired, before.get(each.key)))
    if request.scope is Scope.ALL:
        head = with_authors_since_applied(connection, request.source.folder, head, found)
    drifted = [divergence.key for divergence in found if divergence.drifted]
    signoffs = new_signoffs(connection, desired.values(), head, request.scope)
    touched = {each.key.site_id for each in found} | {signed.site.id for signed, _ in signoffs}
    unmanaged = database.unmanaged_sites(connection, [*site_ids, *head.unread.ids])
    minds_unmanaged = not request.allow_unmanage and request.scope is Scope.ALL
    if known is not None and _same_changes(known, rows, found, signoffs):
        held, authorship, wrote = known.database.bodies, known.authorship, known.wrote
    else:
        held = database.bodies(connection, [divergence.key for divergence in found])
        authorship = authorship_of(request.source.folder, head, found, signoffs)
        wrote = writers_of(request.source.folder, head, found)
    people = users_needed(head, {**authorship, **wrote}, signoffs)
    return PlanInputs(
        head=head,
        database=DatabaseState(
            identity=database.database_identity(connection),
            rows=rows,
            bodies=held,
            edits=database.out_of_band_edits(connection, drifted),
            new_signoffs=signoffs,
            unmanaged_sites=len(unmanaged),
        ),
        divergences=tuple(found),
        diagnostics=findings_of_plan(prepared.head, head, desired, found, selection, request.scope),
        base=prepared.base,
        authorship=authorship,
        wrote=wrote,
        needed_signoffs=_needed_signoffs(desired.values(), head, prepared),
        refreshes=_refreshes(connection, prepared, head, touched),
        blocked=(
            *limits_passed(connection, head, live, found, unmanaged, request.scope),
            *missing_sites(connection, head, {each.key.site_id for each in found}),
            *missing_users(connection, head, people),
            *uncertain_authors(authorship),
            *unstated_meanings(signoffs),
            *_narrowed(prepared, head, live, desired, found),
            *(formerly_managed(unmanaged) if minds_unmanaged else ()),
        ),
        scope=request.scope,
        filters=selection.described,
    )


def _same_changes(
    known: PlanInputs,
    rows: Mapping[ConfigurationKey, DatabaseRow],
    found: list[Divergence],
    signoffs: tuple[tuple[DesiredConfiguration, SignoffEntry], ...],
) -> bool:
    """Return whether a plan would change the same, from the same rows by digest and version."""
    return (
        known.database.rows == rows
        and {each.key: each for each in known.divergences} == {each.key: each for each in found}
        and known.database.new_signoffs == signoffs
    )


def _narrowed(
    prepared: PreparedRequest,
    head: DesiredState,
    live: Mapping[ConfigurationKey, DatabaseRow],
    desired: Mapping[ConfigurationKey, DesiredConfiguration],
    found: list[Divergence],
) -> list[BlockedReason]:
    """Return what would be wrong where a part of the desired state is applied by itself."""
    request = prepared.request
    if request.scope is not Scope.ALL or not request.selection.described:
        return []
    touched = {each.key for each in found}
    return left_wrong(head, prepared.head.diagnostics, live, desired, touched)


def comparable(checked: Checked) -> DesiredState:
    """Return the desired state that was checked.

    Raises:
        InvalidDesiredStateError: something in it forbids a comparison with the database.
    """
    if checked.comparable is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    return checked.comparable


def require_current_schema(connection: Connection) -> None:
    """Refuse a database whose schema is older than the program.

    Raises:
        ReconcilerError: migrations are pending.
    """
    if pending := migration_state(connection).pending:
        raise ReconcilerError(
            f"the database's schema lacks {len(pending)} of the program's migrations",
            "Run `reconciler db migrate` (or `db bootstrap` on an empty database).",
        )


def _in_scope(found: list[Divergence], prepared: PreparedRequest) -> list[Divergence]:
    scope = prepared.request.scope
    if scope is Scope.ALL:
        return found
    drifted = [divergence for divergence in found if divergence.drifted]
    if scope is Scope.DRIFTED:
        return drifted
    return [divergence for divergence in drifted if origin(divergence, None) is Origin.DRIFT]


def new_signoffs(
    connection: Connection,
    desired: Iterable[DesiredConfiguration],
    head: DesiredState,
    scope: Scope,
) -> tuple[tuple[DesiredConfiguration, SignoffEntry], ...]:
    """Return the signoffs that count and are not in the database yet."""
    if scope is not Scope.ALL:
        return ()
    counting = {
        database.SignoffKey(
            key=configuration.key,
            config_hash=signoff.config_hash,
            aspect=signoff.aspect,
            signed_by=head.users[signoff.signed_by].id,
            role=signoff.role.value,
            signed_at=signoff.signed_at,
            meaning=signoff.meaning.value,
        ): (configuration, signoff)
        for configuration in desired
        if configuration.signoffs
        for signoff in counting_signoffs(configuration, head)
    }
    new = database.unrecorded_signoffs(connection, list(counting))
    return tuple(counting[key] for key in new)


def _refreshes(
    connection: Connection, prepared: PreparedRequest, head: DesiredState, touched: set[UUID]
) -> tuple[Refresh, ...]:
    request = prepared.request
    if request.scope is not Scope.ALL:
        return ()
    return refreshes(connection, head, prepared.records, request.selection, touched)


def _needed_signoffs(
    desired: Iterable[DesiredConfiguration], head: DesiredState, prepared: PreparedRequest
) -> tuple[NeededSignoff, ...]:
    if prepared.request.scope is not Scope.ALL:
        return ()
    return in_order((*needed_signoffs(desired, head), *prepared.needed_unread))
