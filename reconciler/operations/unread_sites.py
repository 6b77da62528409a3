"""Reading a desired state without the sites of which all is known: those that are settled.

What comes of it is what reading everything comes to. Wherever that is not certain, nothing comes
of it, and everything is read.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from reconciler.database.connection import Connection
from reconciler.database.settled import (
    are_unread,
    enabled_at,
    followers_at,
    ids_of,
    read_settled,
    read_unread,
)
from reconciler.database.state import drifted_sites
from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.git_tree import read_commit
from reconciler.desired.loader import Loaded, load
from reconciler.desired.site_trees import SiteTrees, site_trees
from reconciler.model.desired import DesiredState, UnreadSites
from reconciler.model.kinds.files import TOO_MANY_FINDINGS
from reconciler.model.plan import NeededSignoff
from reconciler.model.settled import LeftUnread, Settled
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


class Partly(Struct, frozen=True):
    """A desired state, and its base, of which some sites were not read.

    ``base`` is None where none was asked for. ``unread`` are those sites.
    """

    head: Checked
    base: DesiredState | None
    unread: LeftUnread
    needed: tuple[NeededSignoff, ...]
    """The signatures that they ask for."""


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
    settled = read_settled(connection, now().date())
    if git is None or settled is None or source.ref is None:
        return None
    commit = git.resolve(source.ref)
    if base is None or base == commit:
        head_trees = base_trees = site_trees(git, commit)[0]
    else:
        head_trees, base_trees = site_trees(git, commit, base)
    contexts = {settled.context, context_of(head_trees), context_of(base_trees)}
    if len(contexts) > 1 or head_trees.may_be_one:
        return None
    if not (head_trees.can_be_asked_for and base_trees.can_be_asked_for):
        return None
    same = _same(settled, head_trees, base_trees)
    same -= _written_by_others(git, settled.signed & same, settled.commit, commit, base)
    if look_for_drift:
        same -= _drifted(connection, settled, same)
    others = (head_trees.sites.keys() | base_trees.sites.keys()) - same
    if len(others) > min(len(same), _MOST_READ_APART):
        return None  # reading all of it does not take much longer
    unread = read_unread(connection, settled, frozenset(settled.trees.keys() - same))
    if unread is None:
        return None
    return _Reading(connection, source, unread, others).read(head_trees, base, base_trees)


def _same(settled: Settled, head: SiteTrees, base: SiteTrees) -> set[str]:
    """Return the sites that are as they were settled, in both commits and on this day."""
    if now().date() < settled.on:
        return set()
    here, before = head.sites.get, base.sites.get
    same = {slug for slug, tree in settled.trees.items() if here(slug) == tree == before(slug)}
    return same - settled.outdated


def _drifted(connection: Connection, settled: Settled, sites: Collection[str]) -> set[str]:
    """Return those of the sites, which are settled, where something drifted all the same."""
    ids = ids_of(connection, settled.trees.keys() - sites)
    return {ids[site_id] for site_id in drifted_sites(connection, ids)}


def _written_by_others(
    git: GitFolder, signed: frozenset[str], then: str, commit: str, base: str | None
) -> frozenset[str]:
    """Return those of the signed sites of which git may tell other authors than it did then."""
    if not signed:
        return signed
    touched = git.differing_ways(then, commit)
    if touched is None or git.shallow_boundary():
        return signed
    touched |= git.touched_between(base, commit) if base else set()
    concerned = sites_of(touched, git.prefix)
    return signed if concerned is None else signed & concerned


def sites_of(paths: Collection[str], prefix: str) -> set[str] | None:
    """Return the names of the sites to which paths from the repository's root belong.

    None where one belongs to what sites share: who changes a profile, even to take it back, has
    changed what every site in it says.
    """
    beginning = f"{prefix}/sites/" if prefix else "sites/"
    if not all(path.startswith(beginning) for path in paths):
        return None
    return {path[len(beginning) :].split("/", 1)[0] for path in paths}


class _Reading(Struct, frozen=True):
    """Reads ``others``, the sites that have to be read."""

    connection: Connection
    source: Source
    unread: LeftUnread
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
        return Partly(head, before, self.unread, self.unread.needed())

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
        known = self.unread.diagnostics()
        return replace(head, diagnostics=in_order([*head.diagnostics, *known]))

    def _paths(self, trees: SiteTrees) -> list[str]:
        there = (slug for slug in self.others if slug in trees.sites)
        return [*trees.common, *(f"sites/{slug}" for slug in there)]

    def _as_unread(self) -> UnreadSites:
        return UnreadSites(
            number=len(self.unread.trees),
            configurations=self.unread.configurations,
            enabled=cache(lambda: enabled_at(self.connection, self.unread)),
        )

    def _with_followers(self, loaded: Loaded, state: DesiredState) -> Loaded:
        apart = apart_anywhere(state.catalog)
        followers = followers_at(self.connection, self.unread, apart)
        unread = replace(state.unread, followers=followers)
        return replace(loaded, state=replace(state, unread=unread))

    def _clashes(self, state: DesiredState) -> bool:
        """Return whether a site that was read has the id of one that was not."""
        return are_unread(self.connection, self.unread, list(state.sites_by_id))


def still_settled(
    connection: Connection, unread: LeftUnread, *, look_for_drift: bool = False
) -> bool:
    """Return whether all that was known of sites that were left unread is so now."""
    settled = read_settled(connection, now().date())
    if settled is None or read_unread(connection, settled, unread.but_for) != unread:
        return False
    return not (look_for_drift and _drifted(connection, settled, unread.trees))
