"""Noting after an apply at which sites everything is as git has it, for plans to rely on.

``unread_sites`` relies on it. A site is noted only where the next plan of the same commit would
find the same about it, and nothing to do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from reconciler.database.connection import Connection
from reconciler.database.settled import read_settled, read_sites, write_settled
from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.site_trees import SiteTrees, site_trees
from reconciler.model.desired import DesiredConfiguration, DesiredState, Site
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.enabled import Enabled
from reconciler.model.kinds.files import TOO_MANY_FINDINGS
from reconciler.model.plan import NeededSignoff, Scope
from reconciler.model.settled import Noted, SettledSite
from reconciler.operations.derived import refreshes
from reconciler.operations.needed_signoffs import in_order, needed_signoffs
from reconciler.operations.plan import new_signoffs
from reconciler.operations.preparing import PreparedRequest
from reconciler.operations.unread_sites import context_of, sites_of
from reconciler.planning.selection import Selection


def settle(connection: Connection, prepared: PreparedRequest) -> None:
    """Note the sites that are settled by now, in the caller's transaction.

    The request must have been applied in it, or have had nothing to apply.
    """
    noted = _noted(connection, prepared)
    if noted is not None:
        write_settled(connection, noted, prepared.unread)


def is_settled(connection: Connection, prepared: PreparedRequest) -> bool:
    """Return whether there is nothing to note that is not noted already."""
    noted = _noted(connection, prepared)
    if noted is None:
        return True
    settled = read_settled(connection, noted.on)
    return (
        settled is not None
        and (settled.commit, settled.context) == (noted.commit, noted.context)
        and read_sites(connection, prepared.unread) == noted.sites
    )


def may_settle(prepared: PreparedRequest) -> bool:
    """Return whether a request is about all of a commit, so that something can be noted of it."""
    request, loaded = prepared.request, prepared.head.loaded
    whole = request.scope is Scope.ALL and not request.selection.described
    return (
        whole
        and request.source.ref is not None
        and loaded is not None
        and not loaded.parts.tree.has_links
        and not any(each.code == TOO_MANY_FINDINGS.code for each in prepared.head.diagnostics)
    )


def _noted(connection: Connection, prepared: PreparedRequest) -> Noted | None:
    state = prepared.head.comparable
    if state is None or not may_settle(prepared):
        return None
    if not state.sites and prepared.unread is None:
        return None
    git, commit = open_folder(prepared.request.source.folder), state.revision.commit
    if git is None or not git.is_one_line or commit is None or state.as_of is None:
        return None
    (trees,) = site_trees(git, commit)
    if prepared.unread is not None and prepared.unread.context != context_of(trees):
        return None  # they are not noted anew, and are of another commit
    left = _left(connection, prepared, state) | _written_since(git, prepared, state)
    sites = [site for site in state.sites.values() if site.id not in left]
    noted = _Noting(prepared, state, trees, state.as_of).sites(sites)
    return Noted(
        commit=commit,
        context=context_of(trees),
        on=state.as_of.astimezone(UTC).date(),
        sites={site.slug: site for site in noted},
    )


def _left(connection: Connection, prepared: PreparedRequest, state: DesiredState) -> set[UUID]:
    """Return the sites at which the next plan would find something to write."""
    outdated = refreshes(connection, state, prepared.records, Selection(), ())
    # Who may sign is judged anew once a change is applied, and a signature may count by then.
    signed = new_signoffs(connection, state.signed, state, Scope.ALL)
    return {each.site_id for each in outdated} | {each.site.id for each, _ in signed}


def _written_since(git: GitFolder, prepared: PreparedRequest, state: DesiredState) -> set[UUID]:
    """Return the sites of which more authors count than without the base that was planned with."""
    base, commit = prepared.base, state.revision.commit
    if base is None or base.revision.commit is None or commit is None:
        return set()
    touched = sites_of(git.touched_between(base.revision.commit, commit), git.prefix)
    if touched is None:
        return {key.site_id for key in state.signed}
    return {state.sites[slug].id for slug in touched if slug in state.sites}


class _Noting:
    """What there is to note about sites of a desired state."""

    def __init__(
        self, prepared: PreparedRequest, state: DesiredState, trees: SiteTrees, at: datetime
    ) -> None:
        self._state = state
        self._trees = trees
        self._at = at
        self._today = at.astimezone(UTC).date()
        self._users = {user.email.casefold() for user in state.users.values() if user.email}
        self._signed: dict[UUID, list[DesiredConfiguration]] = defaultdict(list)
        for key in state.signed:
            self._signed[key.site_id].append(state.configurations[key])
        self._needed: dict[str, list[NeededSignoff]] = defaultdict(list)
        for needed in needed_signoffs(state, state.configurations):
            self._needed[needed.site].append(needed)
        folder = state.project_document.path.rpartition("/")[0]
        self._beginning = f"{folder}/sites/" if folder else "sites/"
        self._findings = self._by_site(prepared.head.diagnostics)

    def sites(self, sites: Iterable[Site]) -> list[SettledSite]:
        """Return what there is to note of each of ``sites`` that can be relied on."""
        return [self._site(site) for site in sites if self._can_be_told(site)]

    def _by_site(self, findings: Iterable[Diagnostic]) -> Mapping[str, list[Diagnostic]]:
        found: dict[str, list[Diagnostic]] = defaultdict(list)
        for each in findings:
            path = each.location.path
            if path.startswith(self._beginning):
                found[path[len(self._beginning) :].split("/", 1)[0]].append(each)
            elif each.site is not None:
                found[each.site].append(each)
        return found

    def _can_be_told(self, site: Site) -> bool:
        """Return whether another would judge the site's signatures alike, at any later time."""
        for configuration in self._signed.get(site.id, ()):
            authors = self._state.authors.get(configuration.key)
            if authors is None or not authors.certain:
                return False
            if authors.emails - self._users:
                return False  # of these, all of an installation are counted together
            if any(signoff.signed_at > self._at for signoff in configuration.signoffs):
                return False
        return True

    def _site(self, site: Site) -> SettledSite:
        enabled = self._state.enabled[site.id]
        return SettledSite(
            site_id=site.id,
            slug=site.slug,
            tree=self._trees.sites[site.slug],
            configurations=len(enabled.extensions),
            signed=site.id in self._signed,
            valid_through=self._valid_through(site, enabled),
            findings=_as_json(self._findings.get(site.slug, ())),
            needed_signoffs=_as_json(in_order(self._needed.get(site.slug, ()))),
        )

    def _valid_through(self, site: Site, enabled: Enabled) -> date | None:
        """Return the first day from today on that is the last of a waiver or a certificate."""
        days = [waiver.until for waiver in site.waivers]
        for version in enabled.with_versions():
            manifest = self._state.catalog.manifest(*version)
            certificates = manifest.content.governance.certifications if manifest else ()
            days += [each.valid_until for each in certificates if each.valid_until is not None]
        return min((day for day in days if day >= self._today), default=None)


def _as_json(models: Iterable[BaseModel]) -> str:
    content: list[Any] = [each.model_dump(mode="json") for each in models]
    return json.dumps(content)
