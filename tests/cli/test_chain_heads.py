"""The report of an apply carries the heads of the audit chains, as an anchor that can be kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import BRANCH, Command, Plants

TOUCHED = (
    "SELECT DISTINCT ON (chain.site_id) chain.site_id::text, sites.name, position, "
    "encode(chain_hash, 'hex') FROM configuration_audit_chain AS chain JOIN sites ON id = site_id "
    "WHERE site_id IN (SELECT site_id FROM configuration_audit_log WHERE details ->> 'runId' = ("
    "SELECT id::text FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1)) "
    "ORDER BY chain.site_id, position DESC"
)
CUT_THE_END = """
SET session_replication_role = replica;
ALTER TABLE configuration_audit_chain DISABLE TRIGGER USER;
ALTER TABLE configuration_audit_log DISABLE TRIGGER USER;
DELETE FROM configuration_audit_log WHERE sequence = (
    SELECT max(sequence) FROM configuration_audit_log);
DELETE FROM configuration_audit_chain WHERE NOT EXISTS (
    SELECT FROM configuration_audit_log AS logged WHERE logged.id = audit_id)
"""


def given(installed: Plants) -> dict[str, Any]:
    return {"cwd": installed.root, "DATABASE_URL": installed.url}


def block(text: str, fence: str | None = None) -> str:
    """Return the lines of the anchor in a report, as a person would copy them."""
    lines = text.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith('{"format_version"'))
    end = lines.index(fence, begin) if fence else len(lines)
    return "\n".join(lines[begin:end])


def heads_in(anchor: str) -> list[tuple[object, ...]]:
    keys = ("site_id", "name", "position", "hash")
    return [tuple(head[key] for key in keys) for head in json.loads(anchor)["heads"]]


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_heads_in_a_report_are_an_anchor_that_the_log_is_held_against(
    installed: Plants, program: Command, tmp_path: Path, form: str
) -> None:
    done = program("apply", "--ref", BRANCH, "--yes", "--format", form, **given(installed))
    assert done.code == 0, done.err
    if form == "json":
        anchor = json.dumps(json.loads(done.out)["chain_heads"])
    else:
        anchor = block(done.out, "```" if form == "markdown" else None)
    assert heads_in(anchor) == installed.execute(TOUCHED) != []

    kept = tmp_path / "anchor.json"
    kept.write_text(anchor, encoding="utf-8")
    verify = ("audit", "verify", "--anchor", str(kept))
    assert program(*verify, **given(installed)).code == 0
    installed.execute(CUT_THE_END)
    assert program("audit", "verify", **given(installed)).code == 0
    found = program(*verify, **given(installed))
    assert found.code == 1
    assert "its end is gone" in found.out


def test_healing_reports_the_heads_as_well(installed: Plants, command: Command) -> None:
    installed.execute(
        "UPDATE site_extension_configs SET configuration = '{}' WHERE id = ("
        "SELECT id FROM site_extension_configs ORDER BY site_id, extension_id LIMIT 1)"
    )
    done = command("drift", "--heal", "--yes", **given(installed))
    assert done.code == 0, done.err
    assert heads_in(block(done.out)) == installed.execute(TOUCHED) != []


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_nothing_applied_has_no_heads(
    installed: Plants, command: Command, flag: tuple[str, ...]
) -> None:
    done = command("apply", "--ref", "main", "--yes", *flag, **given(installed))
    assert done.code == 0
    assert "chain_heads" not in done.out
    assert "Chain heads" not in done.out
