"""The program under logins that have a role each and nothing more, as operators run it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.cli.conftest import BRANCH, Command, Plants
from tests.support.logins import AUDITOR, READER, SERVICE, Login, grant_site, new_login

EDIT = (
    "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 5}' "
    "WHERE extension_id = 'erp-file-gateway' AND configuration ? 'syncInterval' "
    "AND site_id = (SELECT min(site_id::text)::uuid FROM site_extension_configs "
    "WHERE extension_id = 'erp-file-gateway')"
)
NEWEST = (
    "SELECT action, recorded_by::text, details ->> 'sessionUser', details ->> 'application', "
    "details -> 'changedKeys', details ->> 'operation' "
    "FROM configuration_audit_log ORDER BY sequence DESC LIMIT 1"
)


@pytest.fixture
def service(installed: Plants) -> Iterator[Login]:
    with new_login(installed.owner_url, SERVICE) as login:
        yield login


@pytest.fixture
def colleague(installed: Plants) -> Iterator[Login]:
    """A login of MachShop's that edits configurations by hand, as the document lets it."""
    with new_login(installed.owner_url) as login:
        named = sql.Identifier(login.name)
        with psycopg.connect(installed.owner_url) as owner:
            for grant in (
                "GRANT SELECT, INSERT, UPDATE, DELETE ON site_extension_configs TO {}",
                "CREATE POLICY {} ON site_extension_configs TO {} USING (TRUE)",
            ):
                owner.execute(sql.SQL(grant).format(named, named))
        yield login


def given(installed: Plants, login: Login) -> dict[str, Any]:
    return {"cwd": installed.root, "DATABASE_URL": login.url(installed.owner_url)}


def test_plan_and_apply_need_nothing_but_the_services_role(
    installed: Plants, service: Login, program: Command
) -> None:
    run = given(installed, service)
    assert program("plan", "--ref", BRANCH, "--detailed-exitcode", **run).code == 2
    applied = program("apply", "--ref", BRANCH, "--yes", **run)
    assert (applied.code, "warning" in applied.err.lower()) == (0, False), applied.err
    assert program("plan", "--ref", BRANCH, "--detailed-exitcode", **run).code == 0
    assert installed.execute(
        "SELECT recorded_by::text FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1"
    ) == [(service.name,)]


def test_drift_is_quoted_and_healed_with_nothing_but_the_services_role(
    installed: Plants, service: Login, colleague: Login, program: Command
) -> None:
    run = given(installed, service)
    with psycopg.connect(
        colleague.url(installed.owner_url), application_name="excel-export"
    ) as editor:
        assert editor.execute(EDIT.encode()).rowcount == 1
    found = program("drift", "--detailed-exitcode", **run)
    assert found.code == 2
    assert colleague.name in found.out
    assert "excel-export" in found.out
    assert program("drift", "--heal", "--yes", **run).code == 0
    assert program("drift", "--detailed-exitcode", **run).code == 0


@pytest.mark.parametrize("operation", ["UPDATE", "INSERT", "DELETE"])
def test_an_edit_under_row_security_is_recorded_in_the_editors_own_transaction(
    installed: Plants, colleague: Login, operation: str
) -> None:
    statement = {
        "UPDATE": EDIT,
        "INSERT": "INSERT INTO site_extension_configs (site_id, extension_id, version, "
        "configuration, config_hash) SELECT site_id, 'by-hand', '1', '{\"syncInterval\": 5}', 'x' "
        "FROM site_extension_configs LIMIT 1",
        "DELETE": "DELETE FROM site_extension_configs WHERE id = (SELECT id "
        "FROM site_extension_configs WHERE configuration ? 'syncInterval' LIMIT 1)",
    }[operation]
    before = installed.execute(NEWEST)
    elsewhere = colleague.url(installed.owner_url)
    with psycopg.connect(elsewhere, application_name="excel-export") as editor:
        assert editor.execute(statement.encode()).rowcount == 1
        editor.rollback()
        assert installed.execute(NEWEST) == before
        editor.execute(statement.encode())
    ((action, recorded_by, user, application, keys, recorded),) = installed.execute(NEWEST)
    assert (
        action
        == {
            "UPDATE": "reconfigured",
            "INSERT": "activated",
            "DELETE": "deactivated",
        }[operation]
    )
    assert (recorded_by, user, application) == (colleague.name, colleague.name, "excel-export")
    assert recorded == operation
    assert "syncInterval" in keys


