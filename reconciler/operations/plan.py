"""Planning: desired state and database brought together, read-only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from reconciler.database import state as database
from reconciler.database.connection import Connection, OpenDatabase, reading
from reconciler.database.migrations import migration_state
from reconciler.desired.stored_document import read_together
from reconciler.model.authorship import Authorship
from reconciler.model.change import Origin
from reconciler.model.derived import Refresh
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.errors import ReconcilerError
from reconciler.model.files import SignoffEntry
from reconciler.model.live import DatabaseRow, OutOfBandEdit
from reconciler.model.plan import BlockedReason, NeededSignoff, Plan, Scope
from reconciler.operations.authorship import authorship_of, users_needed, writers_of
from reconciler.operations.blocking import (
    formerly_managed,
    limits_passed,
    missing_sites,
    missing_users,
    uncertain_authors,
    unstated_meanings,
)
from reconciler.operations.derived import refreshes
from reconciler.operations.narrowing import left_wrong
from reconciler.operations.needed_signoffs import in_order, needed_signoffs
from reconciler.operations.plan_findings import findings_of_plan, with_authors_since_applied
from reconciler.operations.preparing import (
    PlanRequest,
    PreparedRequest,
    comparable,
    if_read_partly,
    pinned,
    plan_of_invalid,
    prepare,
)
from reconciler.operations.rows_concerned import (
    desired_beside,
    require_matches,
    rows_concerned,
    rows_of_signed,
)
from reconciler.planning.compare import Divergence, divergences, origin, told_by_own_files
from reconciler.planning.inputs import DatabaseState, PlanInputs
from reconciler.planning.plan import make_plan
from reconciler.rules.compliance import counting_signoffs

NewSignoffs: TypeAlias = tuple[tuple[DesiredConfiguration, SignoffEntry], ...]
"""Signatures that are not in the database yet, each with the configuration that it is for."""


def plan(request: PlanRequest, open_database: OpenDatabase) -> Plan:
    """Return the plan; the database is read in a READ ONLY transaction and never written.

    An invalid desired state gives a plan that says so, and nothing is compared with the database.
    """
    request = pinned(request)
    if (made := if_read_partly(request, open_database, plan_on)) is not None:
        return made
    prepared = prepare(request)
    if (invalid := plan_of_invalid(prepared)) is not None:
        return invalid
    with open_database() as connection, reading(connection):
        return plan_on(connection, prepared)


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
    selection = request.selection
    require_current_schema(connection)
    database.require_every_site(connection)
    concerned = rows_concerned(connection, head, selection, request.scope)
    require_matches(connection, selection, head, concerned.rows)
    desired = selection.narrow(desired_beside(head, concerned, request.scope), head)
    rows = selection.narrow(concerned.rows, head)
    found = _in_scope(divergences(desired, rows), prepared)
    _read_what_differs(prepared, found)
    if request.scope is Scope.ALL:
        head = with_authors_since_applied(connection, request.source.folder, head, found)
    whole = selection.narrow(head.configurations, head)
    signed = (key for key in head.signed if key in whole)
    signoffs = new_signoffs(connection, signed, head, request.scope)
    rows = {**rows, **rows_of_signed(connection, concerned, signoffs)}
    others = prepared.unread.others if prepared.unread else None
    unmanaged = database.unmanaged_sites(connection, list(head.sites_by_id), others)
    same = known if known and _same_changes(known, rows, found, signoffs) else None
    authorship, wrote = _authors(request.source.folder, head, found, signoffs, same)
    return PlanInputs(
        head=head,
        database=DatabaseState(
            identity=database.database_identity(connection),
            rows=rows,
            bodies=same.database.bodies if same else _bodies(connection, found),
            edits=_edits(connection, found),
            new_signoffs=signoffs,
            unmanaged_sites=len(unmanaged),
        ),
        divergences=tuple(found),
        diagnostics=findings_of_plan(prepared.head, head, desired, found, selection, request.scope),
        base=prepared.base,
        authorship=authorship,
        wrote=wrote,
        needed_signoffs=_needed_signoffs(head, whole, prepared),
        refreshes=_refreshes(connection, prepared, head, found, signoffs),
        blocked=(
            *limits_passed(connection, head, concerned, found, unmanaged, request.scope),
            *missing_sites(connection, head, {each.key.site_id for each in found}),
            *missing_users(connection, head, users_needed(head, authorship, wrote, signoffs)),
            *uncertain_authors(authorship),
            *unstated_meanings(signoffs),
            *_narrowed(prepared, head, concerned.rows, desired, found),
            *_let_go(request, unmanaged),
        ),
        scope=request.scope,
        filters=selection.described,
    )


def _bodies(connection: Connection, found: Iterable[Divergence]) -> Mapping[ConfigurationKey, str]:
    live = [each.key for each in found if each.row is not None and each.row.live is not None]
    return database.live_bodies(connection, live)


def _edits(
    connection: Connection, found: Iterable[Divergence]
) -> Mapping[ConfigurationKey, OutOfBandEdit]:
    drifted = [each.key for each in found if each.drifted]
    return database.out_of_band_edits(connection, drifted) if drifted else {}


def _read_what_differs(prepared: PreparedRequest, found: list[Divergence]) -> None:
    """Read the files that the plan looks into: what is wanted, and what the base has otherwise."""
    base = prepared.base.configurations if prepared.base else {}
    wanted = {each.key: each.desired for each in found if each.desired is not None}
    before = [base[key] for key in wanted if key in base]
    doubtful = (it for it in before if not told_by_own_files(it, wanted[it.key]))
    read_together([*wanted.values(), *doubtful])


def _authors(
    folder: Path,
    head: DesiredState,
    found: list[Divergence],
    signoffs: NewSignoffs,
    same: PlanInputs | None,
) -> tuple[Mapping[str, Authorship], Mapping[str, Authorship]]:
    """Return who last touched each file concerned, and who wrote what was signed since."""
    if same is not None:
        return same.authorship, same.wrote
    return authorship_of(folder, head, found, signoffs), writers_of(folder, head, found)


def _same_changes(
    known: PlanInputs,
    rows: Mapping[ConfigurationKey, DatabaseRow],
    found: list[Divergence],
    signoffs: NewSignoffs,
) -> bool:
    """Return whether a plan would change the same, from the same rows by digest and version."""
    return (
        known.database.rows == rows
        and {each.key: each for each in known.divergences} == {each.key: each for each in found}
        and known.database.new_signoffs == signoffs
    )


def _let_go(request: PlanRequest, unmanaged: list[database.UnmanagedSite]) -> list[BlockedReason]:
    """Return the sites whose folder is gone, where that was not meant."""
    minds = request.scope is Scope.ALL and not request.allow_unmanage
    return formerly_managed(unmanaged) if minds else []


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
    signed: Iterable[ConfigurationKey],
    head: DesiredState,
    scope: Scope,
) -> NewSignoffs:
    """Return the signoffs of ``signed`` that count and are not in the database yet."""
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
        for configuration in (head.configurations[key] for key in signed)
        for signoff in counting_signoffs(configuration, head)
    }
    new = database.unrecorded_signoffs(connection, list(counting))
    return tuple(counting[key] for key in new)


def _refreshes(
    connection: Connection,
    prepared: PreparedRequest,
    head: DesiredState,
    found: list[Divergence],
    signoffs: NewSignoffs,
) -> tuple[Refresh, ...]:
    request = prepared.request
    if request.scope is not Scope.ALL:
        return ()
    touched = {each.key.site_id for each in found} | {signed.site.id for signed, _ in signoffs}
    return refreshes(connection, head, prepared.records, request.selection, touched)


def _needed_signoffs(
    head: DesiredState, desired: Collection[ConfigurationKey], prepared: PreparedRequest
) -> tuple[NeededSignoff, ...]:
    if prepared.request.scope is not Scope.ALL:
        return ()
    return in_order((*needed_signoffs(head, desired), *prepared.needed_unread))
