"""What a scenario is: a small folder made wrong in one way, and what mends it.

One is a folder named after a code:

==========================  ======================================================================
``failing/``                laid over the small folder
``removed.txt``             what is missing from the small folder, a path a line
``author.txt``              the email of who commits the failing folder; no git where it is absent
``expected.txt``            every finding: path:line:column, severity, code
``mended/``                 laid over the failing folder: what the finding's hint advises
``mended-removed.txt``      what mending takes away from the failing folder
``mended-expected.txt``     every finding that is left; nothing is, where there is no such file
==========================  ======================================================================

What no text file can hold is made by functions in ``tests.scenarios.built``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reconciler.model.diagnostic import Diagnostic
from tests.support.desired_folder import DesiredFolder, GitRepository, small_folder

Step = Callable[[DesiredFolder], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A folder that has findings of one code, and the step that makes them go.

    ``expected`` and ``left`` are lines as ``lines_of`` makes them. ``told`` says in words how the
    folder fails and how it is mended, where files cannot show it.
    """

    code: str
    fail: Step
    mend: Step
    expected: tuple[str, ...]
    left: tuple[str, ...] = ()
    told: tuple[str, str] | None = None

    def failing(self, path: Path) -> DesiredFolder:
        """Make the failing folder at ``path``, which does not exist yet."""
        folder = small_folder(path)
        self.fail(folder)
        return folder

    def mended(self, path: Path) -> DesiredFolder:
        """Make the folder at ``path`` as it is after mending."""
        folder = self.failing(path)
        self.mend(folder)
        return folder


def lines_of(findings: Iterable[Diagnostic]) -> tuple[str, ...]:
    """Return findings as a scenario lists them."""
    return tuple(f"{found.location} {found.severity} {found.code}" for found in findings)


def read_scenario(path: Path) -> Scenario:
    """Return the scenario that stands in the folder ``path``."""
    return Scenario(
        code=path.name,
        fail=partial(_fail, path),
        mend=partial(_lay_over, path, "mended", "mended-removed.txt"),
        expected=_lines(path / "expected.txt"),
        left=_lines(path / "mended-expected.txt"),
    )


def _fail(path: Path, folder: DesiredFolder) -> None:
    _lay_over(path, "failing", "removed.txt", folder)
    if author := "".join(_lines(path / "author.txt")):
        GitRepository(folder.path.parent).commit("Describe the plant", email=author)


def _lay_over(path: Path, overlay: str, removed: str, folder: DesiredFolder) -> None:
    for name in _lines(path / removed):
        folder.remove(name)
    if (path / overlay).is_dir():
        shutil.copytree(path / overlay, folder.path, dirs_exist_ok=True)


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
