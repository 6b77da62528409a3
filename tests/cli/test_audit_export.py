"""The export of the records: what is in it, for whom, and that it is the same each time."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from reconciler import __version__
from reconciler.model.evidence import TimeRange
from reconciler.operations.audit import AuditRequest
from reconciler.operations.evidence import open_evidence
from reconciler.report.evidence_archive import verifier_source, write_archive
from reconciler.report.evidence_check import check_archive
from tests.cli.conftest import Command, inside
from tests.support.exports import contents, manifest, records
from tests.support.installation import (
    BREMEN,
    CORK,
    DAYTON,
    QUALITY_USER,
    Installation,
    copied_installation,
)
from tests.support.recorded import CORK_ROWS, ROWS, RUNS, SECRET, SIGNATURES, VERSIONS

FILES = [
    "index.html",
    "manifest.json",
    "manifest.sha256",
    "rows.jsonl",
    "runs.jsonl",
    "signatures.jsonl",
    "verify.py",
    "versions.jsonl",
]


PUT_IN = (
    "INSERT INTO configuration_audit_log (site_id, extension_id, action, details, sequence) "
    "SELECT site_id, extension_id, 'activated', '{\"origin\": \"out-of-band\"}', "
    "nextval('configuration_audit_log_sequence') "
    "FROM configuration_audit_log WHERE action = 'signoff'"
)


@pytest.fixture
def altered(server_url: str, recorded: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the records whose audit log no trigger protects."""
    with copied_installation(server_url, recorded, tmp_path / "repository") as copy:
        for (table,) in copy.rows(
            "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log"
        ):
            copy.rows(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
        yield copy


def test_an_export_holds_every_record_once(exported: Path) -> None:
    files = contents(exported)
    assert sorted(files) == FILES
    counts = {name: len(records(files, name)) for name in FILES if name.endswith("jsonl")}
    assert counts == {
        "rows.jsonl": ROWS,
        "signatures.jsonl": SIGNATURES,
        "runs.jsonl": RUNS,
        "versions.jsonl": VERSIONS,
    }


def test_the_manifest_says_what_the_export_is_of(exported: Path, recorded: Installation) -> None:
    said = manifest(contents(exported))
    assert said["format_version"] == "1.0"
    assert said["tool_version"] == __version__
    assert said["database"]["database"] == recorded.database
    assert (said["since"], said["until"]) == (None, None)
    assert datetime.fromisoformat(said["made_at"]).tzinfo is not None
    assert {site["name"]: site["rows"] for site in said["sites"]} == {
        "bremen": 4,
        "cork": CORK_ROWS,
        "dayton": 2,
    }
    heads = recorded.rows(
        "SELECT DISTINCT ON (site_id) site_id::text, position, encode(chain_hash, 'hex') "
        "FROM configuration_audit_chain ORDER BY site_id, position DESC"
    )
    assert [
        (site["id"], site["head"]["position"], site["head"]["hash"]) for site in said["sites"]
    ] == heads


def test_a_signature_is_exported_with_printed_name_time_meaning_and_what_was_signed(
    exported: Path,
) -> None:
    (signature,) = records(contents(exported), "signatures.jsonl")
    assert signature["printed_name"] == "Quinn Quality"
    assert UUID(signature["user_id"]) == QUALITY_USER
    assert signature["signed_at"] == "2026-11-20T10:00:00.000000Z"
    assert (signature["meaning"], signature["role"]) == ("approval", "quality-manager")
    (signed,) = [
        version
        for version in records(contents(exported), "versions.jsonl")
        if version["config_hash"] == signature["config_hash"]
    ]
    assert signed["configuration"] == {"reidentifyMinutes": 15}
    assert signed["config_version"] == signature["config_version"]


def test_a_run_is_exported_with_its_plan_and_what_made_it(exported: Path) -> None:
    files = contents(exported)
    plans = {run["id"]: run["plan_id"] for run in records(files, "runs.jsonl")}
    named = {
        (row["details"]["runId"], row["details"]["planId"])
        for row in records(files)
        if row["details"]["origin"] != "out-of-band"
    }
    assert named == set(plans.items())


def test_no_secret_that_was_put_in_by_hand_is_in_any_file(
    exported: Path, recorded: Installation
) -> None:
    live = recorded.rows("SELECT configuration::text FROM site_extension_configs")
    assert SECRET in str(live)
    assert [name for name, data in contents(exported).items() if SECRET.encode() in data] == []


def test_the_same_records_are_the_same_bytes_apart_from_when_it_was_made(
    exported: Path, recorded: Installation, command: Command, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    done = command("audit", "export", "--out", str(again), PGTZ="Asia/Tokyo", **inside(recorded))
    assert done.code == 0, done.err
    first, second = contents(exported), contents(again)
    made = [manifest(files) | {"made_at": None} for files in (first, second)]
    assert made[0] == made[1]
    for name in set(FILES) - {"manifest.json", "manifest.sha256"}:
        assert first[name] == second[name], name
    with zipfile.ZipFile(again) as opened:
        assert {each.date_time for each in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_export_of_one_site_says_nothing_of_another(
    recorded: Installation, command: Command, tmp_path: Path
) -> None:
    out = tmp_path / "cork.zip"
    done = command("audit", "export", "--site", "cork", "--out", str(out), **inside(recorded))
    assert (done.code, done.err) == (0, f"{CORK_ROWS} audit rows written to {out}.\n")
    files = contents(out)
    for name, data in files.items():
        for other in (BREMEN, DAYTON):
            assert str(other).encode() not in data, name
    assert {row["site_id"] for row in records(files)} == {str(CORK)}
    assert len(records(files, "runs.jsonl")) == 2


def part(recorded: Installation, out: Path, since: int, until: int | None) -> dict[str, Any]:
    """Export Cork from one of its rows to before another, and return what the manifest says."""
    times = [
        time
        for (time,) in recorded.rows(
            "SELECT changed_at FROM configuration_audit_records WHERE site_id = %s "
            "ORDER BY sequence",
            [CORK],
        )
    ]
    asked = TimeRange(times[since], None if until is None else times[until])
    request = AuditRequest(recorded.folder, ("cork",))
    with open_evidence(request, asked, recorded.connection) as evidence:
        write_archive(evidence, out, times[0])
    (site,) = manifest(contents(out))["sites"]
    found: dict[str, Any] = site
    return found


def test_a_part_starts_from_the_chain_before_it_and_is_verified_as_well(
    recorded: Installation, tmp_path: Path
) -> None:
    links = dict(
        recorded.rows(
            "SELECT position, encode(chain_hash, 'hex') FROM configuration_audit_chain "
            "WHERE site_id = %s",
            [CORK],
        )
    )
    out = tmp_path / "part.zip"
    site = part(recorded, out, since=2, until=3)
    assert site["rows"] == 1
    assert site["before"] == {"position": 2, "hash": links[2]}
    assert site["head"] == {"position": 3, "hash": links[3]}
    assert check_archive(out).passed
    assert part(recorded, out, since=2, until=None)["head"]["position"] == CORK_ROWS
    assert check_archive(out).passed


@pytest.mark.parametrize("asked", [("--until", "2020-01-01"), ("--since", "2999-01-01T00:00:00Z")])
def test_a_range_without_records_is_an_export_of_none_and_verified(
    recorded: Installation, command: Command, tmp_path: Path, asked: tuple[str, str]
) -> None:
    out = tmp_path / "none.zip"
    done = command("audit", "export", *asked, "--out", str(out), **inside(recorded))
    assert (done.code, records(contents(out))) == (0, [])
    assert "Verified." in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "2026-01-02", "--until", "2026-01-02"), "--since is not before --until"),
        (("--extension", "erp-*"), "cannot be narrowed to extensions"),
        (("--site", "crok"), "nothing is selected by --site 'crok'"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused_and_writes_nothing(
    recorded: Installation,
    command: Command,
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    out = tmp_path / "none.zip"
    done = command("audit", "export", *arguments, "--out", str(out), **inside(recorded))
    assert done.code == 64
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(
    recorded: Installation, command: Command, tmp_path: Path
) -> None:
    out = tmp_path / "absent" / "all.zip"
    done = command("audit", "export", "--out", str(out), **inside(recorded))
    assert done.code == 1
    assert f"cannot write {out}: No such file or directory" in done.err


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE configuration_audit_log SET reason = 'another' WHERE action = 'signoff'",
            "line 4: the audit row is not as it was recorded: its text has another hash",
        ),
        (
            "DELETE FROM configuration_audit_log WHERE action = 'signoff'",
            "line 4: the audit row of this link was gone from the database",
        ),
        (PUT_IN, "line 5: no link of the chain names this audit row: it was put in by hand"),
    ],
)
def test_a_log_that_was_tampered_with_is_exported_as_it_is_and_says_so(
    altered: Installation, command: Command, tmp_path: Path, statement: LiteralString, said: str
) -> None:
    altered.rows("ALTER TABLE ONLY configuration_audit_log DISABLE TRIGGER link")
    altered.rows(statement)
    out = tmp_path / "altered.zip"
    done = command("audit", "export", "--out", str(out), **inside(altered))
    assert done.code == 1
    assert done.out == f"NOT verified.\n  rows.jsonl, {said}\n"
    assert sorted(contents(out)) == FILES


