"""Who wrote what a configuration says, told from git: the other pair of eyes than the signer's.

Signing touches the same file as the change that is signed, so the last commit to a file tells
nothing. What counts is the newest commit after which the file says something else of the
configuration than before, signoffs and reasons aside.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from reconciler.desired.git import GitFolder
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.authorship import Authorship
from reconciler.model.desired import (
    ChangeAuthors,
    ConfigurationKey,
    DesiredConfiguration,
    DesiredState,
)
from reconciler.model.document import JsonValue
from reconciler.planning.attribution import own_file, profile_file

UNKNOWN = ChangeAuthors(certain=False)
_ABOUT_THE_CHANGE = ("enabled", "version", "configuration")


class _Part(Struct, frozen=True):
    """What one file says of a configuration: its own file, a profile's entry, a site's profiles."""

    path: str
    profile_entry: str | None = None
    profiles: bool = False

    def of(self, value: Any) -> str:
        """Return this part of a file's value as text, in which 1, 1.0 and true differ."""
        # A file that is not there says as much as one that holds only signoffs.
        held = value if isinstance(value, dict) else {}
        said: Any = {key: held[key] for key in _ABOUT_THE_CHANGE if key in held}
        if self.profiles:
            said = held.get("profiles")
        elif self.profile_entry is not None:
            entries = held.get("extensions")
            said = entries.get(self.profile_entry) if isinstance(entries, dict) else None
        return json.dumps(said, sort_keys=True)


def change_authors(
    git: GitFolder | None,
    state: DesiredState,
    since: Mapping[ConfigurationKey, str | None],
) -> dict[ConfigurationKey, ChangeAuthors]:
    """Return who wrote each configuration that somebody signed.

    Args:
        git: the repository; None outside git, where nobody is known.
        state: the desired state, as it was read at its commit or in the working tree.
        since: which configurations, each with a commit; whoever changed it after that is an author
            as well, so that a small change on top of one's own does not make another's of both.
            With none it is the author of the newest change alone.
    """
    bases = {key: base for key, base in since.items() if state.configurations[key].signoffs}
    commit = state.revision.commit
    if git is None or commit is None or not bases:
        return dict.fromkeys(bases, UNKNOWN)
    parts = {key: dict(_parts(state.configurations[key], state)) for key in bases}
    every = {part for said in parts.values() for part in said}
    if git.links(commit, {part.path for part in every}):
        return dict.fromkeys(bases, UNKNOWN)  # what a link leads to has its own history
    recent = {base: git.commits_between(base, commit) for base in set(bases.values()) if base}
    touches = git.touches(commit, {part.path for part in every})
    history = _History(git, touches, frozenset().union(*recent.values()))
    wrote = history.writers(every)
    committed = history.at(commit, every) if state.revision.dirty else None
    found = {}
    for key, said in parts.items():
        same = committed is None or all(
            part.of(value) == committed[part] for part, value in said.items()
        )
        own = recent.get(bases[key] or "", frozenset())
        found[key] = _authors(wrote, said, own) if same else UNKNOWN
    return found


def configuration_writers(
    git: GitFolder, commit: str, paths: Collection[str]
) -> dict[str, Authorship]:
    """Return who last changed what sites' own files say of a configuration, by path.

    Not who signed there since, or wrote a reason or a comment.
    """
    history = _History(git, git.touches(commit, paths), frozenset())
    wrote = history.writers({_Part(path) for path in paths})
    return {part.path: writers[0] for part, writers in wrote.items() if writers}


def _parts(desired: DesiredConfiguration, head: DesiredState) -> Iterator[tuple[_Part, Any]]:
    """Yield every part that says, or could have said, something, with the file's value now.

    What a layer no longer says has changed the configuration as much as what another says now:
    a profile's entry that is gone, a profile that the site no longer names, its own file.
    """
    values = {layer.document.path: layer.document.value for layer in desired.layers}
    own = own_file(desired.site, desired.extension)
    yield _Part(own), values.get(own)
    for name in desired.site.profiles:
        path = profile_file(head, name)
        yield _Part(path, profile_entry=desired.extension), values.get(path)
    yield _Part(desired.site.document.path, profiles=True), desired.site.document.value


def _authors(
    wrote: Mapping[_Part, list[Authorship]], parts: Iterable[_Part], recent: frozenset[str]
) -> ChangeAuthors:
    """Return who wrote the newest of the parts, and the others since then."""
    writers = [writer for part in parts for writer in wrote[part]]
    if not writers:
        return UNKNOWN
    newest = min(writers, key=lambda writer: writer.age)
    counting = [newest, *(writer for writer in writers if writer.commit in recent)]
    emails = frozenset(writer.author_email.casefold() for writer in counting)
    return ChangeAuthors(emails, certain=all(writer.certain for writer in counting))


class _History:
    """The commits that touched some files, and what the files said before and after each."""

    def __init__(
        self, git: GitFolder, touches: Mapping[str, list[Authorship]], recent: frozenset[str]
    ) -> None:
        self._git = git
        self._touches = touches
        self._recent = recent
        self._values: dict[tuple[str, str], JsonValue] = {}

    def writers(self, parts: set[_Part]) -> dict[_Part, list[Authorship]]:
        """Return who changed each part: the last who did, and all who did recently.

        Goes back through the commits of all files together, ever more of them at a time, so that
        a long history takes a few calls of git.
        """
        found: dict[_Part, list[Authorship]] = {part: [] for part in parts}
        depth, loaded, ahead = 0, 0, 1
        left = {part for part in parts if part.path in self._touches}
        while left:
            if depth == loaded:
                self._load_touches(left, slice(depth, depth + ahead))
                loaded, ahead = depth + ahead, ahead * 4
            at = {part: self._touches[part.path][depth] for part in left}
            depth += 1
            left = {
                part
                for part, touch in at.items()
                if self._goes_on(part, touch, found[part]) and depth < len(self._touches[part.path])
            }
        return found

    def _load_touches(self, parts: Iterable[_Part], which: slice) -> None:
        """Read what files said before and after some of the commits that touched them."""
        self._load(
            (f"{touch.commit}{end}", part.path)
            for part in parts
            for touch in self._touches[part.path][which]
            for end in ("", "^")
        )

    def _goes_on(self, part: _Part, touch: Authorship, found: list[Authorship]) -> bool:
        """Add the commit if it changed the part; return whether an older one could count."""
        after = part.of(self._values[touch.commit, part.path])
        before = part.of(self._values[f"{touch.commit}^", part.path])
        # Where the history ends, everything seems to be new.
        changed = after != before or not touch.certain
        if changed and (not found or touch.commit in self._recent):
            found.append(touch)
        return not found or touch.commit in self._recent

    def at(self, commit: str, parts: set[_Part]) -> dict[_Part, str]:
        """Return what the files say at a commit."""
        self._load((commit, part.path) for part in parts)
        return {part: part.of(self._values[commit, part.path]) for part in parts}

    def _load(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read files at commits that were not read before, all at once."""
        missing = sorted(set(wanted) - self._values.keys())
        names = [f"{revision}:{path}" for revision, path in missing]
        for place, content in zip(missing, self._git.contents(names), strict=True):
            self._values[place] = None if content is None else _value(place[1], content)


def _value(path: str, content: bytes) -> JsonValue:
    """Return what a file said; one that could not be read said nothing."""
    document = read_yaml(path, content).document
    return None if document is None else document.value
