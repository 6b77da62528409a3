"""Sites in one line each: what was last applied, kept by the server, and any drift from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors
from psycopg.types.json import Jsonb

from reconciler.database.connection import Connection
from reconciler.database.migrations import all_migrations
from reconciler.database.state import drifted_sites, extensions_at, managed_rows
from tests.support.databases import fresh_database
from tests.support.installation import (
    BREMEN,
    CORK,
    CORK_ERP,
    DASHBOARD,
    DAYTON,
    ERP,
    SIGNATURE,
    Installation,
    copied_installation,
    erp_file,
)
from tests.support.logins import SERVICE_LOGIN

SITES = [BREMEN, CORK, DAYTON]
NOWHERE = UUID(int=5)
NEWEST = (
    "SELECT DISTINCT ON (site_id) site_id, position, configurations FROM site_applied_rollups "
    "ORDER BY site_id, position DESC"
)
VERSION = (
    "INSERT INTO site_extension_config_versions "
    "(site_id, extension_id, config_version, version, configuration, config_hash, run_id) "
    "SELECT wanted.site_id, wanted.extension_id, 2 + coalesce(("
    "SELECT max(config_version) FROM site_extension_config_versions AS history "
    "WHERE history.site_id = wanted.site_id AND history.extension_id = wanted.extension_id), 0), "
    "wanted.version, wanted.configuration, wanted.hash, (SELECT id FROM reconcile_runs LIMIT 1) "
    "FROM (VALUES (%(site)s::uuid, %(extension)s::text, %(version)s::text, "
    "%(configuration)s::jsonb, %(hash)s::text)) "
    "AS wanted (site_id, extension_id, version, configuration, hash)"
)
LIVE = (
    "INSERT INTO site_extension_configs "
    "(site_id, extension_id, version, configuration, config_hash) "
    "VALUES (%(site)s, %(extension)s, %(version)s, %(configuration)s, %(hash)s) "
    "ON CONFLICT (site_id, extension_id) DO UPDATE SET version = excluded.version, "
    "configuration = excluded.configuration, config_hash = excluded.config_hash"
)
GONE = (
    "DELETE FROM site_extension_configs WHERE site_id = %(site)s AND extension_id = %(extension)s"
)
EDITS = {
    "its hash forged": "UPDATE site_extension_configs SET config_hash = 'sha256:forged' "
    "WHERE site_id = %(site)s AND extension_id = %(extension)s",
    "its content changed": "UPDATE site_extension_configs SET configuration = '{}' "
    "WHERE site_id = %(site)s AND extension_id = %(extension)s",
    "its version changed": "UPDATE site_extension_configs SET version = '9.9.9' "
    "WHERE site_id = %(site)s AND extension_id = %(extension)s",
    "another extension's name": "UPDATE site_extension_configs SET extension_id = 'erp-adapte' "
    "WHERE site_id = %(site)s AND extension_id = %(extension)s",
    "a row added": "INSERT INTO site_extension_configs "
    "(site_id, extension_id, version, configuration, config_hash) "
    "VALUES (%(site)s, 'added', '1.0.0', '{}', 'x')",
    "a row deleted": GONE,
    "every row deleted": "DELETE FROM site_extension_configs WHERE site_id = %(site)s",
}
SWAP = (
    "UPDATE site_extension_configs AS live SET version = other.version, "
    "configuration = other.configuration, config_hash = other.config_hash "
    "FROM site_extension_configs AS other WHERE live.site_id = %(site)s "
    "AND other.site_id = live.site_id AND other.extension_id <> live.extension_id"
)

# Digits and blanks, because lengths are written so; few, so that texts meet their like.
TEXTS = st.text("1 a", min_size=1, max_size=3) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["apply", "applied by hand", "deactivate", "edit", "delete", "swap"]),
        st.sampled_from(SITES),
        TEXTS,
        st.fixed_dictionaries(
            {"version": TEXTS, "configuration": st.integers(0, 2), "hash": TEXTS}
        ),
    ),
    max_size=12,
)


def drifted_by_rows(connection: Connection, sites: list[UUID]) -> set[UUID]:
    """What the rows themselves, read one by one, say of each site."""
    return {row.key.site_id for row in managed_rows(connection, sites) if row.drifted}


def take(connection: Connection, step: str, where: dict[str, object]) -> None:
    """Take one step of a history: of the reconciler's, or of somebody's beside it."""
    nothing = {"version": None, "configuration": None, "hash": None}
    statements = {
        "apply": [(LIVE, where), (VERSION, where)],
        "applied by hand": [(VERSION, where)],
        "deactivate": [(GONE, where), (VERSION, where | nothing)],
        "edit": [(LIVE, where)],
        "delete": [(GONE, where)],
        "swap": [(SWAP, where)],
    }
    for statement, parameters in statements[step]:
        connection.execute(statement.encode(), parameters)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_a_site_has_drifted_where_a_row_of_it_has_whatever_was_applied_and_edited(
    connection: Connection, steps: list[tuple[str, UUID, str, dict[str, object]]]
) -> None:
    connection.execute("SAVEPOINT example")
    for step, site, extension, content in steps:
        configuration = Jsonb({"size": content["configuration"]})
        take(
            connection,
            step,
            {**content, "site": site, "extension": extension, "configuration": configuration},
        )
        drifted = drifted_by_rows(connection, SITES)
        # Most sites at once are looked for in another way than one by itself.
        assert drifted_sites(connection, SITES) == drifted
        assert drifted_sites(connection, [site]) == drifted & {site}
    connection.execute("ROLLBACK TO SAVEPOINT example")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(*(st.dictionaries(TEXTS, st.tuples(TEXTS, st.just(None) | TEXTS)) for _ in range(2)))
def test_what_differs_is_rolled_up_differently(
    connection: Connection,
    one: dict[str, tuple[str, str | None]],
    other: dict[str, tuple[str, str | None]],
) -> None:
    assert (entries(connection, one) == entries(connection, other)) == (one == other)


def entries(connection: Connection, rows: dict[str, tuple[str, str | None]]) -> str | None:
    """What is hashed of a site with these hashes and contents by extension."""
    row = connection.execute(
        "SELECT string_agg(reconciler_rollup_entry(extension, hash, "
        "encode(sha256(convert_to(content, 'UTF8')), 'hex')), '' ORDER BY extension COLLATE \"C\") "
        "FROM unnest(%s::text[], %s::text[], %s::text[]) AS it (extension, hash, content)",
        [list(rows), [hash_ for hash_, _ in rows.values()], [text for _, text in rows.values()]],
    ).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


def test_what_was_applied_has_not_drifted(connection: Connection) -> None:
    assert drifted_sites(connection, SITES) == set()
    assert connection.execute(NEWEST.encode()).fetchall() == [
        (BREMEN, 1, 3),
        (CORK, 1, 2),
        (DAYTON, 1, 1),
    ]


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_by_hand_shows_at_its_site_and_at_no_other(
    connection: Connection, what: str
) -> None:
    connection.execute(EDITS[what].encode(), {"site": CORK, "extension": ERP})
    assert drifted_sites(connection, SITES) == drifted_by_rows(connection, SITES) == {CORK}
    assert drifted_sites(connection, [BREMEN, DAYTON]) == set()


def test_two_extensions_that_changed_contents_show_as_drift(connection: Connection) -> None:
    connection.execute(SWAP.encode(), {"site": CORK})
    assert drifted_sites(connection, SITES) == {CORK}


def test_a_site_of_which_the_database_knows_nothing_has_not_drifted(connection: Connection) -> None:
    assert drifted_sites(connection, [NOWHERE]) == set()
    assert drifted_sites(connection, []) == set()


@pytest.mark.parametrize("live", [True, False], ids=["with live rows", "without live rows"])
def test_a_site_whose_roll_ups_are_gone_is_looked_at_in_full(
    connection: Connection, live: bool
) -> None:
    connection.execute("ALTER TABLE site_applied_rollups DISABLE TRIGGER ALL")
    connection.execute("DELETE FROM site_applied_rollups WHERE site_id = %s", [DAYTON])
    if not live:
        connection.execute("DELETE FROM site_extension_configs WHERE site_id = %s", [DAYTON])
    assert drifted_sites(connection, SITES) == {DAYTON}


def test_a_deactivation_leaves_a_site_without_configurations_and_without_drift(
    connection: Connection,
) -> None:
    take(connection, "deactivate", {"site": DAYTON, "extension": ERP})
    assert drifted_sites(connection, SITES) == set()
    assert connection.execute(NEWEST.encode()).fetchall()[-1] == (DAYTON, 2, 0)


def test_extensions_that_were_ever_applied_are_among_those_of_a_site(
    connection: Connection,
) -> None:
    take(connection, "deactivate", {"site": DAYTON, "extension": ERP})
    connection.execute(EDITS["a row added"].encode(), {"site": DAYTON})
    assert extensions_at(connection, [DAYTON]) == {ERP, "added"}
    assert extensions_at(connection, [BREMEN]) == {DASHBOARD, ERP, SIGNATURE}


def test_every_statement_that_continues_the_history_is_rolled_up_once_a_site(
    connection: Connection,
) -> None:
    connection.execute(
        "INSERT INTO site_extension_config_versions "
        "(site_id, extension_id, config_version, run_id) "
        "SELECT site_id, extension_id, 2, run_id FROM site_extension_config_versions"
    )
    rolled_up = connection.execute(NEWEST.encode()).fetchall()
    assert rolled_up == [(BREMEN, 2, 0), (CORK, 2, 0), (DAYTON, 2, 0)]


def test_a_version_of_an_older_number_changes_nothing_of_what_was_last_applied(
    connection: Connection,
) -> None:
    take(connection, "apply", {"site": CORK, "extension": "x", **content(1)})
    older = VERSION.replace("2 + coalesce", "-1 + coalesce")
    connection.execute(older.encode(), {"site": CORK, "extension": "x", **content(2)})
    assert drifted_sites(connection, SITES) == drifted_by_rows(connection, SITES) == set()


def content(size: int) -> dict[str, object]:
    return {"version": "1.0.0", "configuration": Jsonb({"size": size}), "hash": f"of {size}"}


def test_time_and_login_of_a_roll_up_come_from_the_server(connection: Connection) -> None:
    row = connection.execute(
        "INSERT INTO site_applied_rollups (site_id, position, run_id, configurations, rollup, "
        "recorded_at, recorded_by) "
        "SELECT site_id, 99, run_id, 0, '', '2001-01-01 00:00+00', 'somebody_else' "
        "FROM site_applied_rollups LIMIT 1 "
        "RETURNING recorded_at = transaction_timestamp(), recorded_by = session_user"
    ).fetchone()
    assert row == (True, True)


def test_the_service_writes_no_roll_up_of_its_own(signed_installation: Installation) -> None:
    with (
        SERVICE_LOGIN.connection(signed_installation.owner_url) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="site_applied_rollups"),
    ):
        connection.execute(
            "INSERT INTO site_applied_rollups (site_id, position, run_id, configurations, rollup) "
            "SELECT site_id, position + 1, run_id, configurations, rollup FROM site_applied_rollups"
        )


@pytest.fixture
def copy(
    server_url: str, signed_installation: Installation, tmp_path: Path
) -> Iterator[Installation]:
    """An installation of the test's own."""
    with copied_installation(server_url, signed_installation, tmp_path / "copy") as made:
        yield made


