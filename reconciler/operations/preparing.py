"""Reading and checking the desired states that a request is about, before anything is compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TypeVar

import psycopg
from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.database.connection import (
    LOCK_TIMEOUT_SECONDS,
    Connection,
    OpenDatabase,
    reading,
)
from reconciler.desired.git_tree import branch_or_tag_named, commit_named
from reconciler.model.desired import DesiredState
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.model.plan import NeededSignoff, Plan, Scope
from reconciler.model.settled import LeftUnread
from reconciler.operations.derived import records_of
from reconciler.operations.desired_state import (
    Checked,
    Source,
    check_desired_state,
    now,
    read_base,
)
from reconciler.operations.unread_sites import read_partly, still_settled
from reconciler.planning.derived import DerivedRecords
from reconciler.planning.plan import invalid_plan
from reconciler.planning.selection import Selection

Result = TypeVar("Result")

SHORT_WAIT_SECONDS = 1.0
"""How long a lock is waited for where settled sites are asked for: without them, all is read."""


class PlanRequest(Struct, frozen=True):
    """What to plan. ``base`` is a ref that origins are told by."""

    source: Source
    base: str | None = None
    selection: Selection = field(default_factory=Selection)
    scope: Scope = Scope.ALL
    allow_unmanage: bool = False


class PreparedRequest(Struct, frozen=True, dict=True):
    """A request whose desired states were read and checked.

    ``unread`` are the sites of which nothing was read, because they are settled in the database;
    None where everything was.
    """

    request: PlanRequest
    head: Checked
    base: DesiredState | None = None
    unread: LeftUnread | None = None
    needed_unread: tuple[NeededSignoff, ...] = ()
    """The signatures that these ask for."""

    @cached_property
    def records(self) -> DerivedRecords:
        """The derived records of every managed site of a state that can be compared."""
        return records_of(self.head, comparable(self.head))


def pinned(request: PlanRequest) -> PlanRequest:
    """Return the request with commits for what it names: a branch may move while it is read.

    All that is read, judged and recorded is of these commits, however long that takes.

    Raises:
        ReconcilerError: no repository, or no such commit.
    """
    source, base = request.source, request.base
    if base is not None:
        base = commit_named(source.folder, base)
    if source.ref is not None:
        commit = commit_named(source.folder, source.ref)
        named = source.named or branch_or_tag_named(source.folder, source.ref)
        source = replace(source, ref=commit, named=named)
    return replace(request, source=source, base=base)


def prepare(request: PlanRequest) -> PreparedRequest:
    """Read and check the head, and then the base as far as it differs.

    Raises:
        ReconcilerError: one of them cannot be read at all.
        InvalidDesiredStateError: the base is not valid, so that origins cannot be told.
    """
    request = pinned(request)
    source, base = request.source, request.base
    if base is None:
        return PreparedRequest(request, check_desired_state(source))
    head = check_desired_state(replace(source, since=base), base)
    if head.comparable is None:
        return PreparedRequest(request, head)
    return PreparedRequest(request, head, read_base(source.folder, base, head))


def prepare_partly(
    request: PlanRequest, open_database: OpenDatabase, lock_timeout: float = LOCK_TIMEOUT_SECONDS
) -> PreparedRequest:
    """Read and check what is not settled in the database, else everything, as ``prepare`` does.

    Whoever uses it in another transaction has to ask ``up_to_date`` there.

    Raises:
        ReconcilerError: as ``prepare`` does.
        InvalidDesiredStateError: as ``prepare`` does.
    """
    request = pinned(request)
    partly = if_read_partly(request, open_database, lambda _, read: read, lock_timeout)
    return partly or prepare(request)


def if_read_partly(
    request: PlanRequest,
    open_database: OpenDatabase,
    use: Callable[[Connection, PreparedRequest], Result],
    lock_timeout: float = LOCK_TIMEOUT_SECONDS,
) -> Result | None:
    """Return what ``use`` makes of a pinned request read without its settled sites.

    It is called in the transaction in which they were settled. None where all has to be read:
    whatever is amiss is found, and told, where that is done.
    """
    if request.source.ref is None or request.selection.described:
        return None
    with suppress(ReconcilerError, psycopg.Error, ValueError):
        wait = min(lock_timeout, SHORT_WAIT_SECONDS)
        with open_database() as connection, reading(connection, wait):
            if (partly := _prepared_partly(connection, request)) is not None:
                return use(connection, partly)
    return None


def _prepared_partly(connection: Connection, request: PlanRequest) -> PreparedRequest | None:
    """Return the request read without the sites that are settled; None: read all of it.

    Raises:
        ReconcilerError: as ``prepare`` does.
        ValueError: what is kept of a site was altered.
    """
    source, base = replace(request.source, since=request.base), request.base
    drifted = request.scope is not Scope.ALL
    partly = read_partly(connection, source, base, look_for_drift=drifted)
    if partly is None:
        return None
    return PreparedRequest(request, partly.head, partly.base, partly.unread, partly.needed)


def up_to_date(connection: Connection, prepared: PreparedRequest) -> PreparedRequest:
    """Return the request itself while all of it holds that was judged, else read anew.

    That is, on the day on which it was judged, since waivers and certificates end, and while
    sites that were not read are settled as they were.
    """
    state, unread = prepared.head.state, prepared.unread
    if state is not None and state.as_of is not None and state.as_of.date() != now().date():
        return prepare(prepared.request)
    drifted = prepared.request.scope is not Scope.ALL
    if unread is None or still_settled(connection, unread, look_for_drift=drifted):
        return prepared
    return prepare(prepared.request)


def plan_of_invalid(prepared: PreparedRequest) -> Plan | None:
    """Return the plan of a desired state that is not valid, or None if it is."""
    if prepared.head.comparable is not None:
        return None
    return invalid_plan(
        prepared.head.state, prepared.head.diagnostics, prepared.request.selection.described
    )


def comparable(checked: Checked) -> DesiredState:
    """Return the desired state that was checked.

    Raises:
        InvalidDesiredStateError: something in it forbids a comparison with the database.
    """
    if checked.comparable is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    return checked.comparable