def test_an_auditor_may_export_without_a_right_to_write(
    recorded: Installation, command: Command, tmp_path: Path
) -> None:
    role = f"inspector_{uuid4().hex}"
    name = sql.Identifier(role)
    recorded.rows(sql.SQL("CREATE ROLE {} LOGIN IN ROLE reconciler_auditor").format(name))
    try:
        as_auditor = inside(recorded) | {
            "DATABASE_URL": make_conninfo(recorded.owner_url, user=role)
        }
        done = command("audit", "export", "--out", str(tmp_path / "all.zip"), **as_auditor)
        assert (done.code, len(records(contents(tmp_path / "all.zip")))) == (0, ROWS), done.err
        assert command("audit", "show", **as_auditor).code == 0
        refused = command("snapshot", "create", "--reason", "May I", **as_auditor)
        assert (refused.code, "permission denied" in refused.err) == (1, True)
    finally:
        recorded.rows(sql.SQL("DROP ROLE {}").format(name))


def test_the_verifier_needs_nothing_but_a_python_that_is_old() -> None:
    tree = ast.parse(verifier_source(), feature_version=(3, 8))
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_inspector_verifies_an_export_without_the_product(
    exported: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(exported) as opened:
        opened.extractall(tmp_path / "export")
    verifier = str(tmp_path / "export" / "verify.py")
    for arguments in ((), (str(exported),)):
        done = subprocess.run(
            [sys.executable, "-I", "-S", verifier, *arguments],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout.splitlines() == [
            "checked: manifest.json is the one that was sealed.",
            "checked: 8 files are those that the manifest describes.",
            f"checked: {ROWS} audit rows hash to their links, and their columns agree.",
            "checked: 3 chains are without a gap and end as the manifest says.",
            "Verified.",
        ]
    assert (
        hashlib.sha256(Path(verifier).read_bytes()).hexdigest()
        == (manifest(contents(exported))["files"]["verify.py"]["sha256"])
    )
