"""The demonstration's repository: the example state in git, and a branch that changes two files."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

from git import Actor, Repo

from reconciler.model.errors import ReconcilerError

FOLDER = "desired-state"
BRANCH = "faster-exchange"
# Fixed, so that two demonstrations name the same commits.
_MAIN_DATE, _BRANCH_DATE = "2026-11-20T09:00:00+0000", "2026-11-21T14:30:00+0000"
_OWNER = Actor("Tran Nguyen", "tran.nguyen@machshop.example")
_ENGINEER = Actor("Rachel Lim", "rachel.lim@machshop.example")
EDITED_EXTENSION = "erp-file-gateway"
_EDITED = Path("sites/penang/extensions/erp-file-gateway.yaml")
_ADDED = Path("sites/hartford/extensions/material-cert-fields.yaml")
_ADDED_TEXT = """\
version: 1.0.1
configuration:
  certificateTypes: ["3.1", "3.2"]
  materialGroups: [TI001, NI002]
  heatNumberRequired: true
reason: Heat numbers asked for by the new titanium supplier agreement
"""


def example_folder() -> Path:
    """Return the example state: inside the package, or beside it in a checkout."""
    packaged = Path(str(resources.files("reconciler"))) / "demonstration" / FOLDER
    found = packaged if packaged.is_dir() else Path(__file__).parents[2] / FOLDER
    if not found.is_dir():
        raise ReconcilerError(
            "the demonstration state is not installed", "Install the program again."
        )
    return found


def make_repository(root: Path) -> None:
    """Make a git repository at ``root`` with the example on ``main`` and a pull request's branch.

    Needs no git configuration: names and dates are given.
    """
    shutil.copytree(example_folder(), root / FOLDER)
    with Repo.init(root, initial_branch="main") as repository:
        _commit(repository, "Describe the four plants as they are", _OWNER, _MAIN_DATE)
        repository.create_head(BRANCH).checkout()
        edited = root / FOLDER / _EDITED
        text, count = re.subn(
            r"(?m)^(  syncInterval:) \d+", r"\1 600", edited.read_text(encoding="utf-8")
        )
        if count != 1:
            raise ReconcilerError(
                f"the demonstration expects one syncInterval in {_EDITED}",
                "Restore the example with `git restore desired-state`.",
            )
        edited.write_text(text, encoding="utf-8")
        (root / FOLDER / _ADDED).write_text(_ADDED_TEXT, encoding="utf-8")
        _commit(repository, "Exchange files every ten minutes", _ENGINEER, _BRANCH_DATE)
        repository.heads["main"].checkout()


def _commit(repository: Repo, message: str, author: Actor, date: str) -> None:
    repository.git.add("--all")
    repository.index.commit(
        message, author=author, committer=author, author_date=date, commit_date=date
    )
