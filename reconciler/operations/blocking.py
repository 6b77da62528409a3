"""What keeps a plan from being applied, apart from findings about the desired state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from reconciler.database import state as database
from reconciler.database.connection import Connection
from reconciler.database.settled import live_counts
from reconciler.model.authorship import Authorship
from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.files import SignatureMeaning, SignoffEntry
from reconciler.model.plan import BlockCode, BlockedReason, Scope
from reconciler.operations.rows_concerned import Concerned, existing
from reconciler.planning.compare import Divergence
from reconciler.planning.safety import emptied, enough_for, over_limits


def missing_sites(
    connection: Connection, head: DesiredState, touched: Collection[UUID]
) -> list[BlockedReason]:
    """Return the touched sites that MachShop does not have."""
    missing = set(touched) - database.known_sites(connection, touched)
    return _reasons(
        BlockCode.MISSING_SITE,
        sorted(
            f"site {head.sites_by_id[site_id].slug!r} ({site_id}) is not in MachShop's table "
            "sites; `reconciler db bootstrap` adds it"
            for site_id in missing
        ),
    )


def missing_users(
    connection: Connection, head: DesiredState, needed: Collection[str]
) -> list[BlockedReason]:
    """Return which of the users needed MachShop does not have, or has with another id."""
    known = database.known_users(connection, needed)
    problems = []
    for username in sorted(needed):
        if username not in known:
            problems.append(
                f"user {username!r} is not in MachShop's table users; "
                "`reconciler db bootstrap` adds it"
            )
        elif known[username] != head.users[username].id:
            problems.append(
                f"user {username!r} has id {known[username]} in MachShop's table users, "
                f"and {head.users[username].id} in users.yaml; correct users.yaml"
            )
    return _reasons(BlockCode.MISSING_USER, problems)


def unstated_meanings(
    signoffs: Iterable[tuple[DesiredConfiguration, SignoffEntry]],
) -> list[BlockedReason]:
    """Return the new signatures that do not say what they mean: only adopted ones need not."""
    return _reasons(
        BlockCode.UNSTATED_MEANING,
        sorted(
            f"the signature of {signoff.signed_by!r} under {signoff.aspect!r} of "
            f"{desired.extension!r} at {desired.site.slug!r} is new, and a new signature says what "
            "it means: review, approval, responsibility or authorship"
            for desired, signoff in signoffs
            if signoff.meaning is SignatureMeaning.UNSTATED
        ),
    )


def uncertain_authors(authorship: Mapping[str, Authorship]) -> list[BlockedReason]:
    """Return that authors cannot be told, where the clone lacks the history that would tell."""
    uncertain = sorted(path for path, author in authorship.items() if not author.certain)
    if not uncertain:
        return []
    more = f" and {len(uncertain) - 1} files more" if len(uncertain) > 1 else ""
    problem = (
        f"the clone is shallow: git cannot tell who last changed {uncertain[0]}{more}; fetch the "
        "whole history (git fetch --unshallow, or fetch-depth: 0)"
    )
    return _reasons(BlockCode.SHALLOW_CLONE, [problem])


def formerly_managed(unmanaged: Collection[database.UnmanagedSite]) -> list[BlockedReason]:
    """Return the sites that the reconciler wrote at and that no folder describes any more."""
    return _reasons(
        BlockCode.UNMANAGED,
        [
            f"site {site.name!r} ({site.site_id}) still has configurations that the reconciler "
            f"wrote ({site.configurations}), "
            "and no folder any more; restore the folder, or pass --allow-unmanage"
            for site in unmanaged
            if site.formerly_managed
        ],
    )


def limits_passed(
    connection: Connection,
    head: DesiredState,
    concerned: Concerned,
    found: Collection[Divergence],
    unmanaged: Collection[database.UnmanagedSite],
    scope: Scope,
) -> list[BlockedReason]:
    """Return that the desired state is suddenly empty, else which limits the plan is over.

    Healing was asked for by name and puts back what the reconciler itself last wrote, so how
    much was changed behind its back does not hinder it. ``--allow-unmanage`` makes no difference.
    """
    written = sum(site.configurations for site in unmanaged if site.formerly_managed)
    if empty := emptied(head, concerned.rows.values(), written):
        return empty
    if scope is not Scope.ALL:
        return []
    elsewhere: dict[str, int] = {}
    if head.unread.number:
        # Of those there may be any number; what is live is at them, or at the others known here.
        others = [*head.sites_by_id, *(site.site_id for site in unmanaged)]
        changing = Counter(each.key.extension_id for each in found)
        enough = {
            extension: enough_for(number, head.project.safety)
            for extension, number in changing.items()
        }
        elsewhere = live_counts(connection, enough, others)
    return over_limits(head, existing(head, concerned), found, elsewhere)


def _reasons(code: BlockCode, problems: Iterable[str]) -> list[BlockedReason]:
    return [BlockedReason(code=code, message=problem) for problem in problems]
