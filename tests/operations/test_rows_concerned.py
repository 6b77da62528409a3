"""Only rows that differ are read, and the plan is the one of somebody who looks at every row."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest

from reconciler.database import state
from reconciler.database.connection import Connection, reading
from reconciler.database.state import differing_rows, managed_rows
from reconciler.model.enabled import Enabled
from reconciler.model.live import DatabaseRow
from reconciler.operations.preparing import prepare
from tests.operations.test_drift import EDIT_NAMES, EDITS, Edit
from tests.support.installation import (
    BREMEN_ERP,
    CORK,
    CORK_ERP,
    DAYTON_ERP,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
    sign_everything,
)

CHANGES: dict[str, dict[str, str | None]] = {
    "nothing": {},
    "a configuration": {CORK_ERP: erp_file("cork", interval=30)},
    "one taken away": {DAYTON_ERP: None},
    "all of a site's own": {CORK_ERP: None, BREMEN_ERP: erp_file("bremen", interval=9)},
    "a profile": {PROFILE: profile_file(refresh=55)},
}


def every_row(connection: Connection, desired: Mapping[UUID, Enabled]) -> list[DatabaseRow]:
    return managed_rows(connection, desired.keys())


def plan_of_every_row(installation: Installation, patch: pytest.MonkeyPatch) -> str:
    with patch.context() as patched:
        patched.setattr(state, "differing_rows", every_row)
        return installation.plan(base="main~1").to_json()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("edit", [None, *(edit for edit, _ in EDITS)], ids=[None, *EDIT_NAMES])
def test_the_plan_is_the_one_of_every_row(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, change: str, edit: Edit | None
) -> None:
    installation.commit("Change", CHANGES[change])
    if edit is not None:
        edit(installation)
    assert installation.plan(base="main~1").to_json() == plan_of_every_row(
        installation, monkeypatch
    )


def test_so_it_is_of_signatures_for_what_is_as_desired(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_everything(installation)
    found = installation.plan(base="main~1")
    assert [(change.site, change.action) for change in found.changes] == [("bremen", "signoff")]
    assert found.to_json() == plan_of_every_row(installation, monkeypatch)


@pytest.mark.parametrize("most", [1, 2, 100])
def test_what_differs_is_found_however_many_are_asked_for_together(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(state, "_MOST_COMPARED", most)
    installation.commit("Change", CHANGES["one taken away"])
    installation.rows("DELETE FROM site_extension_configs WHERE site_id = %s", [CORK])
    head = prepare(installation.request()).head.state
    assert head is not None
    with installation.service() as connection, reading(connection):
        every = {row.key: row for row in every_row(connection, head.enabled)}
        found = {row.key: row for row in differing_rows(connection, head.enabled)}
    hashes = {key: each.config_hash for key, each in head.configurations.items()}
    assert found == {
        key: row
        for key, row in every.items()
        if row.drifted or (row.live.config_hash if row.live else None) != hashes.get(key)
    }
    assert 0 < len(found) < len(every)
