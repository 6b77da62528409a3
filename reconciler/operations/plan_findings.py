"""What is found only once it is known what would change: who wrote it, and what it takes away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from reconciler.database import state as database
from reconciler.database.connection import Connection
from reconciler.desired.change_authors import change_authors
from reconciler.desired.git import open_folder
from reconciler.model.change import Action
from reconciler.model.desired import (
    ChangeAuthors,
    ConfigurationKey,
    DesiredConfiguration,
    DesiredState,
)
from reconciler.model.diagnostic import Diagnostic, Gate, Location, sorted_diagnostics
from reconciler.model.kinds import WAIVABLE
from reconciler.model.kinds.compliance import COMPLIANCE_CODES
from reconciler.model.plan import Scope
from reconciler.operations.desired_state import Checked
from reconciler.planning.attribution import own_file
from reconciler.planning.compare import Divergence
from reconciler.planning.selection import Selection
from reconciler.rules.compliance import check_compliance
from reconciler.rules.foundation import Deactivation, check_deactivation
from reconciler.rules.waivers import accepted


def with_authors_since_applied(
    connection: Connection, folder: Path, head: DesiredState, found: Sequence[Divergence]
) -> DesiredState:
    """Return the desired state with everybody known who changed what is not applied yet.

    A change that is small and new does not make the ones before it somebody else's: whoever had
    a part in what is to be applied may not sign it.
    """
    signed = [each.key for each in found if each.desired and each.desired.signoffs]
    git = open_folder(folder)
    if git is None or not signed:
        return head
    applied = database.applied_commits(connection, signed)
    known = git.known_commits(set(applied.values()))
    since = {key: commit for key, commit in applied.items() if commit in known}
    authors = dict(head.authors)
    for key, more in change_authors(git, head, since).items():
        before = authors.get(key, ChangeAuthors())
        emails = before.emails | more.emails
        authors[key] = ChangeAuthors(emails, certain=before.certain and more.certain)
    return replace(head, authors=authors)


def findings_of_plan(
    checked: Checked,
    head: DesiredState,
    desired: Mapping[ConfigurationKey, DesiredConfiguration],
    found: Sequence[Divergence],
    selection: Selection,
    scope: Scope,
) -> tuple[Diagnostic, ...]:
    """Return the findings that concern what the plan is about, or no configuration at all.

    A plan about drift is about the drifted configurations: what somebody merged elsewhere
    neither hides drift nor stops its healing.
    """
    concerned = None
    if scope is not Scope.ALL or selection.described:
        keys = desired.keys() if scope is Scope.ALL else {each.key for each in found}
        concerned = {(desired[key].site.slug, key.extension_id) for key in keys if key in desired}
    diagnostics = _signed_anew(checked.diagnostics, checked.state, head)
    kept = [
        each
        for each in diagnostics
        if concerned is None
        or each.extension is None
        or each.site is None
        or (each.site, each.extension) in concerned
    ]
    if scope is not Scope.ALL:
        # What is restored was applied before; how it gets on with what was merged since is no
        # reason to leave it broken. Whether it is signed is asked as ever.
        return sorted_diagnostics(
            [each for each in kept if each.gate is not Gate.APPLY or each.code in COMPLIANCE_CODES]
        )
    kept += accepted(head, _about_deactivations(checked, head, found), WAIVABLE)
    return sorted_diagnostics(kept)


def _signed_anew(
    diagnostics: Sequence[Diagnostic], before: DesiredState | None, head: DesiredState
) -> list[Diagnostic]:
    """Return the findings with those about signatures made anew where more authors are known."""
    changed = {
        key
        for key, authors in head.authors.items()
        if before is None or before.authors.get(key) != authors
    }
    if not changed:
        return list(diagnostics)
    anew = [head.configurations[key] for key in changed]
    concerned = {(each.site.slug, each.extension) for each in anew}
    kept = [
        found
        for found in diagnostics
        if found.code not in COMPLIANCE_CODES or (found.site, found.extension) not in concerned
    ]
    checked = [finding for each in anew for finding in check_compliance(each, head)]
    return [*kept, *accepted(head, checked, WAIVABLE)]


def _about_deactivations(
    checked: Checked, head: DesiredState, found: Collection[Divergence]
) -> Iterator[Diagnostic]:
    """Yield why what a plan takes away should stay; an opt-out was judged with the files."""
    if checked.installation is None:
        return
    for each in found:
        held = each.row and (each.row.live or each.row.applied)
        if each.action is Action.DEACTIVATE and held and each.key not in head.opt_outs:
            site = head.sites_by_id[each.key.site_id]
            place = Location(path=own_file(site, each.key.extension_id))
            gone = Deactivation(site, each.key.extension_id, held.version, place)
            yield from check_deactivation(gone, head, checked.installation)
