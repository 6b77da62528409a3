"""What an adoption keeps: every row of every table, as it was; and what it writes beside."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.database.audit import wrongly_rolled_up
from reconciler.database.connection import Connection, connect
from reconciler.database.state import drifted_sites
from reconciler.model.adoption import Adoption
from reconciler.model.canonical import config_hash
from reconciler.operations.adoption import adopt
from tests.support.seed import TABLES

Adopted = tuple[str, Adoption]

# Columns that are not times; a hash of a live row is made anew, and compared by itself.
PLAIN = {
    "site_extension_configs": "id, site_id, extension_id, version, configuration, validated, "
    "validation_errors, detected_conflicts",
    "compliance_signoffs": "id, site_id, extension_id, aspect, signed_by, signed_role, "
    "config_hash, config_version, notes, metadata",
    "configuration_audit_log": "id, site_id, extension_id, action, changed_by, old_config_hash, "
    "new_config_hash, reason, details",
    "extension_dependency_cache": "id, site_id, extension_id, dependency_type, dependency_id, "
    "min_version, resolved_version, resolved_provider, satisfied, reason",
    "extension_conflicts_detected": "id, site_id, extension_id_1, extension_id_2, conflict_type, "
    "scope, capability, resource, policy_1, policy_2, severity, reason, resolution_notes",
    "configuration_snapshots": "id, site_id, configurations, signoffs, reason, created_by",
}
TIMES = {
    "site_extension_configs": ("enabled_at", "updated_at"),
    "compliance_signoffs": ("signed_at",),
    "configuration_audit_log": ("changed_at",),
    "extension_dependency_cache": ("cached_at", "expires_at"),
    "extension_conflicts_detected": ("detected_at", "resolved_at"),
    "configuration_snapshots": ("snapshot_at",),
}
ADDED = {
    "configuration_audit_log": "action <> 'adopted'",
    "configuration_snapshots": "run_id IS NULL",
}


def compared(connection: Connection, table: str, zone: str = "UTC") -> tuple[int, int, int]:
    """Return how many rows there were, how many there are, and how many of those are the same."""
    now = ", ".join([PLAIN[table], *TIMES[table]])
    then = ", ".join([PLAIN[table], *(f"{name} AT TIME ZONE '{zone}'" for name in TIMES[table])])
    kept = ADDED.get(table, "TRUE")
    row = connection.execute(
        f"SELECT (SELECT count(*) FROM kept.old_{table}),"  # noqa: S608
        f" (SELECT count(*) FROM {table} WHERE {kept}),"
        f" (SELECT count(*) FROM (SELECT {then} FROM kept.old_{table} INTERSECT ALL"
        f" SELECT {now} FROM {table} WHERE {kept}) AS same)".encode()
    ).fetchone()
    assert row is not None
    had, has, same = row
    return had, has, same


def rows(adopted: Adopted, statement: str) -> list[tuple[Any, ...]]:
    with connect(adopted[0]) as connection:
        return connection.execute(statement.encode()).fetchall()


@pytest.mark.parametrize("table", TABLES)
def test_every_row_is_there_as_it_was(adopted: Adopted, table: str) -> None:
    with connect(adopted[0]) as connection:
        had, has, same = compared(connection, table)
    assert had == has == same > 0


def test_what_was_adopted_is_rolled_up_at_each_site_and_has_not_drifted(adopted: Adopted) -> None:
    with connect(adopted[0]) as connection:
        sites = [site for (site,) in connection.execute("SELECT id FROM sites")]
        rolled_up = connection.execute(
            "SELECT sum(configurations), count(*) = count(DISTINCT site_id), "
            "bool_and(run_id IN (SELECT id FROM reconcile_runs WHERE kind = 'adoption')) "
            "FROM site_applied_rollups"
        ).fetchone()
        assert rolled_up == (24, True, True)
        assert drifted_sites(connection, sites) == set()
        assert wrongly_rolled_up(connection, None, 1) == []


def test_nothing_of_the_seed_was_found_at_fault(adopted: Adopted) -> None:
    assert adopted[1].findings == ()
    assert {table.name: (table.had, table.left_over) for table in adopted[1].tables} == {
        "site_extension_configs": (24, 0),
        "compliance_signoffs": (72, 0),
        "configuration_audit_log": (240, 0),
        "extension_dependency_cache": (21, 0),
        "extension_conflicts_detected": (3, 0),
        "configuration_snapshots": (6, 0),
    }


def test_a_live_row_has_the_hash_that_the_program_computes(adopted: Adopted) -> None:
    live = rows(
        adopted,
        "SELECT site_id, extension_id, version, configuration, config_hash "
        "FROM site_extension_configs",
    )
    assert all(config_hash(*facts) == found for *facts, found in live)


def test_what_is_live_is_the_newest_version_and_nothing_has_drifted(adopted: Adopted) -> None:
    assert rows(
        adopted,
        "SELECT count(*), bool_and((live.version, live.config_hash, live.content_digest)"
        " = (newest.version, newest.config_hash, newest.content_digest))"
        " FROM site_extension_configs AS live CROSS JOIN LATERAL (SELECT *"
        " FROM site_extension_config_versions AS history WHERE history.site_id = live.site_id"
        " AND history.extension_id = live.extension_id"
        " ORDER BY config_version DESC LIMIT 1) AS newest",
    ) == [(24, True)]


def test_a_signed_version_has_its_number_its_hash_and_what_was_signed(adopted: Adopted) -> None:
    assert rows(
        adopted,
        "SELECT count(*), bool_and(signed.configuration = live.configuration)"
        " FROM compliance_signoffs"
        " JOIN site_extension_config_versions AS signed"
        " USING (site_id, extension_id, config_version, config_hash)"
        " JOIN site_extension_configs AS live USING (site_id, extension_id)",
    ) == [(72, True)]


def test_each_configuration_has_one_entry_of_its_adoption_after_all_others(
    adopted: Adopted,
) -> None:
    _, done = adopted
    found = rows(
        adopted,
        "SELECT entry.old_config_hash = old.config_hash, entry.new_config_hash = live.config_hash,"
        " entry.details ->> 'origin', entry.details ->> 'runId', entry.changed_by,"
        " entry.sequence > (SELECT max(sequence) FROM configuration_audit_log AS before"
        " WHERE before.action <> 'adopted')"
        " FROM configuration_audit_log AS entry"
        " JOIN site_extension_configs AS live USING (site_id, extension_id)"
        " JOIN kept.old_site_extension_configs AS old USING (site_id, extension_id)"
        " WHERE action = 'adopted'",
    )
    assert len(found) == 24
    assert set(found) == {(True, True, "adopted", str(done.run_id), None, True)}


def test_the_log_of_each_site_is_in_the_order_of_its_times(adopted: Adopted) -> None:
    assert rows(
        adopted,
        "SELECT bool_and(coalesce(before <= changed_at, TRUE)) FROM (SELECT changed_at,"
        " lag(changed_at) OVER (PARTITION BY site_id ORDER BY sequence) AS before"
        " FROM configuration_audit_log) AS ordered",
    ) == [(True,)]


def test_one_run_and_one_snapshot_a_site_say_what_happened(adopted: Adopted) -> None:
    _, done = adopted
    assert rows(adopted, "SELECT id, kind, status, summary FROM reconcile_runs") == [
        (done.run_id, "adoption", "applied", {"adopted": 24})
    ]
    assert rows(
        adopted,
        "SELECT count(*), count(DISTINCT site_id), sum(jsonb_array_length(configurations)) "
        "FROM configuration_snapshots WHERE run_id IS NOT NULL",
    ) == [(3, 3, 24)]


def test_the_reports_are_filled_and_a_table_of_machshops_own_is_left_alone(
    adopted: Adopted,
) -> None:
    assert rows(adopted, "SELECT sum(total_extensions)::int FROM v_site_config_status") == [(24,)]
    assert rows(adopted, "SELECT version FROM schema_migrations") == [("20250101",)]
    assert rows(adopted, "SELECT to_regnamespace('reconciler_adopting')") == [(None,)]


def test_times_are_taken_to_be_in_the_zone_that_is_named(seed: str) -> None:
    with connect(seed) as connection:
        adopt(connection, "America/New_York")
        for table in TABLES:
            had, has, same = compared(connection, table, "America/New_York")
            assert had == has == same > 0
        said = connection.execute("SELECT message FROM reconcile_runs").fetchone()
    assert said is not None
    assert "America/New_York" in said[0]
