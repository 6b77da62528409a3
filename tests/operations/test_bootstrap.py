"""Bootstrap: creates what is absent, and leaves what MachShop has as it is."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from reconciler.database.migrations import all_migrations
from reconciler.model.errors import InvalidDesiredStateError
from reconciler.operations.database import Bootstrap
from tests.support.installation import (
    BREMEN,
    CORK,
    ENGINEER_USER,
    FILES,
    Installation,
    make_repository,
)

# As the schema document that the product started from has them, with columns of MachShop's own.
MACHSHOP = """
CREATE TABLE sites (
    id UUID PRIMARY KEY,
    name VARCHAR(256) NOT NULL,
    status VARCHAR(32) NOT NULL,
    created_at TIMESTAMP NOT NULL,
    timezone VARCHAR(64) NOT NULL DEFAULT 'UTC',
    erp_number INT
);
CREATE TABLE users (
    id UUID PRIMARY KEY,
    username VARCHAR(256) UNIQUE NOT NULL,
    email VARCHAR(256),
    locked BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO sites VALUES
    ('0b000000-0000-4000-8000-000000000001', 'Werk Bremen', 'closing', '2019-04-01', 'CET', 7);
INSERT INTO users VALUES
    ('a0000000-0000-4000-8000-000000000002', 'engineer', 'e.engineer@old.example', TRUE)
"""
ANOTHER_ID = UUID("f0000000-0000-4000-8000-000000000009")


@pytest.fixture
def empty(empty_database: str, tmp_path: Path) -> Installation:
    """A desired state, and a database with nothing in it."""
    make_repository(tmp_path / "repository")
    return Installation(tmp_path / "repository", empty_database)


def test_an_empty_database_gets_tables_schema_sites_and_users(empty: Installation) -> None:
    assert empty.bootstrap() == Bootstrap(migrations=len(all_migrations()), sites=3, users=3)
    assert empty.rows("SELECT id, name, status FROM sites ORDER BY id LIMIT 2") == [
        (BREMEN, "Bremen Works", "active"),
        (CORK, "Cork Plant", "active"),
    ]
    assert empty.rows("SELECT id, email FROM users WHERE username = 'engineer'") == [
        (ENGINEER_USER, "engineer@plant.example")
    ]


def test_a_bootstrapped_database_can_be_applied_to_at_once(empty: Installation) -> None:
    empty.bootstrap()
    assert empty.apply().plan.summary.activate == 6


def test_a_second_bootstrap_adds_nothing(empty: Installation) -> None:
    empty.bootstrap()
    before = empty.digest()
    assert empty.bootstrap() == Bootstrap(migrations=0, sites=0, users=0)
    assert empty.digest() == before


def test_machshops_own_rows_and_columns_are_left_as_they_are(empty: Installation) -> None:
    empty.rows(MACHSHOP)
    columns = "SELECT table_name, column_name, data_type FROM information_schema.columns "
    columns += "WHERE table_name IN ('sites', 'users') ORDER BY 1, 2"
    rows = "SELECT sites::text FROM sites WHERE erp_number = 7 UNION ALL "
    rows += "SELECT users::text FROM users WHERE locked"
    before = empty.rows(columns), empty.rows(rows)
    assert empty.bootstrap() == Bootstrap(migrations=len(all_migrations()), sites=2, users=2)
    assert (empty.rows(columns), empty.rows(rows)) == before


def test_machshops_tables_with_plain_timestamps_are_applied_to(empty: Installation) -> None:
    empty.rows(MACHSHOP)
    empty.bootstrap()
    assert empty.apply().run_id is not None
    assert empty.plan().changes == ()


def test_a_username_that_machshop_has_under_another_id_is_left_and_then_blocks(
    empty: Installation,
) -> None:
    empty.rows(MACHSHOP)
    empty.edit("UPDATE users SET id = %s", [ANOTHER_ID])
    assert empty.bootstrap().users == 2
    assert empty.rows("SELECT id FROM users WHERE username = 'engineer'") == [(ANOTHER_ID,)]
    assert [problem.split(" has id")[0] for problem in empty.plan().why_blocked] == [
        "user 'engineer'"
    ]


def test_an_invalid_desired_state_touches_no_database(empty: Installation) -> None:
    empty.write("users.yaml", FILES["users.yaml"] + "  - {username: nobody}\n")
    with pytest.raises(InvalidDesiredStateError):
        empty.bootstrap()
    assert empty.digest() == {}
