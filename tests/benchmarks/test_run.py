"""A whole run at a tiny size: every task is measured, and the table says what was not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import clean_environment
from tests.support.servers import PROJECT, URL_VARIABLE


def benchmarks(server_url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--folder", folder, *arguments],
        cwd=PROJECT,
        env=clean_environment(folder, **{URL_VARIABLE: server_url}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_every_task_is_measured_and_told(server_url: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = benchmarks(
        server_url,
        tmp_path,
        *("--sizes", "40", "--extensions", "8", "--runs", "1", "--out", str(out)),
        *("--only", "cold,warm,drift,apply", "--loaders", "pyyaml"),
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text(encoding="utf-8"))["results"]
    programs = [each["task"] for each in results if each["kind"] == "product" and each["runs"]]
    assert programs == ["cold plan", "warm plan", "drift", "apply, all new", "apply, 40 changed"]
    floors = [each["task"] for each in results if each["kind"] == "floor" and each["runs"]]
    assert floors == programs
    for each in results:
        assert each["runs"] or each["remark"].endswith("is not installed")
        assert f"| {each['task']} | {each['subject']} |" in done.stdout
    assert list(tmp_path.iterdir()) == [out]


def test_a_task_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    done = benchmarks("", tmp_path, "--only", "cold,warmth")
    assert done.returncode == 2
    assert "there is no task 'warmth'" in done.stderr
