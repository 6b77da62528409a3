"""Snapshots: one moment of a site, comparable with any other, and true to the history."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import LiteralString

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from reconciler.model.change import SENSITIVE
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.model.snapshot import Doubt, Snapshot
from reconciler.operations.audit import AuditRequest
from reconciler.operations.snapshot import (
    LIVE,
    LONGEST_REASON,
    Compared,
    compare_snapshots,
    create_snapshots,
    list_snapshots,
    show_snapshot,
)
from reconciler.operations.snapshot_check import verify_snapshots
from tests.support.installation import (
    BREMEN,
    BREMEN_ERP,
    CORK,
    CORK_ERP,
    DASHBOARD,
    DAYTON,
    DAYTON_ERP,
    ERP,
    FILES,
    SERVICE_USER,
    SIGNATURE,
    Installation,
    copied_installation,
    erp_file,
    sign_everything,
)

SECRET = "hunter2-Swordfish"  # noqa: S105 -- it is what must not appear
BY_HAND = (
    "UPDATE site_extension_configs SET configuration = configuration || %s::jsonb "
    "WHERE site_id = %s AND extension_id = %s"
)


def request(installation: Installation, *sites: str) -> AuditRequest:
    return AuditRequest(installation.folder, sites)


def created(
    installation: Installation, *sites: str, reason: str = "Before the line moves"
) -> tuple[Snapshot, ...]:
    return create_snapshots(
        request(installation, *sites), reason, installation.connection
    ).snapshots


def compared(installation: Installation, old: str, new: str = LIVE) -> Compared:
    return compare_snapshots(request(installation), old, new, installation.connection)


def doubts(installation: Installation, *sites: str) -> list[tuple[str, Doubt]]:
    done = verify_snapshots(request(installation, *sites), installation.connection)
    return [(each.extension, each.doubt) for each in done.doubted]


@pytest.fixture(scope="module")
def shared(
    server_url: str, applied: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An applied installation that its tests leave as it was."""
    with copied_installation(server_url, applied, tmp_path_factory.mktemp("shared")) as copy:
        yield copy


@contextlib.contextmanager
def forged(installation: Installation, assignment: LiteralString) -> Iterator[None]:
    """A superuser's alteration of Cork's snapshots, taken back in the end."""
    held = "SELECT id, configurations, audit_position FROM configuration_snapshots"
    back = (
        "UPDATE configuration_snapshots SET configurations = %s, audit_position = %s WHERE id = %s"
    )
    with installation.connection() as connection:
        before = connection.execute(held).fetchall()
        connection.execute("ALTER TABLE configuration_snapshots DISABLE TRIGGER ALL")
        change = sql.SQL("UPDATE configuration_snapshots AS kept SET {}").format(
            sql.SQL(assignment)
        )
        connection.execute(change)
        yield
        for snapshot_id, configurations, position in before:
            connection.execute(back, [Jsonb(configurations), position, snapshot_id])


def test_a_snapshot_by_request_is_of_each_site_and_of_the_service_user(
    installation: Installation,
) -> None:
    made = created(installation)
    assert {each.site_id for each in made} == {BREMEN, CORK, DAYTON}
    assert {(each.reason, each.created_by, each.run_id) for each in made} == {
        ("Before the line moves", "reconciler", None)
    }
    rows = installation.rows(
        "SELECT site_id, created_by, run_id, audit_position FROM configuration_snapshots "
        "WHERE run_id IS NULL ORDER BY site_id"
    )
    assert rows == [
        (BREMEN, SERVICE_USER, None, 3),
        (CORK, SERVICE_USER, None, 2),
        (DAYTON, SERVICE_USER, None, 1),
    ]


def test_a_snapshot_by_request_holds_what_that_of_the_apply_holds(
    installation: Installation,
) -> None:
    created(installation)
    held = installation.rows(
        "SELECT site_id, configurations, signoffs FROM configuration_snapshots "
        "GROUP BY site_id, configurations, signoffs HAVING count(*) = 2"
    )
    assert len(held) == 3


def test_only_the_sites_asked_for_get_one(installation: Installation) -> None:
    assert [each.site_id for each in created(installation, "cor*")] == [CORK]


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "a" * (LONGEST_REASON + 1)])
def test_a_reason_is_one_line_that_fits(shared: Installation, reason: str) -> None:
    with pytest.raises(UsageError, match="a reason is one line"):
        created(shared, reason=reason)
    assert len(list_snapshots(request(shared), shared.connection).snapshots) == 3


