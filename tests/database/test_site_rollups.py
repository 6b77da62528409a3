"""Sites in one line each: the same for git and the database, and no drift that they do not show."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from reconciler.database.connection import Connection
from reconciler.database.state import (
    extension_counts,
    managed_rows,
    site_rollups,
    unmanaged_sites,
)
from reconciler.model.rollup import SiteRollup, rollup
from tests.support.installation import BREMEN, CORK, DASHBOARD, DAYTON, ERP, SIGNATURE

SITES = [BREMEN, CORK, DAYTON]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LIVE = st.dictionaries(TEXTS, st.tuples(TEXTS, TEXTS), max_size=6)


def of_rows(connection: Connection) -> dict[object, SiteRollup]:
    """What the rows themselves, read one by one, say of each site."""
    rows = managed_rows(connection, SITES)
    found: dict[object, SiteRollup] = {}
    for site in SITES:
        here = [row for row in rows if row.key.site_id == site]
        live = [(row.key.extension_id, row.live) for row in here if row.live]
        found[site] = SiteRollup(
            len(live),
            rollup((extension, it.version, it.config_hash) for extension, it in live),
            any(row.drifted for row in here),
        )
    return found


def test_what_was_applied_has_not_drifted(connection: Connection) -> None:
    assert site_rollups(connection, SITES) == of_rows(connection)
    assert not any(site.drifted for site in site_rollups(connection, SITES).values())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LIVE)
def test_the_server_rolls_up_whatever_is_live_as_the_desired_state_is_rolled_up(
    connection: Connection, live: dict[str, tuple[str, str]]
) -> None:
    connection.execute("SAVEPOINT example")
    connection.execute("DELETE FROM site_extension_configs WHERE site_id = %s", [CORK])
    connection.cursor().executemany(
        "INSERT INTO site_extension_configs"
        " (site_id, extension_id, version, configuration, config_hash)"
        " VALUES (%s, %s, %s, '{}', %s)",
        [(CORK, extension, *rest) for extension, rest in live.items()],
    )
    assert site_rollups(connection, SITES) == of_rows(connection)
    connection.execute("ROLLBACK TO SAVEPOINT example")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE site_extension_configs SET configuration = %(other)s",
        "UPDATE site_extension_configs SET config_hash = 'forged'",
        "UPDATE site_extension_configs SET version = '9.9.9'",
        "DELETE FROM site_extension_configs",
        (
            "INSERT INTO site_extension_configs"
            " (site_id, extension_id, version, configuration, config_hash)"
            " VALUES (%(site)s, 'added', '1.0.0', %(other)s, 'x')"
        ),
    ],
)
def test_an_edit_by_hand_shows_at_its_site_and_at_no_other(
    connection: Connection, edit: str
) -> None:
    where = "" if edit.startswith("INSERT") else " WHERE site_id = %(site)s"
    connection.execute(
        (edit + where).encode(), {"site": DAYTON, "other": Jsonb({"url": "https://else"})}
    )

    found = site_rollups(connection, SITES)

    assert {site for site in SITES if found[site].drifted} == {DAYTON}
    assert found == of_rows(connection)


def test_a_site_without_a_row_is_rolled_up_as_empty(connection: Connection) -> None:
    unknown = BREMEN.__class__(int=5)
    empty = SiteRollup(0, rollup(()), drifted=False)
    assert site_rollups(connection, [unknown]) == {unknown: empty}


def test_extensions_are_counted_at_the_sites_asked_for(connection: Connection) -> None:
    assert extension_counts(connection, SITES) == {DASHBOARD: 2, ERP: 3, SIGNATURE: 1}
    assert extension_counts(connection, [DAYTON]) == {ERP: 1}


def test_only_sites_with_configurations_are_unmanaged(connection: Connection) -> None:
    connection.execute("DELETE FROM site_extension_configs WHERE site_id = %s", [CORK])
    found = unmanaged_sites(connection, [BREMEN])
    assert [(site.site_id, site.configurations, site.formerly_managed) for site in found] == [
        (DAYTON, 1, True)
    ]
