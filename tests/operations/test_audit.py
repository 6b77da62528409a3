"""The audit log proves by itself that it is whole, whoever has had their hands in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import pytest
from psycopg import errors, sql

from reconciler.database.connection import Connection
from reconciler.model.errors import UsageError
from reconciler.model.evidence import Anchor, Mismatch, Verification
from reconciler.operations.audit import AuditRequest, anchor_audit, verify_audit
from tests.support.installation import (
    CORK,
    CORK_ERP,
    DASHBOARD,
    ERP,
    Installation,
    copied_installation,
    erp_file,
)

LINKS = 5
"""How many audit rows Cork has: two activations, and three reconfigurations."""


@pytest.fixture(scope="session")
def logged_template(
    server_url: str, applied: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation whose audit log has several rows at Cork; only for copying."""
    with copied_installation(server_url, applied, tmp_path_factory.mktemp("logged")) as made:
        for interval in (70, 80, 90):
            files: dict[str, str | None] = {CORK_ERP: erp_file("cork", interval=interval)}
            made.commit(f"Sync at {interval}", files)
            made.apply()
        yield made


@pytest.fixture
def logged(
    server_url: str, logged_template: Installation, tmp_path: Path
) -> Iterator[Installation]:
    """The same, for a test of its own."""
    with copied_installation(server_url, logged_template, tmp_path / "repository") as copy:
        yield copy


def verified(
    installation: Installation, anchor: Anchor | None = None, sites: tuple[str, ...] = ()
) -> Verification:
    request = AuditRequest(installation.folder, sites)
    return verify_audit(request, anchor, installation.connection).verification


def found(installation: Installation, anchor: Anchor | None = None) -> list[tuple[Mismatch, Any]]:
    return [(each.mismatch, each.position) for each in verified(installation, anchor).tampering]


@contextlib.contextmanager
def superuser(installation: Installation) -> Iterator[Connection]:
    """A connection for which no trigger of the audit log is in the way."""
    with installation.connection() as connection, connection.transaction():
        tables = connection.execute(
            "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log "
            "WHERE site_id = %s UNION VALUES ('configuration_audit_chain'), "
            "('configuration_audit_log')",
            [CORK],
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        yield connection


def audit_id(connection: Connection, position: int) -> Any:
    row = connection.execute(
        "SELECT audit_id FROM configuration_audit_chain WHERE site_id = %s AND position = %s",
        [CORK, position],
    ).fetchone()
    assert row is not None
    return row[0]


def test_an_untouched_log_is_verified_with_all_of_its_rows(logged: Installation) -> None:
    done = verified(logged)
    assert (done.tampering, done.rows, done.links, done.sites) == ((), 9, 9, 3)


def test_each_site_has_a_chain_of_its_own(logged: Installation) -> None:
    positions = logged.rows(
        "SELECT site_id, array_agg(position ORDER BY position) FROM configuration_audit_chain "
        "GROUP BY site_id ORDER BY site_id"
    )
    assert [places for _, places in positions] == [[1, 2, 3], [1, 2, 3, 4, 5], [1]]
    assert verified(logged, sites=("cork",)).rows == LINKS


def test_a_site_that_there_is_not_is_no_verified_one(logged: Installation) -> None:
    with pytest.raises(UsageError, match="nothing is selected by --site 'crok'"):
        verified(logged, sites=("crok",))


@pytest.mark.parametrize("position", [1, 3, LINKS])
@pytest.mark.parametrize(
    "assignment",
    [
        "reason = 'another'",
        "changed_at = changed_at - interval '1 microsecond'",
        'changed_by = NULL, details = details || \'{"origin": "out-of-band"}\'',
        "new_config_hash = old_config_hash",
        'details = details || \'{"commit": "0"}\'',
        "recorded_by = 'somebody'",
        "sequence = sequence + 1000",
        "extension_id = 'another'",
    ],
)
def test_an_altered_row_is_named(
    logged: Installation, position: int, assignment: LiteralString
) -> None:
    with superuser(logged) as connection:
        connection.execute(
            sql.SQL("UPDATE configuration_audit_log SET {} WHERE site_id = %s AND id = %s").format(
                sql.SQL(assignment)
            ),
            [CORK, audit_id(connection, position)],
        )
    assert found(logged) == [(Mismatch.ALTERED, position)]


@pytest.mark.parametrize("position", [1, 3, LINKS])
def test_a_removed_row_is_named(logged: Installation, position: int) -> None:
    with superuser(logged) as connection:
        connection.execute(
            "DELETE FROM configuration_audit_log WHERE site_id = %s AND id = %s",
            [CORK, audit_id(connection, position)],
        )
    assert found(logged) == [(Mismatch.REMOVED, position)]


@pytest.mark.parametrize("position", [1, 3, LINKS])
def test_a_row_removed_with_its_link_is_missed_at_the_next(
    logged: Installation, position: int
) -> None:
    anchor = anchor_audit(AuditRequest(logged.folder), logged.connection)
    with superuser(logged) as connection:
        connection.execute(
            "DELETE FROM configuration_audit_log WHERE site_id = %s AND id = %s",
            [CORK, audit_id(connection, position)],
        )
        connection.execute(
            "DELETE FROM configuration_audit_chain WHERE site_id = %s AND position = %s",
            [CORK, position],
        )
    if position < LINKS:
        assert found(logged) == [(Mismatch.LINKS_MISSING, position + 1)]
    else:
        assert found(logged) == [], "the chain itself cannot tell that its end is gone"
        assert found(logged, anchor) == [(Mismatch.ANCHOR_MISSING, position)]


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 4), (4, LINKS)])
def test_two_rows_that_changed_places_are_both_named(
    logged: Installation, first: int, second: int
) -> None:
    with superuser(logged) as connection:
        ids = [audit_id(connection, place) for place in (first, second)]
        connection.execute(
            "UPDATE configuration_audit_log AS one SET sequence = other.sequence, "
            "changed_at = other.changed_at FROM configuration_audit_log AS other "
            "WHERE one.site_id = %(site)s AND other.site_id = one.site_id "
            "AND one.id = ANY (%(ids)s) AND other.id = ANY (%(ids)s) AND one.id <> other.id",
            {"site": CORK, "ids": ids},
        )
    assert found(logged) == [(Mismatch.ALTERED, first), (Mismatch.ALTERED, second)]