def test_a_service_user_whom_machshop_does_not_know_makes_none(
    installation: Installation,
) -> None:
    project = FILES["reconciler.yaml"].replace("serviceUser: reconciler", "serviceUser: robot")
    users = FILES["users.yaml"] + (
        "  - {id: a0000000-0000-4000-8000-000000000009, username: robot, name: R}\n"
    )
    installation.commit("Another service user", {"reconciler.yaml": project, "users.yaml": users})
    with pytest.raises(ReconcilerError, match="user robot is not in MachShop's table users"):
        created(installation)


def test_snapshots_are_listed_newest_first_with_what_they_hold(
    installation: Installation,
) -> None:
    created(installation, "bremen")
    found = list_snapshots(request(installation, "bremen"), installation.connection)
    assert [(each.configurations, each.drifted, each.signoffs) for each in found.snapshots] == [
        (3, 0, 0),
        (3, 0, 0),
    ]
    assert [each.run_id is None for each in found.snapshots] == [True, False]
    assert found.names[BREMEN] == "bremen"


def test_the_newest_snapshot_of_a_site_is_shown_with_its_signatures(
    installation: Installation,
) -> None:
    signed = sign_everything(installation)
    installation.apply()
    shown = show_snapshot(request(installation, "bremen"), None, installation.connection)
    assert set(shown.values) == {DASHBOARD, ERP, SIGNATURE}
    assert [(each.pointer, each.new) for each in shown.values[SIGNATURE]] == [
        ("/reidentifyMinutes", 15)
    ]
    ((signature),) = shown.signatures
    assert (signature.signed_by, signature.meaning, signature.config_hash) == (
        "quality",
        "approval",
        signed,
    )


def test_a_version_that_the_catalog_does_not_know_is_shown_without_texts(
    installation: Installation,
) -> None:
    (made,) = created(installation, "dayton")
    installation.commit("Forget", {"catalog/extensions/erp-adapter": None})
    shown = show_snapshot(request(installation), str(made.id), installation.connection)
    assert {each.pointer: each.new for each in shown.values[ERP]} == {
        "/url": SENSITIVE,
        "/syncInterval": 60,
        "/password": {"$secret": "vault://dayton/erp#password"},
    }


@pytest.mark.parametrize("beginning", ["", "zzzz", "%", "abc", "0" * 37, "'; --"])
def test_what_is_no_beginning_of_an_id_is_refused(shared: Installation, beginning: str) -> None:
    with pytest.raises(UsageError, match="is no id of a snapshot"):
        show_snapshot(request(shared), beginning, shared.connection)


def test_a_snapshot_that_there_is_not_is_refused(shared: Installation) -> None:
    with pytest.raises(UsageError, match="there is no such snapshot"):
        show_snapshot(request(shared), "0000-0", shared.connection)


def test_without_an_id_one_site_has_to_be_named(shared: Installation) -> None:
    for sites in ((), ("*",)):
        with pytest.raises(UsageError, match="no snapshot is named"):
            show_snapshot(request(shared, *sites), None, shared.connection)


def test_nothing_differs_from_a_snapshot_just_made(installation: Installation) -> None:
    for made in created(installation):
        assert compared(installation, str(made.id)).differences == ()


def test_what_was_applied_since_differs_from_a_snapshot_as_a_plan_shows_it(
    installation: Installation,
) -> None:
    (before,) = created(installation, "cork")
    installation.commit("Slower", {CORK_ERP: erp_file("cork", interval=90, version="3.1.0")})
    planned = installation.plan().changes[0].differences
    installation.apply()
    (after,) = created(installation, "cork")
    for new in (LIVE, str(after.id)):
        (difference,) = compared(installation, str(before.id), new).differences
        assert difference.extension == ERP
        assert [each and each.version for each in (difference.old, difference.new)] == [
            "3.0.0",
            "3.1.0",
        ]
        assert difference.differences == tuple(replace(each, source=None) for each in planned)
    (back,) = compared(installation, LIVE, str(before.id)).differences
    assert [(each.old, each.new) for each in back.differences] == [(90, 60)]


def test_an_extension_that_only_one_side_has_differs_with_all_of_its_values(
    installation: Installation,
) -> None:
    (before,) = created(installation, "dayton")
    installation.commit("Let it go", {DAYTON_ERP: None})
    installation.apply()
    (gone,) = compared(installation, str(before.id)).differences
    assert (gone.new, len(gone.differences)) == (None, 3)
    (come,) = compared(installation, LIVE, str(before.id)).differences
    assert (come.old, len(come.differences)) == (None, 3)


def test_a_secret_written_by_hand_is_not_shown_in_any_comparison(
    installation: Installation,
) -> None:
    (before,) = created(installation, "cork")
    installation.edit(BY_HAND, [f'{{"password": "{SECRET}"}}', CORK, ERP])
    found = compared(installation, str(before.id))
    assert SECRET not in repr(found.differences[0].differences)
    assert found.differences[0].differences[0].new == SENSITIVE
    (drifted,) = created(installation, "cork")
    assert drifted.drifted == 1
    (difference,) = compared(installation, str(before.id), str(drifted.id)).differences
    assert not difference.comparable
    assert SECRET not in repr(difference)