def test_a_run_rolls_up_the_sites_that_it_wrote_at(copy: Installation) -> None:
    copy.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    done = copy.apply()
    assert copy.rows(
        "SELECT site_id, position, configurations FROM site_applied_rollups WHERE run_id = %s",
        [done.run_id],
    ) == [(CORK, 2, 2)]


def test_of_two_writers_at_one_site_the_second_is_asked_to_run_again(copy: Installation) -> None:
    with copy.connection() as first, copy.connection() as second:
        first.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        first.execute("SELECT FROM sites")
        take(second, "applied by hand", {"site": CORK, "extension": "x", **content(1)})
        with pytest.raises(errors.SerializationFailure, match="continued by another"):
            take(first, "applied by hand", {"site": CORK, "extension": "y", **content(1)})
        first.execute("ROLLBACK")
        take(first, "applied by hand", {"site": CORK, "extension": "y", **content(1)})
    assert copy.rows(NEWEST)[1] == (CORK, 3, 4)


def test_the_migration_rolls_up_what_was_applied_before_it(
    server_url: str, signed_installation: Installation
) -> None:
    (migration,) = (it for it in all_migrations() if it.name == "applied_rollups")
    with (
        fresh_database(server_url, signed_installation.database) as url,
        Installation(signed_installation.repository, url).connection() as connection,
    ):
        connection.execute(
            "INSERT INTO sites (id, name, status, created_at) VALUES (%s, 'x', 'active', now())",
            [uuid4()],
        )
        before = connection.execute("SELECT site_id, rollup FROM site_applied_rollups").fetchall()
        connection.execute(
            "DROP TABLE site_applied_rollups; "
            "DROP TRIGGER roll_up ON site_extension_config_versions; "
            "DROP FUNCTION reconciler_roll_up_applied, reconciler_applied_rollups, "
            "reconciler_rollup, reconciler_rollup_entry"
        )
        with connection.transaction():
            connection.execute("SET LOCAL search_path = public, pg_temp")
            connection.execute(migration.text.encode())
        after = connection.execute("SELECT site_id, rollup FROM site_applied_rollups").fetchall()
        assert sorted(after) == sorted(before)
        assert drifted_sites(connection, SITES) == set()
