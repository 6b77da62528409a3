"""The database tests once more, through the pooler, but for those that it cannot serve."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.pooler.conftest import Pooled
from tests.support.pooler import pooler
from tests.support.servers import PROJECT, URL_VARIABLE

# Tests keep transactions of their own open beside those of the program.
SIZE = 5
# What the tests themselves do there needs a session of their own. The product's part of it is
# tested in tests/pooler: a lost connection, a held lock, a setting.
OWN_SESSIONS = (
    "cli/test_metrics_command.py",  # closes a database that the pooler keeps open
    "cli/test_plan_format.py",  # startup parameter `options`
    "database/test_doctor.py",  # SET, and SET ROLE, of a session
    "database/test_embedded.py",  # a server of its own
    "database/test_embedded_users.py",  # a server of its own
    "database/test_failures.py",  # process ids that the client knows; startup parameter `options`
    "database/test_isolation.py",  # SET ROLE of a session, and statements prepared by name
    "operations/test_apply_failures.py",  # process ids that the client knows
    "operations/test_failing_database.py",  # startup parameter `options`
    "operations/test_full_disk.py",  # a server of its own
    "operations/test_plan_database.py",  # startup parameter `options`
)


@pytest.mark.parametrize("folder", ["operations", "cli", "database"])
def test_the_database_tests_pass_through_the_pooler(pooled: Pooled, folder: str) -> None:
    left_out = [f"--ignore=tests/{name}" for name in OWN_SESSIONS if name.startswith(f"{folder}/")]
    with pooler(pooled.direct, size=SIZE) as url:
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-m", "database and not faults", "-q"),
                *(f"tests/{folder}", *left_out),
            ],
            cwd=PROJECT,
            env=os.environ | {URL_VARIABLE: url},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert finished.returncode == 0, finished.stdout[-20_000:]
