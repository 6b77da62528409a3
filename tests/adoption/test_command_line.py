"""From MachShop's own tables into git by the command line: migrate, export, plan, apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.database.connection import connect
from tests.cli.conftest import Command, Ran
from tests.support.desired_folder import GitRepository
from tests.support.installation import table_digests
from tests.support.logins import SERVICE, new_login
from tests.support.seed import seeded, write_manifests

OF_TEST_SERVERS = {"server-not-durable", "synchronous-commit-off"}
RECORDS = (
    "site_extension_config_versions",
    "compliance_signoffs",
    "configuration_audit_log",
    "configuration_audit_chain",
    "configuration_snapshots",
)
FLAGS = ("--service-user", "user-0", "--mes-version", "4.2.0", "--api-version", "v2.4")


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def told(done: Ran) -> str:
    """Return what a command that did well wrote."""
    assert done.code == 0, done.err + done.out
    return done.out


def records(url: str) -> dict[str, tuple[Any, ...]]:
    """Return digests of what a run that changes no configuration leaves as it is."""
    with connect(url) as connection:
        digests = table_digests(connection)
    return {name: digests[name] for name in RECORDS}


def walk_the_whole_way(url: str, run: Command, repository: GitRepository, extensions: int) -> None:
    """Migrate, export, validate, plan, export again and apply, as an operator does."""
    root = repository.root
    here: dict[str, Any] = {"cwd": root, "DATABASE_URL": url}
    migrated = run("db", "migrate", **here)
    assert "adopted" in told(migrated)
    assert "0014 adoption" in migrated.err
    manifests = str(write_manifests(root / "manifests", extensions))
    first = run("export", "--out", "desired-state", "--catalog", manifests, *FLAGS, **here)
    told(first)
    assert "warning" not in first.err
    repository.commit("Adopt the installation")
    assert run("validate", **here).code == 0
    planned = json.loads(told(run("plan", "--json", **here)))
    assert (planned["changes"], planned["needed_signoffs"], planned["blocked"]) == ([], [], [])
    told(run("export", "--out", "again", **here))
    assert content(root / "again") == content(root / "desired-state")
    weak = json.loads(run("db", "doctor", "--json", **here).out)["weaknesses"]
    assert {each["code"] for each in weak} <= OF_TEST_SERVERS
    told(run("audit", "verify", **here))
    told(run("snapshot", "verify", **here))
    before = records(url)
    with new_login(url, SERVICE) as service:
        serving = here | {"DATABASE_URL": service.url(url)}
        told(run("apply", "--yes", **serving))
        assert records(url) == before
        assert "No changes" in run("apply", "--yes", **serving).err
    told(run("snapshot", "verify", **here))
    assert told(run("db", "migrate", **here)) == ""


def test_an_adopted_installation_is_exported_and_planned_without_a_change(
    seed: str, command: Command, tmp_path: Path
) -> None:
    walk_the_whole_way(seed, command, GitRepository(tmp_path / "adopted"), 8)


@pytest.mark.exhaustive
def test_five_thousand_configurations_go_the_whole_way(
    server_url: str, template: str, program: Command, tmp_path: Path
) -> None:
    assert template, "the roles are there already"
    with seeded(server_url, sites=100, extensions=50) as url:
        walk_the_whole_way(url, program, GitRepository(tmp_path / "adopted"), 50)


def test_signatures_are_exported_under_the_hash_of_now_and_say_that_no_meaning_was_recorded(
    adopted: tuple[str, object], command: Command, tmp_path: Path
) -> None:
    url, _ = adopted
    manifests = str(write_manifests(tmp_path / "manifests"))
    told(
        command(
            "export", "--out", "out", "--catalog", manifests, *FLAGS, cwd=tmp_path, DATABASE_URL=url
        )
    )
    text = (tmp_path / "out/sites/plant-2/extensions/extension-3.yaml").read_text(encoding="utf-8")
    signoffs = yaml.safe_load(text)["signoffs"]
    assert len(signoffs) == 3
    assert {each["meaning"] for each in signoffs} == {"unstated"}
    assert {each["configHash"][:7] for each in signoffs} == {"sha256:"}
    assert len({each["configHash"] for each in signoffs}) == 1