def test_two_snapshots_of_different_sites_are_not_compared(installation: Installation) -> None:
    one, other, _ = created(installation)
    with pytest.raises(UsageError, match="the two are not of one site"):
        compared(installation, str(one.id), str(other.id))
    with pytest.raises(UsageError, match="none is named"):
        compared(installation, LIVE, LIVE)


def test_every_snapshot_is_true_after_changes_edits_and_an_archived_log(
    installation: Installation,
) -> None:
    created(installation)
    installation.commit("Slower", {CORK_ERP: erp_file("cork", interval=90), DAYTON_ERP: None})
    installation.apply()
    created(installation)
    installation.edit(BY_HAND, ['{"syncInterval": 5}', BREMEN, ERP])
    installation.edit(
        "DELETE FROM site_extension_configs WHERE site_id = %s AND extension_id = %s",
        [BREMEN, DASHBOARD],
    )
    created(installation)
    installation.rows("SELECT reconciler_archive_audit(now())")
    done = verify_snapshots(request(installation), installation.connection)
    assert (done.snapshots, done.doubted) == (3 + 3 + 2 + 3 + 3, ())


def test_a_snapshot_made_while_an_apply_waits_is_true(installation: Installation) -> None:
    """Both transactions begin before the other ends, so their times prove nothing."""
    installation.commit("Slower", {CORK_ERP: erp_file("cork", interval=90)})
    with installation.connection() as early:
        early.execute("BEGIN")
        early.execute("SELECT transaction_timestamp()")
        installation.apply()
        early.execute(
            "INSERT INTO configuration_snapshots (site_id, configurations, signoffs, reason, "
            "audit_position) SELECT site_id, configurations, signoffs, 'late', audit_position "
            "FROM configuration_snapshots WHERE site_id = %s ORDER BY audit_position DESC LIMIT 1",
            [CORK],
        )
        early.execute("COMMIT")
    times = installation.rows(
        "SELECT kept.snapshot_at < max(wrote.recorded_at) FROM configuration_snapshots AS kept "
        "JOIN site_extension_config_versions AS wrote USING (site_id) "
        "WHERE kept.reason = 'late' GROUP BY kept.snapshot_at"
    )
    assert times == [(True,)], "the snapshot holds what was written after its time"
    assert doubts(installation) == []


def test_a_snapshot_from_before_positions_were_kept_is_held_against_its_run(
    installation: Installation,
) -> None:
    installation.commit("Slower", {CORK_ERP: erp_file("cork", interval=90)})
    installation.apply()
    with forged(installation, "audit_position = NULL"):
        assert doubts(installation) == []


OTHER_INTERVAL = "jsonb_set(configurations, '{0,configuration,syncInterval}', '5')"
WITH_ITS_DIGEST = (
    f"jsonb_set({OTHER_INTERVAL}, '{{0,content_digest}}', to_jsonb(reconciler_digest("
    f"configurations #>> '{{0,version}}', {OTHER_INTERVAL} #> '{{0,configuration}}')))"
)


@pytest.mark.parametrize(
    ("configurations", "doubt"),
    [
        (OTHER_INTERVAL, Doubt.DIGEST),
        ("jsonb_set(configurations, '{0,version}', '\"9.9.9\"')", Doubt.DIGEST),
        ("jsonb_set(configurations, '{0,config_hash}', '\"sha256:0\"')", Doubt.HASH),
        (WITH_ITS_DIGEST, Doubt.HASH),
        ("configurations - 0", Doubt.MISSING),
        ("'{}'", Doubt.MISSING),
        (
            "jsonb_set(configurations #- '{0,configuration}', '{0,drifted}', 'true')",
            Doubt.UNEXPLAINED,
        ),
    ],
)
def test_a_forged_snapshot_is_doubted(
    shared: Installation, configurations: LiteralString, doubt: Doubt
) -> None:
    with forged(shared, "configurations = " + configurations):
        assert (ERP, doubt) in doubts(shared, "cork")
    assert doubts(shared) == []


def test_an_older_configuration_put_into_a_snapshot_whole_is_not_what_was_applied(
    installation: Installation,
) -> None:
    installation.commit("Slower", {BREMEN_ERP: erp_file("bremen", interval=90)})
    installation.apply()
    older = (
        "configurations = (SELECT older.configurations FROM configuration_snapshots AS older "
        "WHERE older.site_id = kept.site_id ORDER BY older.snapshot_at LIMIT 1)"
    )
    with forged(installation, older):
        assert doubts(installation) == [(ERP, Doubt.HISTORY)]
