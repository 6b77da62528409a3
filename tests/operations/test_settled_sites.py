"""Whatever is written to a site takes it out of the settled ones, in the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from reconciler.database.settled import read_settled
from tests.support.installation import BREMEN, CORK, ERP, Installation

SETTLED = "SELECT slug FROM settled_sites ORDER BY slug"
EVERY = ["bremen", "cork", "dayton"]
SIGNOFF = """
INSERT INTO compliance_signoffs
    (site_id, extension_id, aspect, signed_by, signed_role, meaning, config_hash, config_version)
SELECT site_id, extension_id, 'an-aspect', 'a0000000-0000-4000-8000-000000000003', 'a-role',
       'approval', config_hash, 1
FROM site_extension_configs WHERE site_id = %s AND extension_id = 'erp-adapter'
"""
VERSION = """
INSERT INTO site_extension_config_versions
    (site_id, extension_id, config_version, version, configuration, config_hash, commit_id, run_id)
SELECT site_id, extension_id, config_version + 1, version, configuration, config_hash, commit_id,
       run_id
FROM site_extension_config_versions
WHERE site_id = %s AND extension_id = 'erp-adapter' ORDER BY config_version DESC LIMIT 1
"""
WRITES = {
    "an update": "UPDATE site_extension_configs SET validated = FALSE WHERE site_id = %s",
    "an insert": (
        "INSERT INTO site_extension_configs "
        "(site_id, extension_id, version, configuration, config_hash) "
        "VALUES (%s, 'by-hand', '1.0.0', '{}', 'sha256:1')"
    ),
    "a delete": "DELETE FROM site_extension_configs WHERE site_id = %s",
    "a version": VERSION,
    "a signature": SIGNOFF,
    "a digest": "UPDATE site_derived_records SET digest = 'another' WHERE site_id = %s",
    "no digest": "DELETE FROM site_derived_records WHERE site_id = %s",
}


def settled(installation: Installation) -> list[str]:
    return [slug for (slug,) in installation.rows(SETTLED)]


@pytest.fixture
def all_settled(installation: Installation) -> Iterator[Installation]:
    """An installation whose sites are all settled."""
    installation.apply(ref="main")
    assert settled(installation) == EVERY
    yield installation


@pytest.mark.parametrize("statement", WRITES.values(), ids=list(WRITES))
def test_a_write_to_a_site_takes_it_out_and_no_other(
    all_settled: Installation, statement: str
) -> None:
    all_settled.rows(statement, [CORK])
    assert settled(all_settled) == ["bremen", "dayton"]


def test_a_row_that_moves_to_another_site_takes_both_out(all_settled: Installation) -> None:
    all_settled.rows(
        "UPDATE site_extension_configs SET site_id = %s, extension_id = 'moved' "
        "WHERE site_id = %s AND extension_id = %s",
        [BREMEN, CORK, ERP],
    )
    assert settled(all_settled) == ["dayton"]


def test_emptying_the_table_takes_every_site_out(all_settled: Installation) -> None:
    all_settled.rows("TRUNCATE site_extension_configs CASCADE")
    assert settled(all_settled) == []


def test_a_superuser_who_turns_triggers_off_for_the_session_takes_it_out_all_the_same(
    all_settled: Installation,
) -> None:
    with all_settled.connection() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE site_extension_configs SET validated = FALSE")
    assert settled(all_settled) == []


def test_a_write_that_is_rolled_back_leaves_it_settled(all_settled: Installation) -> None:
    with psycopg.connect(all_settled.owner_url) as connection:
        connection.execute("DELETE FROM site_extension_configs")
        connection.rollback()
    assert settled(all_settled) == EVERY


def test_an_apply_settles_what_it_wrote_and_says_for_which_commit(
    all_settled: Installation,
) -> None:
    path = "sites/cork/extensions/erp-adapter.yaml"
    text = (all_settled.folder / path).read_text().replace("60", "70")
    commit = all_settled.commit("Ask less often", {path: text})
    all_settled.apply(ref="main")
    with all_settled.service() as connection:
        noted = read_settled(connection, datetime.now(UTC).date())
    assert noted is not None
    assert (noted.commit, sorted(noted.trees)) == (commit, EVERY)
