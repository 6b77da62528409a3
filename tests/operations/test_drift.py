"""Drift: whatever was changed behind the reconciler's back is found, named, and put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from reconciler.model.canonical import config_hash
from reconciler.model.change import Action, Change, Origin
from reconciler.model.document import JsonObject
from reconciler.model.plan import Plan, Scope
from reconciler.report.drift_text import drift_text
from reconciler.report.folding import fold
from tests.support.installation import (
    CORK,
    CORK_ERP,
    DAYTON,
    DAYTON_ERP,
    ERP,
    Installation,
    erp_file,
)
from tests.support.logins import SERVICE, new_login

EDITED: JsonObject = {
    "url": "https://erp.cork.example",
    "syncInterval": 5,
    "password": "hunter2-in-the-clear",
}
ELSEWHERE = UUID("0e000000-0000-4000-8000-000000000009")
SET_CONFIGURATION = (
    "UPDATE site_extension_configs SET configuration = %s "
    "WHERE site_id = %s AND extension_id = 'erp-adapter'"
)
SET_HASH = (
    "UPDATE site_extension_configs SET config_hash = %s "
    "WHERE site_id = %s AND extension_id = 'erp-adapter'"
)
SET_BOTH = (
    "UPDATE site_extension_configs SET configuration = %s, config_hash = %s "
    "WHERE site_id = %s AND extension_id = 'erp-adapter'"
)
ADD = (
    "INSERT INTO site_extension_configs "
    "(site_id, extension_id, version, configuration, config_hash) "
    "VALUES (%s, %s, '1.0.0', '{}', 'x')"
)
Edit = Callable[[Installation], None]


def leave_the_hash(installation: Installation) -> None:
    installation.edit(SET_CONFIGURATION, [Jsonb(EDITED), CORK])


def forge_some_hash(installation: Installation) -> None:
    installation.edit(SET_BOTH, [Jsonb(EDITED), "sha256:" + "0" * 64, CORK])


def forge_the_right_hash(installation: Installation) -> None:
    right = config_hash(CORK, ERP, "3.0.0", EDITED)
    installation.edit(SET_BOTH, [Jsonb(EDITED), right, CORK])


def alter_the_hash_alone(installation: Installation) -> None:
    installation.edit(SET_HASH, ["sha256:" + "0" * 64, CORK])


def change_the_version(installation: Installation) -> None:
    installation.edit(
        "UPDATE site_extension_configs SET version = '3.1.0' "
        "WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [CORK],
    )


def delete_the_row(installation: Installation) -> None:
    installation.edit(
        "DELETE FROM site_extension_configs WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [CORK],
    )


def add_a_row(installation: Installation) -> None:
    installation.edit(ADD, [CORK, "by-hand"])


EDITS = [
    (leave_the_hash, "edited outside the reconciler, its config_hash left as it was"),
    (forge_some_hash, "edited outside the reconciler"),
    (forge_the_right_hash, "edited outside the reconciler"),
    (alter_the_hash_alone, "config_hash altered outside the reconciler"),
    (change_the_version, "edited outside the reconciler, its config_hash left as it was"),
    (delete_the_row, "deleted outside the reconciler"),
    (add_a_row, "added outside the reconciler"),
]
EDIT_NAMES = [edit.__name__ for edit, _ in EDITS]


def drift(installation: Installation) -> tuple[Change, ...]:
    return installation.plan(scope=Scope.DRIFTED).changes


def live_rows(installation: Installation, *, reinserted: bool) -> list[tuple[Any, ...]]:
    """Every live row whole, but for what a restored (or inserted again) row has anew."""
    anew = ["updated_at", *(["id", "enabled_at"] if reinserted else [])]
    return installation.rows(
        "SELECT to_jsonb(live) - %s::text[] FROM site_extension_configs AS live "
        "ORDER BY site_id, extension_id",
        [anew],
    )


@pytest.mark.parametrize(("edit", "description"), EDITS, ids=EDIT_NAMES)
def test_drift_is_found_and_told_by_what_was_done(
    installation: Installation, edit: Edit, description: str
) -> None:
    edit(installation)
    (change,) = drift(installation)
    assert (change.site, change.origin) == ("cork", Origin.DRIFT)
    assert change.drift is not None
    assert change.drift.description == description


@pytest.mark.parametrize("edit", [edit for edit, _ in EDITS], ids=EDIT_NAMES)
def test_healing_restores_every_live_row_exactly(installation: Installation, edit: Edit) -> None:
    reinserted = edit is delete_the_row
    before = live_rows(installation, reinserted=reinserted)
    edit(installation)
    assert live_rows(installation, reinserted=reinserted) != before
    installation.apply(scope=Scope.HEALABLE)
    assert live_rows(installation, reinserted=reinserted) == before
    assert drift(installation) == ()


def test_an_untouched_installation_has_no_drift(installation: Installation) -> None:
    assert drift(installation) == ()


def test_a_row_edited_and_edited_back_is_no_drift(installation: Installation) -> None:
    ((original,),) = installation.rows(
        "SELECT configuration FROM site_extension_configs "
        "WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [CORK],
    )
    leave_the_hash(installation)
    installation.edit(SET_CONFIGURATION, [Jsonb(original), CORK])
    assert drift(installation) == ()
    assert installation.apply().run_id is None


def test_a_row_of_an_unmanaged_site_is_left_alone(installation: Installation) -> None:
    installation.edit(
        "INSERT INTO sites (id, name, status, created_at) VALUES (%s, 'Essen', 'active', now())",
        [ELSEWHERE],
    )
    installation.edit(ADD, [ELSEWHERE, "by-hand"])
    whole = "SELECT live.* FROM site_extension_configs AS live WHERE site_id = %s"
    before = installation.rows(whole, [ELSEWHERE])
    leave_the_hash(installation)
    installation.apply(scope=Scope.HEALABLE)
    installation.apply()
    assert installation.rows(whole, [ELSEWHERE]) == before


def test_what_nobody_asked_for_is_taken_away_and_no_commit_is_blamed(
    installation: Installation,
) -> None:
    add_a_row(installation)
    (change,) = installation.plan(scope=Scope.HEALABLE).changes
    assert (change.author, change.author_email, change.commit) == ("", "", None)
    assert change.changed_by == "reconciler"
    assert change.path == "desired-state/sites/cork/extensions/by-hand.yaml"
    installation.apply(scope=Scope.HEALABLE)
    assert installation.rows(
        "SELECT details ->> 'commit', reason, details ->> 'path', details -> 'author' ->> 'name' "
        "FROM configuration_audit_log WHERE extension_id = 'by-hand' AND action = 'deactivated'"
    ) == [
        (
            None,
            "restored after it was added outside the reconciler",
            "desired-state/sites/cork/extensions/by-hand.yaml",
            "",
        )
    ]


def test_the_report_names_session_user_application_and_time(installation: Installation) -> None:
    role, password = f"night_shift_{installation.database}"[:63], "as-good-as-any"
    colleague_role = sql.Identifier(role)
    elsewhere = make_conninfo(
        installation.owner_url, user=role, password=password, application_name="excel-export"
    )
    installation.rows(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'as-good-as-any'").format(colleague_role)
    )
    try:
        installation.rows(sql.SQL("GRANT reconciler_service TO {}").format(colleague_role))
        with psycopg.connect(elsewhere) as colleague:
            colleague.execute(SET_CONFIGURATION.encode(), [Jsonb(EDITED), CORK])
        (change,) = drift(installation)
    finally:
        for drop in ("DROP OWNED BY {}", "DROP ROLE {}"):
            installation.rows(sql.SQL(drop).format(colleague_role))
    assert change.drift is not None
    assert change.drift.session_user == role
    assert change.drift.application == "excel-export"
    assert change.drift.at is not None
    assert abs(datetime.fromisoformat(change.drift.at) - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_newest_of_several_edits_is_the_one_that_is_named(installation: Installation) -> None:
    for application in ("first", "second"):
        with psycopg.connect(
            make_conninfo(installation.owner_url, application_name=application)
        ) as someone:
            someone.execute(SET_CONFIGURATION.encode(), [Jsonb({"by": application}), CORK])
    (change,) = drift(installation)
    assert change.drift is not None
    assert change.drift.application == "second"


def test_who_edited_before_the_last_is_named_as_well(installation: Installation) -> None:
    with new_login(installation.owner_url, SERVICE) as first:
        url = first.url(installation.owner_url)
        for values in ({"by": "first"}, {"by": "first, again"}):
            with psycopg.connect(url) as someone:
                someone.execute(SET_CONFIGURATION.encode(), [Jsonb(values), CORK])
        leave_the_hash(installation)
        (change,) = plan = drift(installation)
        assert change.drift is not None
        assert change.drift.earlier_by == (first.name,)
        assert change.drift.session_user != first.name
        (entry,) = fold(plan)
        assert f", before that by {first.name}" in drift_text(entry)
        installation.apply(scope=Scope.HEALABLE)
        leave_the_hash(installation)
        (after_healing,) = drift(installation)
    assert after_healing.drift is not None
    assert after_healing.drift.earlier_by == ()


def test_no_secret_that_somebody_wrote_by_hand_is_repeated(installation: Installation) -> None:
    leave_the_hash(installation)
    assert "hunter2" not in installation.plan(scope=Scope.DRIFTED).to_json()
    installation.apply(scope=Scope.HEALABLE)
    for table in ("configuration_audit_log", "configuration_snapshots", "reconcile_runs"):
        repeated = f"SELECT count(*) FROM {table} AS kept WHERE kept::text LIKE '%%hunter2%%'"  # noqa: S608 - our own names
        assert installation.rows(repeated) == [(0,)]


def test_healing_is_recorded_as_such_with_the_edit_that_it_undoes(
    installation: Installation,
) -> None:
    leave_the_hash(installation)
    done = installation.apply(scope=Scope.HEALABLE)
    assert installation.rows(
        "SELECT action, reason, details ->> 'origin', "
        "details -> 'drift' ->> 'session_user' = session_user "
        "FROM configuration_audit_log ORDER BY sequence DESC LIMIT 1"
    ) == [
        (
            "reconfigured",
            "restored after it was edited outside the reconciler, its config_hash left as it was",
            "drift",
            True,
        )
    ]
    assert installation.rows("SELECT kind FROM reconcile_runs WHERE id = %s", [done.run_id]) == [
        ("drift",)
    ]


def test_healing_leaves_alone_what_git_wants_changed_too(installation: Installation) -> None:
    leave_the_hash(installation)
    installation.edit(
        "UPDATE site_extension_configs SET configuration = '{}' WHERE site_id = %s", [DAYTON]
    )
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    done = installation.apply(scope=Scope.HEALABLE)
    assert [change.site for change in done.plan.changes] == ["dayton"]
    assert [(change.site, change.origin) for change in drift(installation)] == [
        ("cork", Origin.PENDING)
    ]


def test_healing_applies_nothing_that_is_merely_pending(installation: Installation) -> None:
    installation.commit("Sync slower", {DAYTON_ERP: erp_file("dayton", interval=90)})
    leave_the_hash(installation)
    installation.apply(scope=Scope.HEALABLE)
    assert [change.site for change in installation.plan().changes] == ["dayton"]


def test_healing_without_drift_writes_nothing(installation: Installation) -> None:
    before = installation.digest()
    assert installation.apply(scope=Scope.HEALABLE).run_id is None
    assert installation.digest() == before


def test_a_row_that_was_deleted_by_hand_and_by_git_is_settled_by_one_apply(
    installation: Installation,
) -> None:
    installation.edit("DELETE FROM site_extension_configs WHERE site_id = %s", [DAYTON])
    installation.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    done = installation.apply()
    assert [change.action for change in done.plan.changes] == [Action.DEACTIVATE]
    assert installation.plan().changes == ()
    assert installation.plan(scope=Scope.DRIFTED).changes == ()


def test_an_edit_that_says_what_git_says_next_is_taken_over_by_the_next_apply(
    installation: Installation,
) -> None:
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    wanted: JsonObject = {
        "url": "https://erp.cork.example",
        "syncInterval": 90,
        "password": {"$secret": "vault://cork/erp#password"},
    }
    installation.edit(SET_BOTH, [Jsonb(wanted), config_hash(CORK, ERP, "3.0.0", wanted), CORK])
    assert len(drift(installation)) == 1
    installation.apply()
    assert drift(installation) == ()


def test_all_rows_of_a_site_deleted_at_once_are_drift_and_come_back(
    installation: Installation,
) -> None:
    installation.rows("TRUNCATE site_extension_configs CASCADE")
    found: Plan = installation.plan(scope=Scope.DRIFTED)
    assert [change.action for change in found.changes] == [Action.ACTIVATE] * 6
    assert {change.drift.description for change in found.changes if change.drift} == {
        "deleted outside the reconciler"
    }
    installation.apply(scope=Scope.HEALABLE)
    assert installation.plan().changes == ()
    assert len(installation.rows("SELECT * FROM compliance_requirements")) == 1
