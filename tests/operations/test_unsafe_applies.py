"""What an apply does not begin with, or is rolled back for: a login or a catalog that is unsafe."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest

from reconciler.database.connection import connect
from reconciler.model.errors import BlockedError, ReconcilerError
from reconciler.model.plan import Plan, Scope
from reconciler.operations.apply import ApplyRequest, rehearse
from reconciler.operations.plan import plan
from tests.support.installation import CORK_ERP, Installation, erp_file
from tests.support.logins import AUDITOR, SERVICE, Login, create_login, drop_login, new_login

OWNER = "reconciler_owner"
NEWEST_RUN = (
    "SELECT status, plan_id, message, forced_reason FROM reconcile_runs "
    "ORDER BY recorded_at DESC LIMIT 1"
)
DISABLED = "ALTER TABLE configuration_snapshots DISABLE TRIGGER append_only"
UNFORCED = "ALTER TABLE compliance_signoffs NO FORCE ROW LEVEL SECURITY"
SEEN = """
CREATE TABLE seen (setting text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON reconcile_runs FOR EACH ROW EXECUTE FUNCTION note()
"""
# What somebody does to one table while the transaction has written only another.
MEANWHILE = f"""
CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN IF NEW.status = 'applied' THEN {UNFORCED}; END IF; RETURN NULL; END $$;
CREATE TRIGGER meanwhile AFTER INSERT ON reconcile_runs FOR EACH ROW EXECUTE FUNCTION meanwhile()
"""


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one change that waits to be applied."""
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    return installation


def codes(refused: pytest.ExceptionInfo[BlockedError]) -> list[str]:
    return [line.partition("]")[0].removeprefix("[") for line in refused.value.details]


def refused_codes(pending: Installation, **options: Any) -> list[str]:
    """Apply, which must be refused and write nothing but a run's row; return why."""
    before = pending.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(BlockedError, match="nothing may be applied here") as refused:
        pending.apply(**options)
    assert pending.digest(leaving_out=("reconcile_runs",)) == before
    return codes(refused)


def as_login(pending: Installation, login: Login) -> Installation:
    return Installation(pending.repository, pending.owner_url, login)


def test_a_superuser_may_not_apply_and_the_refusal_is_recorded(pending: Installation) -> None:
    assert refused_codes(pending, open_database=pending.connection) == ["session-superuser"]
    ((status, plan_id, message, _),) = pending.rows(NEWEST_RUN)
    assert (status, plan_id) == ("refused", None)
    assert "[session-superuser] this login, " in message


@pytest.mark.parametrize(
    ("roles", "options", "found"),
    [
        ((OWNER,), "", ["session-not-service", "session-owner"]),
        ((SERVICE, OWNER), "", ["session-owner"]),
        ((SERVICE, OWNER), "NOINHERIT", ["session-not-service", "session-owner"]),
        ((SERVICE,), "BYPASSRLS", ["session-bypasses"]),
        ((AUDITOR,), "", ["session-not-service"]),
        ((), "", ["session-not-service"]),
    ],
)
def test_a_login_with_other_rights_than_the_services_may_not_apply(
    pending: Installation, roles: tuple[str, ...], options: LiteralString, found: list[str]
) -> None:
    login = create_login(pending.owner_url, *roles, options=options)
    try:
        assert refused_codes(as_login(pending, login)) == found
    finally:
        drop_login(pending.owner_url, login)


def test_a_login_is_told_who_may_apply(pending: Installation) -> None:
    with new_login(pending.owner_url) as login:
        with pytest.raises(BlockedError) as refused:
            as_login(pending, login).apply()
        assert refused.value.details == (
            (
                f"[session-not-service] this login, {login.name}, has not the rights of "
                f"reconciler_service: GRANT reconciler_service TO {login.name}; or apply with a "
                "login that is a member of it."
            ),
        )


@pytest.mark.parametrize(
    ("weakening", "found"),
    [
        (DISABLED, ["trigger-disabled"]),
        ("ALTER TABLE reconcile_runs ENABLE TRIGGER stamp", ["trigger-not-always"]),
        ("DROP TRIGGER append_only ON compliance_signoffs", ["trigger-missing"]),
        (UNFORCED, ["row-security-not-forced"]),
        ("ALTER TABLE site_access DISABLE ROW LEVEL SECURITY", ["row-security-off"]),
        (f"{UNFORCED}; {DISABLED}", ["row-security-not-forced", "trigger-disabled"]),
    ],
)
def test_nothing_is_applied_where_the_catalog_is_weakened_and_everything_found_is_named(
    pending: Installation, weakening: str, found: list[str]
) -> None:
    pending.rows(weakening)
    assert refused_codes(pending) == found
    ((status, _, message, _),) = pending.rows(NEWEST_RUN)
    assert status == "refused"
    assert all(f"[{code}]" in message for code in found)


def test_what_a_refusal_advises_mends_it(pending: Installation) -> None:
    pending.rows(DISABLED)
    with pytest.raises(BlockedError) as refused:
        pending.apply()
    _, _, statement = refused.value.details[0].partition(": ")
    pending.rows(statement)
    assert pending.apply().run_id is not None


def test_force_does_not_pass_it(pending: Installation) -> None:
    pending.rows(UNFORCED)
    forced = {"force": "the night shift waits"}
    assert refused_codes(pending, apply_options=forced) == ["row-security-not-forced"]
    assert pending.rows("SELECT count(*) FROM reconcile_runs WHERE forced_reason IS NOT NULL") == [
        (0,)
    ]


def test_it_is_refused_as_well_where_there_is_nothing_to_do(installation: Installation) -> None:
    installation.rows(DISABLED)
    assert refused_codes(installation) == ["trigger-disabled"]


def test_a_reviewed_plan_is_refused_and_the_run_names_it(pending: Installation) -> None:
    expected = pending.plan()
    pending.rows(DISABLED)
    assert refused_codes(pending, apply_options={"expected": expected}) == ["trigger-disabled"]
    assert pending.rows(NEWEST_RUN)[0][:2] == ("refused", expected.plan_id)


def test_a_weakness_made_between_the_plan_and_the_lock_is_found(pending: Installation) -> None:
    shown: list[Plan] = []

    def weaken(planned: Plan) -> bool:
        shown.append(planned)
        pending.rows(DISABLED)
        return True

    assert refused_codes(pending, confirm=weaken) == ["trigger-disabled"]
    assert pending.rows(NEWEST_RUN)[0][:2] == ("refused", shown[0].plan_id)


def test_a_weakness_made_while_the_transaction_writes_is_found_before_its_commit(
    pending: Installation,
) -> None:
    pending.rows(MEANWHILE)
    assert refused_codes(pending) == ["row-security-not-forced"]
    assert pending.rows(NEWEST_RUN)[0][0] == "refused"


@pytest.mark.parametrize(("default", "seen"), [("off", "on"), ("remote_write", "remote_write")])
def test_a_default_that_does_not_wait_for_the_disk_is_overridden_and_no_other(
    pending: Installation, default: str, seen: str
) -> None:
    pending.rows(SEEN)
    pending.rows(f'ALTER DATABASE "{pending.database}" SET synchronous_commit = {default}')
    assert pending.apply().run_id is not None
    assert pending.rows("SELECT setting FROM seen") == [(seen,)]


def test_the_row_about_a_failure_waits_for_the_disk_too(pending: Installation) -> None:
    pending.rows(f'{SEEN}; ALTER DATABASE "{pending.database}" SET synchronous_commit = off')
    pending.rows(DISABLED)
    with pytest.raises(BlockedError):
        pending.apply()
    assert pending.rows("SELECT setting FROM seen") == [("on",)]


def test_a_session_that_keeps_no_foreign_keys_does_not_apply(pending: Installation) -> None:
    pending.rows(f'ALTER DATABASE "{pending.database}" SET session_replication_role = replica')
    with pytest.raises(BlockedError) as refused:
        pending.apply()
    assert codes(refused) == ["replica-session"]


def test_an_edited_migration_is_refused(pending: Installation) -> None:
    pending.rows("UPDATE reconciler_migrations SET checksum = 'another' WHERE version = 3")
    with pytest.raises(ReconcilerError, match=r"migration 3 .* was edited after it was applied"):
        pending.apply()


def test_of_a_schema_that_is_behind_only_that_is_said(pending: Installation) -> None:
    pending.rows(DISABLED)
    pending.rows("DELETE FROM reconciler_migrations WHERE version > 9")
    with pytest.raises(ReconcilerError, match="the database's schema lacks") as refused:
        pending.apply(open_database=pending.connection)
    assert not isinstance(refused.value, BlockedError)


def test_on_a_server_of_its_own_a_superuser_applies_and_a_weakness_is_still_refused(
    pending: Installation,
) -> None:
    trusted: dict[str, Any] = {
        "open_database": pending.connection,
        "apply_options": {"trusted": True},
    }
    assert pending.apply(**trusted).run_id is not None
    pending.commit("Sync faster", {CORK_ERP: erp_file("cork", interval=30)})
    pending.rows(DISABLED)
    assert refused_codes(pending, **trusted) == ["trigger-disabled"]


def test_a_rehearsal_is_refused_as_the_apply_would_be(pending: Installation) -> None:
    with pytest.raises(BlockedError) as refused:
        rehearse(ApplyRequest(pending.request()), pending.connection)
    assert codes(refused) == ["session-superuser"]


def test_healing_is_refused_as_well(installation: Installation) -> None:
    installation.edit(
        "UPDATE site_extension_configs SET version = '9.9.9' "
        "WHERE extension_id = 'erp-adapter' AND site_id = '0c000000-0000-4000-8000-000000000002'"
    )
    installation.rows(UNFORCED)
    assert refused_codes(installation, scope=Scope.HEALABLE) == ["row-security-not-forced"]


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.DRIFTED])
def test_reading_goes_on_as_a_superuser_and_on_a_weakened_schema(
    pending: Installation, scope: Scope
) -> None:
    pending.rows(f"{DISABLED}; {UNFORCED}")
    request = pending.request(scope=scope)
    as_superuser = plan(request, pending.connection)
    as_service = plan(request, lambda: connect(pending.url))
    assert as_superuser == as_service
