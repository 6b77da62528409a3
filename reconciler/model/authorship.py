"""Who stands behind a file, as git tells."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who last touched a file in git.

    ``age`` orders commits, the newest first; not ``certain`` where the clone's history ends.
    """

    commit: str
    author_name: str
    author_email: str
    subject: str
    age: int = field(default=0, compare=False)
    certain: bool = True
