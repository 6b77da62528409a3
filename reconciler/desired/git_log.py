"""Who touched which path, read from git's log as it comes, the newest first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from reconciler.model.authorship import Authorship

COMMIT_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
LOG_OF_TOUCHES = (
    "log",
    "--no-renames",
    "--cc",  # a merge resolved by hand is where its content was written
    "--name-only",
    "-z",
    "--format=%x00%H%x00%an%x00%ae%x00%s%x00",
)


def touches(
    log: Iterable[str], wanted: Collection[str], boundary: frozenset[str]
) -> Iterator[tuple[str, Authorship]]:
    """Yield each touch of one of ``wanted``, from what ``LOG_OF_TOUCHES`` prints.

    It is read by NULs alone, which neither a name, a subject nor a path can hold. A commit's name
    follows an empty part, and so do the paths of a merge; no path that is asked for looks like a
    commit's name. The first path of another commit begins with a line break.

    Args:
        log: the parts between NULs.
        wanted: paths from the repository's root.
        boundary: the commits whose parents a shallow clone lacks.
    """
    parts = iter(log)
    before, author, age = "", None, 0
    for part in parts:
        if not before and COMMIT_NAME.fullmatch(part):
            name, email, subject = next(parts), next(parts), next(parts)
            author = Authorship(part, name, email, subject, age, part not in boundary)
            before, age = "", age + 1
            continue
        path = part if before else part.removeprefix("\n")
        if author is not None and path in wanted:
            yield path, author
        before = part
