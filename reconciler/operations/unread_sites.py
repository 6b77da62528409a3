"""Reading a desired state without the sites of which all is known: those that are settled.

What comes of it is what reading everything comes to. Wherever that is not certain, nothing comes
of it, and everything is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from reconciler.database.connection import Connection
from reconciler.database.settled import enabled_at, followers_at, read_settled
from reconciler.database.state import drifted_sites
from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.git_tree import read_commit
from reconciler.desired.loader import Loaded, load
from reconciler.desired.site_trees import SiteTrees, site_trees
from reconciler.model.desired import DesiredState, UnreadSites
from reconciler.model.kinds.files import TOO_MANY_FINDINGS
from reconciler.model.plan import NeededSignoff
from reconciler.model.settled import Settled, SettledSite
from reconciler.operations.desired_state import (
    Checked,
    Source,
    checked,
    in_order,
    named,
    now,
    read_base,
)
from reconciler.operations.program_identity import program_identity
from reconciler.rules.global_conflicts import apart_anywhere
from reconciler.rules.relations import conflicts_elsewhere

# Each is named to git on its command line, which the system bounds.
_MOST_READ_APART = 2_000


@dataclass(frozen=True, slots=True)
class Partly:
    """A desired state, and its base, of which some sites were not read.

    ``base`` is None where none was asked for. ``unread`` is what was relied on instead, and
    ``needed`` the signatures that it asks for.
    """

    head: Checked
    base: DesiredState | None
    unread: tuple[SettledSite, ...]
    needed: tuple[NeededSignoff, ...]


def context_of(trees: SiteTrees) -> str:
    """Return what, beside a site's own folder, decides what is found about it."""
    return sha256(f"{trees.digest} {program_identity()}".encode()).hexdigest()


def read_partly(
    connection: Connection, source: Source, base: str | None, *, look_for_drift: bool = False
) -> Partly | None:
    """Return a commit's desired state without its settled sites; None: read all of it.

    Args:
        connection: in a transaction.
        source: the desired state, at a commit.
        base: the commit that origins are told by.
        look_for_drift: whether a site at which something drifted is read although it is settled,
            since nobody has to believe that every change was noticed.

    Raises:
        ReconcilerError: something cannot be read, or is not valid.
        ValueError: what is kept of a site was altered.
    """
    git = open_folder(source.folder)
    settled = read_settled(connection)
    if git is None or settled is None or source.ref is None:
        return None
    commit = git.resolve(source.ref)
    head_trees = site_trees(git, commit)
    base_trees = site_trees(git, base) if base else head_trees
    contexts = {settled.context, context_of(head_trees), context_of(base_trees)}
    if len(contexts) > 1 or head_trees.may_be_one:
        return None
    if not (head_trees.can_be_asked_for and base_trees.can_be_asked_for):
        return None
    same = _same(settled, head_trees, base_trees)
    if look_for_drift:
        same = _without_drift(connection, same)
    unread = _written_by_the_same(git, same, settled.commit, commit, base)
    others = (head_trees.sites.keys() | base_trees.sites.keys()) - unread.keys()
    if len(others) > min(len(unread), _MOST_READ_APART):
        return None  # reading all of it does not take much longer
    return _Reading(connection, source, tuple(unread.values()), others).read(
        head_trees, base, base_trees
    )


def _same(settled: Settled, head: SiteTrees, base: SiteTrees) -> dict[str, SettledSite]:
    """Return the sites that are as they were settled, in both commits and on this day."""
    today = now().date()
    if today < settled.on:
        return {}
    return {
        slug: site
        for slug, site in settled.sites.items()
        if head.sites.get(slug) == site.tree == base.sites.get(slug)
        and (site.valid_through is None or today <= site.valid_through)
    }


def _without_drift(
    connection: Connection, sites: Mapping[str, SettledSite]
) -> dict[str, SettledSite]:
    drifted = drifted_sites(connection, [site.site_id for site in sites.values()])
    return {slug: site for slug, site in sites.items() if site.site_id not in drifted}


