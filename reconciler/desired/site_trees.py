"""A commit's desired state by the names that git has for its folders, without reading a file."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.desired.git import GitFolder

_TREE = "040000"
_SITES = "sites"
_MOST_COMMON = 1_000
_NO_UTF_8 = "\\"
"""What bytes that are no UTF-8 are shown with, so that their name is not git's any more."""


@dataclass(frozen=True, slots=True)
class SiteTrees:
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
        folded = {unicodedata.normalize("NFC", slug).casefold() for slug in self.sites}
        return len(folded) < len(self.sites)

    @property
    def can_be_asked_for(self) -> bool:
        """Whether all that is not read whole can be named to git: few enough, and in UTF-8."""
        return len(self.common) <= _MOST_COMMON and not any(
            _NO_UTF_8 in name for name in (*self.sites, *self.common)
        )


def site_trees(git: GitFolder, commit: str) -> SiteTrees:
    """Return the folders of a commit.

    Raises:
        ReconcilerError: the commit has no such desired-state folder, or it has no ``sites/``.
    """
    top, below = git.listing(commit), git.listing(commit, _SITES)
    apart = {entry.path: entry.blob for entry in below if entry.mode == _TREE}
    others = [
        *((entry.path, entry) for entry in top if entry.path != _SITES),
        *((f"{_SITES}/{entry.path}", entry) for entry in below if entry.mode != _TREE),
    ]
    content = [git.prefix, [[path, entry.mode, entry.blob] for path, entry in others]]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return SiteTrees(apart, tuple(path for path, _ in others), digest)