def test_a_signature_by_hand_is_no_edit_that_drift_quotes(
    installed: Plants, service: Login, colleague: Login, program: Command
) -> None:
    with psycopg.connect(colleague.url(installed.owner_url)) as editor:
        editor.execute(EDIT.encode())
    installed.execute(
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
        "config_hash, config_version) SELECT DISTINCT ON (site_id) site_id, extension_id, "
        "'by-hand', (SELECT id FROM users LIMIT 1), 'by-hand', config_hash, config_version "
        "FROM site_extension_config_versions WHERE extension_id = 'erp-file-gateway' "
        "ORDER BY site_id, config_version DESC"
    )
    found = program("drift", "--json", **given(installed, service))
    (change,) = json.loads(found.out)["changes"]
    assert change["drift"]["session_user"] == colleague.name


def test_the_lock_of_another_login_is_named_as_far_as_the_server_tells(
    installed: Plants, service: Login, program: Command
) -> None:
    with psycopg.connect(installed.owner_url, application_name="somebody") as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))")
        done = program(
            "apply", "--ref", BRANCH, "--yes", "--lock-timeout", "0.2", **given(installed, service)
        )
    assert done.code == 5
    assert "the installation is locked by somebody of" in done.err
    assert "since" not in done.err


def test_the_auditor_verifies_and_anchors_and_applies_nothing(
    installed: Plants, program: Command, tmp_path: Path
) -> None:
    with new_login(installed.owner_url, AUDITOR) as auditor:
        run = given(installed, auditor)
        anchor = str(tmp_path / "anchor.json")
        assert program("audit", "anchor", "--out", anchor, **run).code == 0
        verified = program("audit", "verify", "--anchor", anchor, **run)
        assert verified.code == 0, verified.err
        assert program("plan", **run).code == 0
        refused = program("apply", "--ref", BRANCH, "--yes", **run)
        assert refused.code == 3
        assert "[session-not-service]" in refused.err


@pytest.mark.parametrize("withheld", ["a login of no role", "a setting"])
def test_a_login_that_does_not_see_every_site_is_told_and_shown_no_plan(
    installed: Plants, service: Login, command: Command, withheld: str
) -> None:
    named = sql.Identifier(service.name)
    with psycopg.connect(installed.owner_url) as owner:
        if withheld == "a setting":
            owner.execute(
                sql.SQL("ALTER ROLE {} SET app.site_id = {}").format(
                    named, "0d000000-0000-4000-8000-000000000003"
                )
            )
        else:
            owner.execute(sql.SQL("REVOKE reconciler_service FROM {}").format(named))
            owner.execute(
                sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(named)
            )
    done = command("plan", **given(installed, service))
    assert (done.code, done.out) == (1, "")
    assert "row-level security withholds sites from this login" in done.err


RECORDS = (
    ("audit", "show"),
    ("audit", "verify"),
    ("audit", "anchor"),
    ("audit", "export", "--out", "all.zip"),
    ("snapshot", "list"),
    ("snapshot", "show", "--site", "penang"),
    ("snapshot", "verify"),
)


@pytest.mark.parametrize("arguments", RECORDS, ids=" ".join)
def test_the_auditor_reads_all_records_and_a_reader_is_told_which_role_it_takes(
    installed: Plants, command: Command, arguments: tuple[str, ...]
) -> None:
    ((site,),) = installed.execute("SELECT id FROM sites WHERE name ILIKE '%penang%'")
    with new_login(installed.owner_url, AUDITOR) as auditor:
        done = command(*arguments, **given(installed, auditor))
        assert (done.code, "Traceback" in done.err) == (0, False), done.err
    (installed.root / "all.zip").unlink(missing_ok=True)
    with new_login(installed.owner_url, READER) as reader:
        grant_site(installed.owner_url, site, reader)
        refused = command(*arguments, **given(installed, reader))
    assert (refused.code, refused.out) == (1, "")
    assert "this login may not read the records of the installation" in refused.err
    assert "member of reconciler_auditor" in refused.err
    assert "granted_sites" in refused.err
    assert not (installed.root / "all.zip").exists()
