"""A commit's desired state by the names that git has for its folders, without reading a file."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from reconciler.desired.git import GitFolder
from reconciler.desired.tree_object import FOLDER, as_text, items_of
from reconciler.model.errors import ReconcilerError

_SITES = "sites"
_MOST_COMMON = 1_000
_IS_FOLDED = re.compile("[a-z0-9-]*")
_NO_UTF_8 = "\\"
"""What bytes that are no UTF-8 are shown with, so that their name is not git's any more."""


class SiteTrees(Struct, frozen=True):
    """What git calls each site's folder, and all that is not one site's.

    Two commits with the same name for a folder have the same in it, byte for byte.
    """

    sites: Mapping[str, str]
    """git's name of each site's folder, by the folder's own."""
    common: tuple[str, ...]
    """The files and folders that are not one site's, relative to the desired-state folder."""
    digest: str
    """Over what these are, and where the desired-state folder is."""

    @property
    def may_be_one(self) -> bool:
        """Whether two sites' folders have names that are one where case or form is folded."""
        if all(map(_IS_FOLDED.fullmatch, self.sites)):
            return False  # each is what it would be folded to
        folded = {unicodedata.normalize("NFC", slug).casefold() for slug in self.sites}
        return len(folded) < len(self.sites)

    @property
    def can_be_asked_for(self) -> bool:
        """Whether all that is not read whole can be named to git: few enough, and in UTF-8."""
        return len(self.common) <= _MOST_COMMON and not any(
            _NO_UTF_8 in name for name in (*self.sites, *self.common)
        )


def site_trees(git: GitFolder, *commits: str) -> list[SiteTrees]:
    """Return the folders of each of some commits.

    Raises:
        ReconcilerError: one has no such desired-state folder, or no ``sites/`` in it.
    """
    folders = [git.prefix, f"{git.prefix}/{_SITES}" if git.prefix else _SITES]
    held = git.contents([f"{commit}:{folder}" for commit in commits for folder in folders])
    return [_site_trees(git.prefix, commit, next(held), next(held)) for commit in commits]


def _site_trees(prefix: str, commit: str, top: bytes | None, sites: bytes | None) -> SiteTrees:
    name_length = len(bytes.fromhex(commit))
    above = {as_text(name): (mode, what) for mode, name, what in items_of(top or b"", name_length)}
    if sites is None or _SITES not in above or above.pop(_SITES)[0] != FOLDER:
        raise ReconcilerError(
            f"commit {commit[:12]} has no folder {_SITES}/ in {prefix or '.'}",
            "Name the desired-state folder with --desired-state, as the commit has it.",
        )
    items = items_of(sites, name_length)
    apart = {as_text(name): what.hex() for mode, name, what in items if mode == FOLDER}
    common = above | {
        f"{_SITES}/{as_text(name)}": (mode, what) for mode, name, what in items if mode != FOLDER
    }
    content = [prefix, [[path, mode.decode(), what.hex()] for path, (mode, what) in common.items()]]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return SiteTrees(apart, tuple(common), digest)
