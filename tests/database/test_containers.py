"""The database tests once more, on every supported PostgreSQL as its makers ship it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.servers import CONTAINER, PROJECT, URL_VARIABLE, held_server


@pytest.mark.docker
@pytest.mark.parametrize("major", ["14", "15", "16", "17", "18"])
def test_the_database_tests_pass_in_a_container(major: str) -> None:
    with held_server(major, CONTAINER) as url:
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "database and not faults"],
            cwd=PROJECT,
            env=os.environ | {URL_VARIABLE: url},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert finished.returncode == 0, finished.stdout[-20_000:]
