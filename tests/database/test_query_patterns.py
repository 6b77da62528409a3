"""The six queries that MachShop's schema document promises, verbatim, as prepared statements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.rows import dict_row

from reconciler.database.connection import Connection
from tests.support.installation import (
    BREMEN,
    CONFIGURATIONS,
    CORK,
    DASHBOARD,
    ENGINEER_USER,
    ERP,
    QUALITY_USER,
    SIGNATURE,
    Installation,
)

ALL_CONFIGURATIONS = """\
SELECT * FROM site_extension_configs
WHERE site_id = $1
ORDER BY enabled_at DESC;
"""
SIGNOFFS = """\
SELECT * FROM compliance_signoffs
WHERE site_id = $1 AND extension_id = $2
ORDER BY signed_at DESC;
"""
AUDIT_TRAIL = """\
SELECT * FROM configuration_audit_log
WHERE site_id = $1 AND extension_id = $2
ORDER BY changed_at DESC
LIMIT 100;
"""
UNSIGNED = """\
SELECT * FROM v_unsigned_compliance
WHERE site_id = $1;
"""
RECENT_CHANGES = """\
SELECT DISTINCT ON (extension_id) * FROM configuration_audit_log
WHERE site_id = $1
ORDER BY extension_id, changed_at DESC;
"""
UNRESOLVED_CONFLICTS = """\
SELECT * FROM extension_conflicts_detected
WHERE site_id = $1 AND resolved_at IS NULL;
"""
# The columns of the schema document, by relation.
COLUMNS = {
    "site_extension_configs": "id site_id extension_id version configuration config_hash "
    "validated validation_errors detected_conflicts enabled_at updated_at",
    "compliance_signoffs": "id site_id extension_id aspect signed_by signed_role signed_at "
    "config_hash config_version notes metadata",
    "configuration_audit_log": "id site_id extension_id action changed_by changed_at "
    "old_config_hash new_config_hash reason details",
    "extension_dependency_cache": "id site_id extension_id dependency_type dependency_id "
    "min_version resolved_version resolved_provider satisfied reason cached_at expires_at",
    "extension_conflicts_detected": "id site_id extension_id_1 extension_id_2 conflict_type scope "
    "capability resource policy_1 policy_2 severity reason detected_at resolved_at "
    "resolution_notes",
    "configuration_snapshots": "id site_id snapshot_at configurations signoffs reason created_by",
    "v_site_config_status": "site_id site_name total_extensions valid_configs invalid_configs "
    "conflicting_configs last_updated needs_attention",
    "v_unsigned_compliance": "site_id extension_id unsigned_aspects aspect_count",
}


def prepared(connection: Connection, text: str, *parameters: UUID | str) -> list[dict[str, Any]]:
    """Run a text, as it is, as a prepared statement of the server; return its rows by column."""
    cursor = connection.cursor(row_factory=dict_row)
    types = sql.SQL(", ").join(
        sql.SQL("uuid" if isinstance(value, UUID) else "text") for value in parameters
    )
    values = sql.SQL(", ").join(sql.Literal(str(value)) for value in parameters)
    cursor.execute(sql.SQL("PREPARE pattern ({}) AS ").format(types).as_bytes() + text.encode())
    try:
        return cursor.execute(sql.SQL("EXECUTE pattern ({})").format(values)).fetchall()
    finally:
        cursor.execute("DEALLOCATE pattern")


@pytest.mark.parametrize("relation", COLUMNS)
def test_a_relation_has_every_column_that_the_schema_document_promises(
    connection: Connection, relation: str
) -> None:
    cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(relation)))
    assert cursor.description is not None
    assert {column.name for column in cursor.description} >= set(COLUMNS[relation].split())


def test_all_configurations_of_a_site_come_newest_first(connection: Connection) -> None:
    connection.execute(
        "UPDATE site_extension_configs SET enabled_at = enabled_at + "
        "CASE extension_id WHEN %s THEN interval '2 hours' WHEN %s THEN interval '1 hour' "
        "ELSE interval '0' END",
        [ERP, SIGNATURE],
    )
    found = prepared(connection, ALL_CONFIGURATIONS, BREMEN)
    assert [row["extension_id"] for row in found] == [ERP, SIGNATURE, DASHBOARD]
    assert {row["site_id"] for row in found} == {BREMEN}
    assert found[1]["configuration"] == {"reidentifyMinutes": 15}


def test_the_signoffs_of_an_extension_say_who_signed_what(connection: Connection) -> None:
    (found,) = prepared(connection, SIGNOFFS, BREMEN, SIGNATURE)
    live = connection.execute(
        "SELECT config_hash FROM site_extension_configs WHERE extension_id = %s", [SIGNATURE]
    ).fetchone()
    assert live == (found["config_hash"],)
    assert (found["aspect"], found["signed_by"], found["signed_role"]) == (
        *("signature-validation", QUALITY_USER, "quality-manager"),
    )
    assert prepared(connection, SIGNOFFS, CORK, SIGNATURE) == []


def test_the_audit_trail_of_an_extension_comes_newest_first(
    signed_installation: Installation, connection: Connection
) -> None:
    found = prepared(connection, AUDIT_TRAIL, BREMEN, SIGNATURE)
    assert [row["action"] for row in found] == ["signoff", "activated"]
    assert {row["changed_by"] for row in found} == {ENGINEER_USER}


def test_an_unsigned_requirement_is_found_and_a_signed_one_is_not(
    signed_installation: Installation, connection: Connection
) -> None:
    assert prepared(connection, UNSIGNED, BREMEN) == []
    connection.execute(
        "UPDATE site_extension_configs SET config_hash = 'sha256:other' WHERE extension_id = %s",
        [SIGNATURE],
    )
    connection.execute("REFRESH MATERIALIZED VIEW v_unsigned_compliance")
    assert prepared(connection, UNSIGNED, BREMEN) == [
        {
            "site_id": BREMEN,
            "extension_id": SIGNATURE,
            "unsigned_aspects": ["signature-validation"],
            "aspect_count": 1,
        }
    ]
    assert prepared(connection, UNSIGNED, CORK) == []


def test_recent_changes_hold_the_newest_of_each_extension(connection: Connection) -> None:
    found = prepared(connection, RECENT_CHANGES, BREMEN)
    assert [(row["extension_id"], row["action"]) for row in found] == [
        (SIGNATURE, "signoff"),
        (ERP, "activated"),
        (DASHBOARD, "activated"),
    ]


def test_a_conflict_is_found_until_it_is_resolved(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO extension_conflicts_detected "
        "(site_id, extension_id_1, extension_id_2, conflict_type, scope, policy_1, policy_2, "
        "reason) VALUES "
        "(%s, %s, %s, 'policy', 'global', 'merge', 'replace', 'both write the same field')",
        [CORK, DASHBOARD, ERP],
    )
    (found,) = prepared(connection, UNRESOLVED_CONFLICTS, CORK)
    assert (found["extension_id_1"], found["extension_id_2"]) == (DASHBOARD, ERP)
    assert (found["severity"], found["reason"]) == ("warning", "both write the same field")
    assert prepared(connection, UNRESOLVED_CONFLICTS, BREMEN) == []
    connection.execute("UPDATE extension_conflicts_detected SET resolved_at = now()")
    assert prepared(connection, UNRESOLVED_CONFLICTS, CORK) == []


def test_a_pattern_shows_one_site_and_nothing_of_another(connection: Connection) -> None:
    for site in {site for site, _ in CONFIGURATIONS}:
        rows = prepared(connection, ALL_CONFIGURATIONS, site)
        rows += prepared(connection, RECENT_CHANGES, site)
        assert {row["site_id"] for row in rows} == {site}


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (ALL_CONFIGURATIONS, [BREMEN]),
        (SIGNOFFS, [BREMEN, SIGNATURE]),
        (AUDIT_TRAIL, [BREMEN, ERP]),
        (RECENT_CHANGES, [BREMEN]),
        (UNRESOLVED_CONFLICTS, [BREMEN]),
    ],
    ids=["configurations", "signoffs", "audit-trail", "recent-changes", "conflicts"],
)
def test_a_pattern_can_use_an_index_that_begins_with_the_site(
    connection: Connection, text: str, parameters: list[UUID | str]
) -> None:
    connection.execute("SET LOCAL enable_seqscan = off")
    plan = prepared_plan(connection, text, parameters)
    assert "site_id = '0b000000-0000-4000-8000-000000000001'::uuid" in plan
    assert "Index Cond" in plan


def prepared_plan(connection: Connection, text: str, parameters: list[UUID | str]) -> str:
    literals = text
    for number, value in enumerate(parameters, 1):
        literal = sql.Literal(str(value)).as_string()
        literals = literals.replace(f"${number}", literal)
    rows = connection.execute(b"EXPLAIN " + literals.encode()).fetchall()
    return "\n".join(line for (line,) in rows)
