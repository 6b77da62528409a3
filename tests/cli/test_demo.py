"""The demonstration: everything that the README's first command promises, and nothing left over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the demonstration printed, and the temporary folder it worked in."""
    folder = tmp_path_factory.mktemp("demonstration")
    home, temporary = folder / "home", folder / "temporary"
    home.mkdir()
    temporary.mkdir()
    # As a person has it: no git identity, and settings of an installation that must not matter.
    environment = os.environ | {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "RECONCILER_DESIRED_STATE": str(folder / "nowhere"),
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout, temporary


def test_one_apply_writes_everything_and_a_second_nothing(
    demonstration: tuple[str, Path],
) -> None:
    counts = "39 configurations, 39 versions, 61 audit rows, 4 snapshots, 1 run"
    assert " ".join(demonstration[0].split()).count(counts) == 2


def test_the_edit_at_night_is_shown_with_who_made_it(demonstration: tuple[str, Path]) -> None:
    assert "by night_shift using psql at " in demonstration[0]
    assert "- /syncInterval: 5\n      + /syncInterval: 300" in demonstration[0]


def test_healing_leaves_no_drift(demonstration: tuple[str, Path]) -> None:
    after_healing = demonstration[0].split("drift --heal")[1]
    assert "No drift. The database is as the reconciler left it." in after_healing


def test_the_report_holds_the_two_changes_of_the_pull_request(
    demonstration: tuple[str, Path],
) -> None:
    report = demonstration[0].split("--format markdown\n")[1]
    assert report.startswith("## 📝 Plan: 1 to activate, 1 to reconfigure, at 2 sites.")
    assert report.count("<details>") == report.count("</details>") == 2


def test_nothing_is_left_behind(demonstration: tuple[str, Path]) -> None:
    assert list(demonstration[1].iterdir()) == []
