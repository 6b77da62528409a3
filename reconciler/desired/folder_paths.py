"""What the paths of a desired state say by themselves: what each file is, and which are amiss."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from msgspec import Struct, field

from reconciler.desired.layout import Place, looks_misnamed, place_of, where_it_belongs
from reconciler.desired.source_tree import SourceTree
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.kinds import files as kinds
from reconciler.model.kinds import folder as folder_kinds

_SITE_KINDS = ("site", "extension")
_NEEDED = (
    ("reconciler.yaml", "Is this the desired-state folder? `reconciler init` makes one."),
    ("users.yaml", "Add it with at least the service user; see `reconciler schema users`."),
)


class FolderPaths(Struct):
    """The files of a desired state, each in its place."""

    common: list[tuple[Place, str]] = field(default_factory=list)
    """What is not one site's."""
    sites: dict[str, list[tuple[Place, str]]] = field(default_factory=dict)
    """The files of each site's folder, in path order."""
    diagnostics: list[Diagnostic] = field(default_factory=list)


def folder_paths(tree: SourceTree) -> FolderPaths:
    """Return what every file of a tree is, and what is found by looking at the paths alone."""
    found = FolderPaths()
    is_desired_state = "reconciler.yaml" in tree.files
    for relative in sorted(tree.files):
        place = place_of(relative)
        if place is None:
            # A folder that is not the one it was taken for is told of once.
            if is_desired_state:
                found.diagnostics.append(_misplaced(tree, relative))
        elif place.kind in _SITE_KINDS:
            found.sites.setdefault(place.first, []).append((place, relative))
        else:
            found.common.append((place, relative))
    found.diagnostics.extend(_ignored(tree))
    found.diagnostics.extend(_similar(tree))
    found.diagnostics.extend(_missing(tree, found))
    return found


def _misplaced(tree: SourceTree, relative: str) -> Diagnostic:
    return kinds.MISPLACED_FILE.at(
        Location(path=tree.shown(relative)),
        problem="no part of a desired state has this path",
        suggestion=where_it_belongs(relative),
    )


def _ignored(tree: SourceTree) -> Iterator[Diagnostic]:
    """Say of each file that was left out that it was: its absence may mean "deactivate"."""
    for relative in tree.ignored:
        if looks_misnamed(relative):
            yield folder_kinds.IGNORED_FILE.at(Location(path=tree.shown(relative)))


def _similar(tree: SourceTree) -> Iterator[Diagnostic]:
    """Warn of paths that are one path where a file system folds case or Unicode forms."""
    if all(relative.isascii() and relative.islower() for relative in tree.files):
        return  # then no other path folds to the same
    first: dict[str, str] = {}
    for relative in sorted(tree.files):
        folded = unicodedata.normalize("NFC", relative).casefold()
        other = first.setdefault(folded, relative)
        if other != relative:
            place = Location(path=tree.shown(relative))
            yield folder_kinds.SIMILAR_PATH.at(place, other=tree.shown(other))


def _missing(tree: SourceTree, found: FolderPaths) -> Iterator[Diagnostic]:
    for name, advice in _NEEDED:
        if name not in tree.files:
            place = Location(path=tree.shown(name))
            yield kinds.MISSING_FILE.at(place, name=name, suggestion=advice)
    for slug, files in found.sites.items():
        name = f"sites/{slug}/site.yaml"
        if name not in tree.files:
            yield kinds.MISSING_FILE.at(
                Location(path=tree.shown(files[0][1])),
                site=slug,
                name=name,
                suggestion="Add it with the site's id; see `reconciler schema site`.",
            )