def _written_by_the_same(
    git: GitFolder, sites: dict[str, SettledSite], then: str, commit: str, base: str | None
) -> dict[str, SettledSite]:
    """Return the sites without those of which git may tell other authors than it did then."""
    signed = {slug for slug, site in sites.items() if site.signed}
    if not signed:
        return sites
    touched = git.differing_ways(then, commit)
    if touched is None or git.shallow_boundary():
        changed = signed
    else:
        touched |= git.touched_between(base, commit) if base else set()
        concerned = sites_of(touched, git.prefix)
        changed = signed if concerned is None else signed & concerned
    return {slug: site for slug, site in sites.items() if slug not in changed}


def sites_of(paths: Collection[str], prefix: str) -> set[str] | None:
    """Return the names of the sites to which paths from the repository's root belong.

    None where one belongs to what sites share: who changes a profile, even to take it back, has
    changed what every site in it says.
    """
    beginning = f"{prefix}/sites/" if prefix else "sites/"
    if not all(path.startswith(beginning) for path in paths):
        return None
    return {path[len(beginning) :].split("/", 1)[0] for path in paths}


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads ``others``, the sites that have to be read."""

    connection: Connection
    source: Source
    unread: tuple[SettledSite, ...]
    others: Collection[str]

    def read(self, head_trees: SiteTrees, base: str | None, base_trees: SiteTrees) -> Partly | None:
        head = self._head(head_trees)
        if head is None:
            return None
        before = None
        if base is not None:
            before = read_base(self.source.folder, base, head, self._paths(base_trees))
            if self._clashes(before):
                return None
        needed = tuple(each for site in self.unread for each in site.needed())
        return Partly(head, before, self.unread, needed)

    def _head(self, trees: SiteTrees) -> Checked | None:
        folder, ref = self.source.folder, self.source.ref or ""
        tree = read_commit(folder, ref, self._paths(trees))
        loaded = load(named(tree, self.source), None, self._as_unread())
        if tree.has_links or loaded.state is None or self._clashes(loaded.state):
            return None
        whole = self._with_followers(loaded, loaded.state)
        if whole.state is None or conflicts_elsewhere(whole.state):
            return None  # advice on those looks at all the sites that they are of
        head = checked(self.source, whole)
        if head.comparable is None:
            return None
        if any(found.code == TOO_MANY_FINDINGS.code for found in head.diagnostics):
            return None  # which of them are listed depends on the others
        known = (found for site in self.unread for found in site.diagnostics())
        return replace(head, diagnostics=in_order([*head.diagnostics, *known]))

    def _paths(self, trees: SiteTrees) -> list[str]:
        there = (slug for slug in self.others if slug in trees.sites)
        return [*trees.common, *(f"sites/{slug}" for slug in there)]

    def _as_unread(self) -> UnreadSites:
        ids = frozenset(site.site_id for site in self.unread)
        return UnreadSites(
            ids=ids,
            configurations=sum(site.configurations for site in self.unread),
            enabled=cache(lambda: enabled_at(self.connection, ids)),
        )

    def _with_followers(self, loaded: Loaded, state: DesiredState) -> Loaded:
        apart = apart_anywhere(state.catalog)
        followers = followers_at(self.connection, state.unread.ids, apart)
        unread = replace(state.unread, followers=followers)
        return replace(loaded, state=replace(state, unread=unread))

    def _clashes(self, state: DesiredState) -> bool:
        """Return whether a site that was read has the id of one that was not."""
        return not state.unread.ids.isdisjoint(site.id for site in state.sites.values())


def still_settled(
    connection: Connection, unread: Collection[SettledSite], *, look_for_drift: bool = False
) -> bool:
    """Return whether sites that were relied on are settled as they were when they were."""
    settled = read_settled(connection)
    known: Mapping[str, SettledSite] = settled.sites if settled else {}
    if any(known.get(site.slug) != site for site in unread):
        return False
    return not look_for_drift or not drifted_sites(connection, [site.site_id for site in unread])
