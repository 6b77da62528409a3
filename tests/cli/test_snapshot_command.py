"""Snapshots on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.cli.conftest import Command, Ran, inside
from tests.support.hostile import HOSTILE
from tests.support.installation import CORK_ERP, Installation, copied_installation, erp_file
from tests.support.recorded import SECRET


@pytest.fixture
def copied(server_url: str, recorded: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the records for a test of its own."""
    with copied_installation(server_url, recorded, tmp_path / "repository") as copy:
        yield copy


def document(done: Ran) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_snapshot_is_made_listed_shown_compared_and_verified(
    copied: Installation, command: Command
) -> None:
    there = inside(copied)
    made = command("snapshot", "create", "--site", "cork", "--reason", "Before", **there)
    assert (made.code, made.err) == (0, "1 snapshot written.\n")
    heading, row = made.out.splitlines()
    assert heading.split() == ["ID", "SITE", "AT", "RUN", "HOLDS", "REASON"]
    beginning = row.split()[0]
    assert row.endswith("  -    2 configurations (1 drifted), 0 signoffs  Before")
    listed = command("snapshot", "list", "--site", "cork", **there).out.splitlines()
    assert (len(listed), listed[1].split()[0]) == (4, beginning)

    shown = command("snapshot", "show", beginning, **there).out
    assert "  reason: Before\n  made by: reconciler\n" in shown
    assert "  /syncInterval: 90\n" in shown
    assert '  /password: {"$secret": "vault://cork/erp#password"}\n' in shown
    assert "  edited outside git when the snapshot was made; its values were not kept\n" in shown

    copied.commit("Faster", {CORK_ERP: erp_file("cork", interval=30)})
    copied.apply()
    compared = command("snapshot", "diff", beginning, "--detailed-exitcode", **there)
    assert compared.code == 2
    assert "    - /syncInterval: 90\n    + /syncInterval: 30\n" in compared.out
    assert SECRET not in shown + compared.out

    verified = command("snapshot", "verify", **there)
    assert verified.code == 0
    assert verified.out.startswith("Verified: 8 snapshots with 15 configurations; each is ")


def test_a_snapshot_is_data_as_well(recorded: Installation, command: Command) -> None:
    there = inside(recorded)
    listed = document(command("snapshot", "list", "--json", **there))["snapshots"]
    bremen = next(each for each in listed if each["site"] == "bremen")
    assert bremen["counts"] == {"configurations": 3, "drifted": 0, "signoffs": 1}
    shown = document(command("snapshot", "show", bremen["id"], "--json", **there))
    (signature,) = shown["signoffs"]
    assert (signature["signed_by"], signature["meaning"]) == ("quality", "approval")
    values = {
        (each["extension"], value["pointer"]): value["value"]
        for each in shown["configurations"]
        for value in each["values"]
    }
    assert values["erp-adapter", "/syncInterval"] == 60
    older = next(
        each["id"] for each in reversed(listed) if each["site"] == "cork" and each is not bremen
    )
    compared = document(command("snapshot", "diff", older, "--json", **there))
    assert {each["extension"]: each["action"] for each in compared["differences"]} == {
        "erp-adapter": "reconfigure",
        "line-dashboard": "reconfigure",
    }
    assert SECRET not in json.dumps(compared).replace("(sensitive)", "")
    assert document(command("snapshot", "verify", "--json", **there))["doubted"] == []


def test_a_forged_snapshot_is_named_and_the_command_fails(
    copied: Installation, command: Command
) -> None:
    copied.rows("ALTER TABLE configuration_snapshots DISABLE TRIGGER ALL")
    copied.rows(
        "UPDATE configuration_snapshots SET configurations = configurations - 0 "
        "WHERE site_id IN (SELECT id FROM sites WHERE name = 'Bremen Works')"
    )
    done = command("snapshot", "verify", **inside(copied))
    assert done.code == 1
    assert done.out.startswith("NOT verified: ")
    assert ", e-signature: it lacks this configuration, which had been applied\n" in done.out


def test_no_reason_of_a_snapshot_steers_the_terminal(
    copied: Installation, command: Command
) -> None:
    for text in HOSTILE:
        copied.rows(
            "INSERT INTO configuration_snapshots (site_id, configurations, signoffs, reason) "
            "SELECT id, '[]', '[]', %s FROM sites WHERE name = 'Dayton Plant'",
            [text],
        )
    for arguments in (("list",), ("list", "--json"), ("show", "--site", "dayton")):
        out = command("snapshot", *arguments, **inside(copied)).out
        assert all(each.isprintable() for each in out.replace("\n", ""))
        assert "##[" not in out


def test_a_login_of_the_service_role_may_make_snapshots(
    copied: Installation, command: Command
) -> None:
    role = f"service_{uuid4().hex}"
    name = sql.Identifier(role)
    copied.rows(sql.SQL("CREATE ROLE {} LOGIN IN ROLE reconciler_service").format(name))
    try:
        there = inside(copied) | {"DATABASE_URL": make_conninfo(copied.owner_url, user=role)}
        done = command("snapshot", "create", "--reason", "Before", **there)
        assert (done.code, done.err) == (0, "3 snapshots written.\n")
        assert command("snapshot", "verify", **there).code == 0
    finally:
        copied.rows(sql.SQL("DROP ROLE {}").format(name))
