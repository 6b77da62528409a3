"""The settings of one run of the program, once flags and environment are weighed.

A flag goes before the environment (``RECONCILER_*``; for the database also ``DATABASE_URL``).
What belongs to an installation rather than to a run stands in ``reconciler.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path

from msgspec import Struct

DEFAULT_FOLDER = Path("desired-state")
DEFAULT_DATABASE = "embedded"
_FALSE = ("", "0", "false")
# Set inside a git hook; they would turn every look at a repository to that one.
_REPOSITORY_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


class Settings(Struct, frozen=True):
    """What every command is told. ``verbosity`` is -1 (quiet), 0, 1 or 2."""

    desired_state: Path = DEFAULT_FOLDER
    database: str = DEFAULT_DATABASE
    sites: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    json: bool = False
    verbosity: int = 0
    color: bool | None = None


def color_from(environ: Mapping[str, str]) -> bool | None:
    """Return what NO_COLOR and FORCE_COLOR ask for; None leaves it to the terminal."""
    if environ.get("NO_COLOR"):
        return False
    return True if environ.get("FORCE_COLOR", "").lower() not in _FALSE else None


def may_ask(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether a person can be asked a question: on a terminal, and never under CI."""
    return is_terminal and environ.get("CI", "").lower() in _FALSE


def forget_repository(environ: MutableMapping[str, str]) -> None:
    """Remove what would make git look at another repository than the one a folder lies in."""
    for name in _REPOSITORY_VARIABLES:
        environ.pop(name, None)
