"""The signatures in snapshots are those that had been recorded by then, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reconciler.model.snapshot import Doubt
from reconciler.operations.audit import AuditRequest
from reconciler.operations.snapshot import create_snapshots
from reconciler.operations.snapshot_check import verify_snapshots
from tests.support.installation import (
    SIGNATURE,
    Installation,
    copied_installation,
    sign_everything,
)

UNKNOWN, MISSING = Doubt.UNKNOWN_SIGNATURE, Doubt.MISSING_SIGNATURE
ASPECT = "signature-validation"
IN_SNAPSHOT = "UPDATE configuration_snapshots SET signoffs = {} WHERE signoffs <> '[]'"
IN_RECORDS = "UPDATE compliance_signoffs SET {}"
ANOTHER = (
    "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
    "signed_at, meaning, config_hash, config_version, metadata, recorded_at) "
    "SELECT site_id, extension_id, 'made-up', signed_by, signed_role, signed_at, meaning, "
    "config_hash, config_version, {metadata}, recorded_at FROM compliance_signoffs"
)
ELSEWHERE = (
    "INSERT INTO configuration_snapshots "
    "(site_id, configurations, signoffs, reason, audit_position) "
    "SELECT kept.site_id, configurations, jsonb_build_array(to_jsonb(signed) - 'id'), "
    "'elsewhere', audit_position FROM configuration_snapshots AS kept, compliance_signoffs AS "
    "signed WHERE signoffs <> '[]'"
)


@pytest.fixture(scope="module")
def original(
    server_url: str, applied: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with a signature, recorded before the newer of Bremen's two snapshots."""
    with copied_installation(server_url, applied, tmp_path_factory.mktemp("signed")) as copy:
        sign_everything(copy)
        copy.apply()
        yield copy


@pytest.fixture
def signed(server_url: str, original: Installation, tmp_path: Path) -> Iterator[Installation]:
    """The same, for one test to alter."""
    with copied_installation(server_url, original, tmp_path / "repository") as copy:
        yield copy


def doubts(installation: Installation) -> list[tuple[str, str | None, Doubt]]:
    done = verify_snapshots(AuditRequest(installation.folder), installation.connection)
    return [(each.extension, each.aspect, each.doubt) for each in done.doubted]


def past_the_triggers(installation: Installation, statement: str) -> None:
    """Do as a superuser can who switches off what guards the records."""
    with psycopg.connect(installation.owner_url) as superuser:
        for table in ("compliance_signoffs", "configuration_snapshots"):
            superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        assert superuser.execute(statement.encode()).rowcount == 1


def test_signatures_fit_whatever_time_zone_the_snapshots_session_had(signed: Installation) -> None:
    with psycopg.connect(signed.owner_url) as elsewhere:
        elsewhere.execute("SET LOCAL TimeZone = 'Asia/Kolkata'")
        elsewhere.execute(ELSEWHERE)
    times = signed.rows(
        "SELECT DISTINCT signoffs #>> '{0,recorded_at}' FROM configuration_snapshots "
        "WHERE signoffs <> '[]'"
    )
    assert len(times) == 2
    assert doubts(signed) == []


def test_a_signature_given_in_the_database_is_in_the_snapshots_after_it_and_in_none_before(
    signed: Installation,
) -> None:
    signed.rows(ANOTHER.format(metadata="NULL"))
    create_snapshots(AuditRequest(signed.folder), "After it", signed.connection)
    held = signed.rows(
        "SELECT jsonb_array_length(signoffs) FROM configuration_snapshots "
        "WHERE signoffs <> '[]' ORDER BY snapshot_at"
    )
    assert held == [(1,), (2,)]
    assert doubts(signed) == []
    signed.rows("SELECT reconciler_archive_audit(now())")
    assert doubts(signed) == []


@pytest.mark.parametrize(
    ("signoffs", "expected"),
    [
        ("'[]'", [MISSING]),
        ("'{}'", [MISSING]),
        ("'7'", [MISSING]),
        ("jsonb_set(signoffs, '{0,signed_role}', '\"site-manager\"')", [UNKNOWN, MISSING]),
        ("jsonb_set(signoffs, '{0,notes}', '\"Other words\"')", [UNKNOWN, MISSING]),
        ("jsonb_set(signoffs, '{0,signed_at}', '\"2026-11-20T10:00:01Z\"')", [UNKNOWN, MISSING]),
        ("jsonb_set(signoffs, '{0,recorded_at}', '\"no time\"')", [UNKNOWN, MISSING]),
        ("signoffs #- '{0,metadata,commit}'", [UNKNOWN, MISSING]),
        ("signoffs || signoffs", [UNKNOWN]),
    ],
)
def test_a_signature_that_was_altered_in_a_snapshot_is_named(
    signed: Installation, signoffs: str, expected: list[Doubt]
) -> None:
    past_the_triggers(signed, IN_SNAPSHOT.replace("{}", signoffs))
    assert doubts(signed) == [(SIGNATURE, ASPECT, doubt) for doubt in expected]


def test_a_signature_put_into_an_older_snapshot_is_named(signed: Installation) -> None:
    past_the_triggers(
        signed,
        "UPDATE configuration_snapshots AS kept SET signoffs = newer.signoffs "
        "FROM configuration_snapshots AS newer WHERE newer.site_id = kept.site_id "
        "AND newer.signoffs <> '[]' AND kept.signoffs = '[]'",
    )
    assert doubts(signed) == [(SIGNATURE, ASPECT, UNKNOWN)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM compliance_signoffs", [UNKNOWN]),
        (IN_RECORDS.format("signed_role = 'site-manager'"), [UNKNOWN, MISSING]),
        (IN_RECORDS.format("signed_at = signed_at - interval '1 day'"), [UNKNOWN, MISSING]),
        (IN_RECORDS.format("notes = NULL"), [UNKNOWN, MISSING]),
        (IN_RECORDS.format("recorded_by = 'somebody'"), [UNKNOWN, MISSING]),
    ],
)
def test_a_signature_that_was_altered_or_removed_in_the_records_is_named(
    signed: Installation, statement: str, expected: list[Doubt]
) -> None:
    past_the_triggers(signed, statement)
    assert doubts(signed) == [(SIGNATURE, ASPECT, doubt) for doubt in expected]


@pytest.mark.parametrize("metadata", ["NULL", "metadata"])
def test_a_signature_that_was_added_to_the_records_is_named(
    signed: Installation, metadata: str
) -> None:
    past_the_triggers(signed, ANOTHER.format(metadata=metadata))
    assert doubts(signed) == [(SIGNATURE, "made-up", MISSING)]


def test_a_signature_that_the_audit_log_knows_nothing_of_is_named_where_it_is_kept(
    signed: Installation,
) -> None:
    past_the_triggers(
        signed, ANOTHER.format(metadata="NULL").replace(", recorded_at FROM", ", now() FROM")
    )
    assert doubts(signed) == []
    create_snapshots(AuditRequest(signed.folder), "After it", signed.connection)
    assert doubts(signed) == [(SIGNATURE, "made-up", UNKNOWN)]
