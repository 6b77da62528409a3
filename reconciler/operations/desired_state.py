"""Reading and checking a desired state: the first half of every use case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.desired.change_authors import change_authors
from reconciler.desired.git import open_folder
from reconciler.desired.git_tree import read_commit
from reconciler.desired.loader import Loaded, load
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.working_tree import read_working_tree
from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import (
    MOST_FINDINGS,
    Diagnostic,
    Location,
    Severity,
    sorted_diagnostics,
)
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.model.kinds.files import TOO_MANY_FINDINGS
from reconciler.model.relations import Relations
from reconciler.rules.check import check, check_people
from reconciler.rules.relations import Installation


class Source(Struct, frozen=True):
    """Where a desired state is read from: a folder, as it is now or at a commit.

    ``since`` is a commit: whoever changed a configuration after it may not sign it. ``named`` is
    the branch or tag that is to be recorded, where another than git's own answer.
    """

    folder: Path
    ref: str | None = None
    since: str | None = None
    named: str | None = None


class Checked(Struct, frozen=True):
    """A desired state with every finding about it, in reporting order."""

    state: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    relations: Relations = field(default_factory=Relations)
    installation: Installation | None = None
    """The same, with what is wrong and who knows how to mend it."""
    quiet: Mapping[UUID, str] = field(default_factory=dict)
    """The digests of the derived records of sites where nothing was found, by their id."""
    loaded: Loaded | None = None
    """What it was read from, for another that shares most of it."""

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def comparable(self) -> DesiredState | None:
        """The desired state, if nothing in it forbids a comparison with the database."""
        if any(found.stops_planning for found in self.diagnostics):
            return None
        return self.state


def check_desired_state(source: Source, base: str | None = None) -> Checked:
    """Read a desired state and apply every rule. Opens no database connection.

    Args:
        source: the desired state.
        base: a commit that ``read_base`` will be asked for; it is read in the same go.

    Raises:
        ReconcilerError: the folder or the commit cannot be read at all.
    """
    # An empty ref, as an unset variable leaves it, is a mistake and not the working tree.
    if source.ref is None:
        tree = read_working_tree(source.folder)
    else:
        tree = read_commit(source.folder, source.ref)
    return checked(source, load(named(tree, source), beside=_beside(source, tree, base)))


def _beside(source: Source, tree: SourceTree, base: str | None) -> SourceTree | None:
    if source.ref is None or base is None:
        return None
    with suppress(ReconcilerError):  # said by whoever needs it
        return read_commit(source.folder, base, like=tree)
    return None


def named(tree: SourceTree, source: Source) -> SourceTree:
    """Return a tree as it is to be recorded: as what it was asked for, where that was said."""
    if source.named is None:
        return tree
    return replace(tree, revision=replace(tree.revision, ref=source.named))


def read_base(
    folder: Path, commit: str, head: Checked, below: Collection[str] | None = None
) -> DesiredState:
    """Return the desired state at a base commit, which only tells whose a change is.

    What forbids a comparison is looked for, and nothing else. Files that are the same in the head
    are not read again.

    Args:
        folder: the desired-state folder.
        commit: the base.
        head: what it is the base of.
        below: which files and folders are read, where the head has sites that were not.

    Raises:
        ReconcilerError: the folder or the commit cannot be read at all.
        InvalidDesiredStateError: it is not valid, so that nothing can be told by it.
    """
    source = Source(folder, commit)
    unread = head.state.unread if head.state else None
    beside = head.loaded.parts.beside if head.loaded else None
    if below is None and beside is not None and beside.tree.revision.commit == commit:
        tree = beside.tree
    else:
        tree = read_commit(folder, commit, below)
    loaded = load(tree, head.loaded, unread)
    state = loaded.state
    if state is not None:
        found = chain(loaded.diagnostics, loaded.content, check_people(state))
        if not any(each.stops_planning for each in found):
            return state
    # A waiver may accept what was found.
    base = checked(source, loaded)
    if base.comparable is None:
        raise InvalidDesiredStateError(base.diagnostics, f" at the base {commit[:12]}")
    return base.comparable


def now() -> datetime:
    """Return when what is read now is judged."""
    return datetime.now(UTC)


def checked(source: Source, loaded: Loaded) -> Checked:
    """Return a desired state that was read, with every rule applied."""
    if loaded.state is None:
        return Checked(None, in_order(loaded.diagnostics), loaded=loaded)
    since = dict.fromkeys(loaded.state.signed, source.since)
    authors = change_authors(open_folder(source.folder), loaded.state, since)
    state = replace(loaded.state, as_of=now(), authors=authors)
    quiet = {
        reading.site.id: reading.quiet_digest
        for reading in loaded.parts.readings.values()
        if reading.site is not None and reading.quiet_digest is not None
    }
    installation = Installation.of(state, quiet.keys())
    found = [*loaded.diagnostics, *check(state, installation, loaded.content)]
    return Checked(state, in_order(found), installation.relations, installation, quiet, loaded)


def in_order(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings as they are reported: each once, sorted, no more of a file than are read."""
    return tuple(_listed(sorted_diagnostics(list(found))))


def _listed(found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield findings; where one file has too many, an error takes the place of the others."""
    paths = [diagnostic.location.path for diagnostic in found]
    # One more than there may be is the finding that says there are others.
    full = {path for path, number in Counter(paths).items() if number > MOST_FINDINGS + 1}
    listed: Counter[str] = Counter()
    for path, diagnostic in zip(paths, found, strict=True):
        listed[path] += 1
        if path not in full or listed[path] <= MOST_FINDINGS:
            yield diagnostic
        elif listed[path] == MOST_FINDINGS + 1:
            yield TOO_MANY_FINDINGS.at(Location(path=path), limit=f"{MOST_FINDINGS:,}")
