"""What an adoption refuses, all of it at once, and that it then has changed nothing."""

from __future__ import annotations

import pytest

from reconciler.database.connection import connect
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.operations.adoption import adopt
from reconciler.operations.database import migrate_schema
from tests.cli.conftest import Command
from tests.support.installation import table_digests


def refused(url: str, *statements: str) -> ReconcilerError:
    """Change the seed, and return why it is not adopted; it must be as before."""
    with connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        before = table_digests(connection)
        with pytest.raises(ReconcilerError) as raised:
            adopt(connection)
        assert table_digests(connection) == before
    return raised.value


def test_every_difference_of_form_and_everything_that_stands_on_it_is_listed_at_once(
    seed: str,
) -> None:
    error = refused(
        seed,
        "ALTER TABLE compliance_signoffs DROP COLUMN notes",
        "ALTER TABLE configuration_audit_log ADD COLUMN ticket text",
        "ALTER TABLE configuration_snapshots ALTER COLUMN snapshot_at TYPE timestamptz",
        "ALTER TABLE extension_conflicts_detected ALTER COLUMN reason DROP NOT NULL",
        "CREATE VIEW plant_overview AS SELECT site_id FROM site_extension_configs",
        "CREATE MATERIALIZED VIEW plant_status AS SELECT site_id FROM v_site_config_status",
        "CREATE TABLE approvals (signoff uuid REFERENCES compliance_signoffs (id))",
        "CREATE FUNCTION newest() RETURNS SETOF site_extension_configs LANGUAGE sql "
        "BEGIN ATOMIC SELECT * FROM site_extension_configs; END",
        "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER touched BEFORE UPDATE ON site_extension_configs "
        "FOR EACH ROW EXECUTE FUNCTION touched()",
        "CREATE RULE quiet AS ON DELETE TO configuration_audit_log DO INSTEAD NOTHING",
    )
    assert set(error.details) == {
        "compliance_signoffs lacks the column notes",
        "configuration_audit_log has the column ticket beside",
        (
            "configuration_snapshots.snapshot_at is timestamp with time zone, "
            "and not timestamp without time zone"
        ),
        "extension_conflicts_detected.reason may be NULL",
        "it is needed by view plant_overview",
        "it is needed by materialized view plant_status",
        "it is needed by constraint approvals_signoff_fkey on table approvals",
        "it is needed by function newest()",
        "it is needed by trigger touched on table site_extension_configs",
        "it is needed by rule quiet on table configuration_audit_log",
    }
    assert "Nothing was changed" in str(error.hint)


def test_a_view_of_the_name_that_is_no_materialized_one_is_refused(seed: str) -> None:
    error = refused(
        seed,
        "DROP MATERIALIZED VIEW v_site_config_status",
        "CREATE VIEW v_site_config_status AS SELECT 1 AS one",
    )
    assert error.details == ("v_site_config_status is no materialized view",)


def test_some_of_the_tables_are_adopted_without_the_others(seed: str) -> None:
    with connect(seed) as connection:
        connection.execute("DROP MATERIALIZED VIEW v_site_config_status, v_unsigned_compliance")
        connection.execute("DROP TABLE compliance_signoffs, extension_dependency_cache")
        connection.execute("DROP TABLE configuration_snapshots, extension_conflicts_detected")
        done = adopt(connection)
    assert done is not None
    assert [(table.had, table.has) for table in done.tables] == [
        (24, 24),
        (0, 0),
        (240, 240),
        (0, 0),
        (0, 0),
        (0, 0),
    ]


def test_a_time_zone_that_there_is_not_is_a_mistake_in_the_call(seed: str) -> None:
    with connect(seed) as connection, pytest.raises(UsageError, match="no time zone 'Mars/Base'"):
        adopt(connection, "Mars/Base")


def test_a_bootstrap_does_not_adopt_by_the_way(seed: str, plain: str, command: Command) -> None:
    done = command("db", "bootstrap", "--desired-state", plain, DATABASE_URL=seed)
    assert done.code == 1
    assert "reconciler db migrate" in done.err


def test_a_check_says_what_would_come_of_it_and_changes_nothing(
    seed: str, command: Command
) -> None:
    with connect(seed) as connection:
        before = table_digests(connection)
        done = command("db", "migrate", "--check", DATABASE_URL=seed)
        assert done.code == 0, done.err
        assert "can be adopted; nothing was changed" in done.out
        assert "site_extension_configs: 24 rows" in done.out
        assert "pending 0014 adoption" in done.err
        assert table_digests(connection) == before


def test_a_check_of_a_schema_that_is_there_names_what_is_pending(database: str) -> None:
    assert not migrate_schema(lambda: connect(database), commit=False).migrations
