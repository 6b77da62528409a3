"""Who stands behind a file, as git tells."""

from __future__ import annotations

from msgspec import Struct


class Authorship(Struct, frozen=True):
    """Who last touched a file in git.

    ``age`` orders commits, the newest first; not ``certain`` where the clone's history ends.
    """

    commit: str
    author_name: str
    author_email: str
    subject: str
    age: int = 0
    certain: bool = True