@pytest.mark.parametrize("sequence", [-1, None])
def test_a_row_put_in_by_hand_is_named(logged: Installation, sequence: int | None) -> None:
    with superuser(logged) as connection:
        connection.execute(
            "INSERT INTO configuration_audit_log (site_id, extension_id, action, details, sequence)"
            " VALUES (%s, %s, 'activated', '{\"origin\": \"out-of-band\"}', "
            "coalesce(%s, nextval('configuration_audit_log_sequence')))",
            [CORK, ERP, sequence],
        )
    assert found(logged) == [(Mismatch.INSERTED, None)]


def test_a_chain_made_anew_after_an_alteration_is_found_by_the_anchor(
    logged: Installation,
) -> None:
    anchor = anchor_audit(AuditRequest(logged.folder), logged.connection)
    with superuser(logged) as connection:
        connection.execute(
            "UPDATE configuration_audit_log SET reason = 'another' WHERE site_id = %s", [CORK]
        )
        connection.execute("DELETE FROM configuration_audit_chain WHERE site_id = %s", [CORK])
        connection.execute(
            "INSERT INTO configuration_audit_chain (site_id, position, audit_id, row_hash, "
            "chain_hash) SELECT site_id, row_number() OVER links, id, row_hash, "
            "reconciler_chain(NULL, row_hash) OVER links FROM (SELECT site_id, id, sequence, "
            "reconciler_text_hash(reconciler_audit_text(id, site_id, extension_id, action, "
            "changed_by, changed_at, old_config_hash, new_config_hash, reason, details, sequence, "
            "recorded_by)) AS row_hash FROM configuration_audit_log WHERE site_id = %s) AS rows "
            "WINDOW links AS (PARTITION BY site_id ORDER BY sequence)",
            [CORK],
        )
    assert found(logged) == [], "whoever owns the database can make a whole chain"
    assert found(logged, anchor) == [(Mismatch.ANCHOR_DIFFERS, LINKS)]


def test_an_altered_link_is_named(logged: Installation) -> None:
    with superuser(logged) as connection:
        connection.execute(
            "UPDATE configuration_audit_chain SET chain_hash = sha256('another') "
            "WHERE site_id = %s AND position = 3",
            [CORK],
        )
    assert found(logged) == [(Mismatch.LINK_ALTERED, 3), (Mismatch.LINK_ALTERED, 4)]


def test_an_anchor_stays_true_as_the_log_grows(logged: Installation, tmp_path: Path) -> None:
    anchor = anchor_audit(AuditRequest(logged.folder), logged.connection)
    logged.commit("Sync at 95", {CORK_ERP: erp_file("cork", interval=95)})
    logged.apply()
    assert found(logged, anchor) == []
    assert verified(logged).links == 10
    assert Anchor.model_validate_json(anchor.model_dump_json()) == anchor


def test_edits_outside_the_reconciler_are_linked_as_well(logged: Installation) -> None:
    logged.rows("UPDATE site_extension_configs SET configuration = '{}'")
    logged.rows("DELETE FROM site_extension_configs WHERE extension_id = %s", [DASHBOARD])
    done = verified(logged)
    assert (done.rows, done.links, done.tampering) == (17, 17, ())


def test_two_transactions_at_one_site_make_one_chain_without_a_fork(
    logged: Installation,
) -> None:
    edit = (
        "UPDATE site_extension_configs SET configuration = '{}' "
        "WHERE site_id = %s AND extension_id = %s"
    )
    with logged.connection() as first, logged.connection() as second:
        with first.transaction():
            first.execute(edit, [CORK, ERP])
            second.execute("SET lock_timeout = '50ms'")
            with pytest.raises(errors.LockNotAvailable):
                second.execute(edit, [CORK, DASHBOARD])
        second.execute(edit, [CORK, DASHBOARD])
    assert found(logged) == []


def test_a_transaction_of_an_old_snapshot_is_asked_to_run_again(logged: Installation) -> None:
    edit = (
        "UPDATE site_extension_configs SET configuration = '{}' "
        "WHERE site_id = %s AND extension_id = %s"
    )
    with logged.connection() as first, logged.connection() as second:
        first.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        first.execute("SELECT 1 FROM sites")
        second.execute(edit, [CORK, ERP])
        with pytest.raises(errors.SerializationFailure, match="continued by another"):
            first.execute(edit, [CORK, DASHBOARD])
        first.execute("ROLLBACK")
    assert found(logged) == []
