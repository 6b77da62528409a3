"""The audit rows on the command line: who changed what, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, inside
from tests.support.hostile import HOSTILE
from tests.support.installation import CORK, Installation, copied_installation
from tests.support.recorded import CORK_ROWS, ROWS, SECRET


@pytest.fixture
def copied(server_url: str, recorded: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the records for a test of its own."""
    with copied_installation(server_url, recorded, tmp_path / "repository") as copy:
        yield copy


def rows(command: Command, installation: Installation, *arguments: str) -> list[dict[str, Any]]:
    done = command("audit", "show", "--json", *arguments, **inside(installation))
    assert (done.code, done.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.out)["rows"]
    return found


def test_each_change_is_one_entry_with_who_why_commit_and_values(
    recorded: Installation, command: Command
) -> None:
    done = command("audit", "show", "--site", "cork", **inside(recorded))
    assert (done.code, done.err) == (0, "")
    entries = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert len(entries) == CORK_ROWS
    _, _, slower, by_hand = done.out.split(" UTC  ")[1:]
    commit = recorded.rows(
        "SELECT details ->> 'commit' FROM configuration_audit_records WHERE reason = 'Sync slower'"
    )[0][0]
    assert slower.splitlines()[:4] == [
        "reconfigured cork / erp-adapter 3.0.0, by Erin Engineer (engineer)",
        "    why: Sync slower",
        f"    commit: {commit}",
        "    author: Erin Engineer <Engineer@Plant.example>",
    ]
    assert "    - /syncInterval: 60\n    + /syncInterval: 90\n" in slower
    assert by_hand.splitlines() == [
        "reconfigured cork / line-dashboard 1.0.0, by database role postgres",
        "    outside git",
        "    why: changed outside the reconciler",
        "    program: night-tool",
        "    ~ /apiPassword: a value that was not recorded",
    ]
    assert SECRET not in done.out


def test_log_and_archive_are_shown_as_one_oldest_first(
    recorded: Installation, command: Command
) -> None:
    found = rows(command, recorded)
    assert len(found) == ROWS
    assert [row["archived"] for row in found] == [True] * 6 + [False] * 4
    assert [row["sequence"] for row in found] == sorted(row["sequence"] for row in found)


def test_rows_are_narrowed_by_site_extension_time_and_run(
    recorded: Installation, command: Command
) -> None:
    everything = rows(command, recorded)
    run = everything[-2]["details"]["runId"]
    assert rows(command, recorded, "--run", run) == rows(command, recorded, "--run", run[:8])
    assert [row["reason"] for row in rows(command, recorded, "--run", run)] == [
        "Let Dayton's adapter go"
    ]
    assert {row["extension_id"] for row in rows(command, recorded, "--extension", "e*")} == {
        "erp-adapter",
        "e-signature",
    }
    assert {row["site"] for row in rows(command, recorded, "--site", "[bd]*")} == {
        "bremen",
        "dayton",
    }
    assert rows(command, recorded, "--since", "2999-01-01") == []
    assert rows(command, recorded, "--until", "2999-01-01") == everything


@pytest.mark.parametrize(
    "moment",
    ["2999-01-01", "2999-01-01T00:00:00Z", "2999-01-01T01:30+01:30", "2998-12-31 23:00:00-01:00"],
)
def test_a_day_or_an_instant_with_its_zone_bounds_what_is_shown(
    recorded: Installation, command: Command, moment: str
) -> None:
    assert rows(command, recorded, "--since", moment) == []
    assert rows(command, recorded, "--until", moment) != []


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-01T06:00:00", "does not say its zone: end it with Z"),
        ("1.11.2026", "neither a day such as 2026-11-01 nor an instant such as"),
        ("0001-01-01T00:00:00+01:00", "is in no year from 1 to 9999"),
    ],
)
def test_what_is_no_instant_is_refused_with_what_to_write(
    recorded: Installation, command: Command, moment: str, said: str
) -> None:
    done = command("audit", "show", "--since", moment, **inside(recorded))
    assert (done.code, said in done.err) == (64, True)


@pytest.mark.parametrize("run", ["", "%", "xyz", "a'; --", "0" * 37])
def test_what_is_no_id_of_a_run_is_refused(
    recorded: Installation, command: Command, run: str
) -> None:
    done = command("audit", "show", "--run", run, **inside(recorded))
    assert (done.code, "is no id of a run" in done.err) == (64, True)


def test_nothing_recorded_is_nothing_shown(recorded: Installation, command: Command) -> None:
    assert command("audit", "show", "--until", "2020-01-01", **inside(recorded)).out == ""


def test_no_value_steers_the_terminal_or_a_workflow(copied: Installation, command: Command) -> None:
    for text in HOSTILE:
        copied.rows(
            "INSERT INTO configuration_audit_log (site_id, extension_id, action, reason, details) "
            "VALUES (%s, 'any', 'activated', %s, jsonb_build_object('origin', 'out-of-band', "
            "'application', %s::text, 'changedKeys', jsonb_build_array(%s::text), "
            "'newVersion', %s::text))",
            [CORK, text, text, text, text],
        )
    for arguments in ((), ("--json",)):
        out = command("audit", "show", "-v", *arguments, **inside(copied)).out
        assert all(each.isprintable() for each in out.replace("\n", ""))
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())
        assert "##[" not in out
    assert len(rows(command, copied)) == ROWS + len(HOSTILE)
    assert {row["reason"] for row in rows(command, copied)} >= set(HOSTILE)
