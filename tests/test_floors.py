"""The floors of the code: a module imports only from floors below its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package below ``root`` against the contract in pyproject.toml."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def copied(root: Path) -> Path:
    shutil.copytree(ROOT / "reconciler", root / "reconciler")
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_product_keeps_the_contract(tmp_path: Path) -> None:
    outcome = lint_imports(copied(tmp_path))
    assert outcome.returncode == 0, outcome.stdout


def test_an_import_from_a_higher_floor_breaks_the_contract(tmp_path: Path) -> None:
    root = copied(tmp_path)
    with (root / "reconciler/model/pointer.py").open("a", encoding="utf-8") as module:
        module.write("\nfrom reconciler.operations import plan\n")
    outcome = lint_imports(root)
    assert outcome.returncode != 0
    assert "reconciler.model.pointer -> reconciler.operations.plan" in outcome.stdout


def test_rules_and_planning_do_not_know_each_other(tmp_path: Path) -> None:
    root = copied(tmp_path)
    with (root / "reconciler/rules/secrets.py").open("a", encoding="utf-8") as module:
        module.write("\nfrom reconciler.planning import compare\n")
    assert lint_imports(root).returncode != 0
