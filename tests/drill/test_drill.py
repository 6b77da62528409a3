"""The recovery drill loses nothing up to the chosen moment, and would notice if it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from reconciler.database.connection import connect
from tests.cli.conftest import clean_environment
from tests.drill.drill import Check, Contents, Recovery, checks, contents, lost_rows, recovery
from tests.drill.report import report

AUDIT = "reconciler audit verify --anchor anchor.json"


@dataclass(frozen=True, slots=True)
class Drilled:
    """A drill after its checks."""

    recovered: Recovery
    now: Contents
    found: list[Check]


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    """One drill; its tests share the restored server."""
    root = tmp_path_factory.mktemp("drill")
    with pytest.MonkeyPatch.context() as patched:
        for name in _settings(root):
            patched.delenv(name)
        with recovery(root) as recovered:
            now = contents(recovered.installation)
            yield Drilled(recovered, now, checks(recovered))
    assert not (root / "first").exists()
    assert not (root / "second").exists()


def _settings(home: Path) -> list[str]:
    return [name for name in os.environ if name not in clean_environment(home)]


def test_a_restored_server_passes_every_check_and_lost_nothing(drilled: Drilled) -> None:
    assert [check for check in drilled.found if not check.passed] == []
    assert lost_rows(drilled.recovered.loss.moment.contents, drilled.now) == 0
    assert drilled.recovered.replayed > 0


def test_what_came_after_the_moment_is_not_there(drilled: Drilled) -> None:
    loss = drilled.recovered.loss
    runs = {name: held["reconcile_runs"][0] for name, held in _states(drilled).items()}
    assert runs == {"then": 2, "lost": 3, "restored": 2}
    assert loss.last["configuration_audit_log"][0] > drilled.now["configuration_audit_log"][0]


def _states(drilled: Drilled) -> dict[str, Contents]:
    loss = drilled.recovered.loss
    return {"then": loss.moment.contents, "lost": loss.last, "restored": drilled.now}


def test_the_report_says_how_long_it_took_what_was_lost_and_what_was_left_out(
    drilled: Drilled,
) -> None:
    text = report(drilled.recovered, drilled.found, drilled.now)
    assert f"restored to {drilled.recovered.loss.moment.at:%Y-%m-%d %H:%M}" in text
    assert f"  restored        in {drilled.recovered.seconds:.1f} s" in text
    assert "  lost rows       0 of " in text
    assert "reconcile_runs: +1 rows" in text
    assert text.count("  passed  ") == len(drilled.found) == 8
    assert text.endswith("\nEverything is as it was then.\n")


def test_a_restored_server_that_lacks_an_audit_row_fails_the_drill(drilled: Drilled) -> None:
    recovered = drilled.recovered
    with connect(recovered.installation.owner_url) as connection, connection.transaction():
        (partition,) = connection.execute(
            "SELECT tableoid::regclass::text FROM configuration_audit_log LIMIT 1"
        ).fetchall()[0]
        table = sql.Identifier(partition)
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
        oldest = "DELETE FROM {0} WHERE sequence = (SELECT min(sequence) FROM {0})"
        assert connection.execute(sql.SQL(oldest).format(table)).rowcount == 1
    again = checks(recovered)
    failed = {check.name for check in again if not check.passed}
    assert {"rows and contents", AUDIT, "reconciler db doctor"} <= failed
    text = report(recovered, again, contents(recovered.installation))
    assert f"  FAILED  {AUDIT}\n" in text
    assert text.endswith(f"{sum(not check.passed for check in again)} of 8 checks FAILED.\n")


def test_lost_rows_are_counted_table_by_table() -> None:
    then = {"runs": (5, "a"), "log": (9, "b"), "gone": (2, "c")}
    assert lost_rows(then, {"runs": (3, "x"), "log": (12, "y")}) == 4
