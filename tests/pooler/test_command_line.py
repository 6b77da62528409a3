"""Every command that opens the database, from an empty one to the archive, through the pooler."""

from __future__ import annotations

from tests.cli.conftest import Ran
from tests.support.installation import CORK, Installation
from tests.support.logins import ensure_service_login
from tests.support.program import run

EDIT = (
    "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 7}' "
    "WHERE site_id = %s AND extension_id = 'erp-adapter'"
)


def succeeds(installation: Installation, *arguments: str, url: str | None = None) -> Ran:
    done = run(installation, *arguments, url=url)
    assert done.code == 0, (arguments, done)
    return done


def succeeds_as_owner(installation: Installation, *arguments: str) -> Ran:
    return succeeds(installation, *arguments, url=installation.owner_url)


def test_an_empty_database_is_set_up_and_applied_to_once(empty: Installation) -> None:
    assert "migrations applied" in succeeds_as_owner(empty, "db", "bootstrap").err
    succeeds_as_owner(empty, "db", "migrate")
    ensure_service_login(empty.owner_url)
    succeeds(empty, "db", "status")
    assert run(empty, "plan", "--detailed-exitcode").code == 2
    succeeds(empty, "plan", "--rehearse")
    assert run(empty, "plan", "--detailed-exitcode").code == 2
    assert "Applied in one transaction" in succeeds(empty, "apply", "--yes").err
    assert "Applied" not in succeeds(empty, "apply", "--yes").err
    assert run(empty, "plan", "--detailed-exitcode").code == 0
    assert empty.rows("SELECT status FROM reconcile_runs") == [("applied",)]


def test_what_was_edited_by_hand_is_shown_and_healed(installation: Installation) -> None:
    succeeds(installation, "apply", "--yes")
    installation.edit(EDIT, [CORK])
    assert run(installation, "drift", "--detailed-exitcode").code == 2
    succeeds(installation, "drift", "--heal", "--yes")
    assert run(installation, "drift", "--detailed-exitcode").code == 0


def test_the_record_is_read_verified_and_archived(installation: Installation) -> None:
    succeeds(installation, "apply", "--yes")
    succeeds(installation, "audit", "show")
    succeeds(installation, "audit", "verify")
    succeeds(installation, "audit", "anchor")
    succeeds(installation, "audit", "export", "--out", "evidence.zip")
    succeeds(installation, "audit", "check", "evidence.zip")
    succeeds_as_owner(installation, "db", "archive", "--before", "2100-01-01T00:00:00Z")
    assert installation.rows("SELECT count(*) FROM configuration_audit_log") == [(0,)]
    succeeds(installation, "audit", "verify")


def test_snapshots_are_made_and_verified(installation: Installation) -> None:
    succeeds(installation, "snapshot", "create", "--site", "cork", "--reason", "Before the move")
    succeeds(installation, "snapshot", "list")
    succeeds(installation, "snapshot", "verify")


def test_what_is_live_is_exported_and_measured(installation: Installation) -> None:
    succeeds(installation, "apply", "--yes")
    succeeds(installation, "export", "--out", "exported")
    assert "reconciler_up 1.0" in succeeds(installation, "metrics").out


def test_the_doctor_says_through_the_pooler_what_he_says_without_it(
    installation: Installation, direct: Installation
) -> None:
    pooled = run(installation, "db", "doctor", "--json")
    assert pooled == run(direct, "db", "doctor", "--json")


def test_nothing_is_set_for_the_next_client_of_the_same_session(
    installation: Installation,
) -> None:
    settings = "SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name"
    with installation.service() as another, installation.service() as next_client:
        # Of the pool's two sessions one stays with this client until its transaction ends.
        another.execute("BEGIN")
        before = next_client.execute(settings).fetchall()
        succeeds(installation, "plan", "--rehearse")
        succeeds(installation, "apply", "--yes")
        succeeds(installation, "metrics")
        run(installation, "db", "doctor")
        assert next_client.execute(settings).fetchall() == before
