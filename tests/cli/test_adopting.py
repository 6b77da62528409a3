"""An installation that was never reconciled: exported, signed, applied, and from then on in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Command, Plants
from tests.support.desired_folder import EXAMPLE, DesiredFolder, GitRepository
from tests.support.logins import SERVICE_LOGIN, ensure_service_login

SITE = "penang-electronics"
SIGNERS = "signers:\n  quality-focal: [ahassan]\n  quality-manager: [wtan]\n"
SIGNED = (("electronic-signature-validation", "ahassan"), ("electronic-signature", "wtan"))


def _as_machshop_has_it(plants: Plants) -> dict[str, tuple[str, object]]:
    """Write what one plant of the example has as MachShop writes it: with hashes of its own."""
    desired = plants.folder.state().configurations.values()
    rows = [each for each in desired if each.site.slug == "penang"]
    for each in rows:
        plants.execute(
            "INSERT INTO site_extension_configs "
            "(site_id, extension_id, version, configuration, config_hash) "
            "VALUES (%s, %s, %s, %s::jsonb, 'of MachShop')",
            each.site.id,
            each.extension,
            each.version,
            json.dumps(each.configuration),
        )
    return {each.extension: (each.version, each.configuration) for each in rows}


def test_an_installation_that_was_never_reconciled_is_adopted(
    plants: Plants, database: str, command: Command, tmp_path: Path
) -> None:
    machshop = Plants(plants.repository, database)
    there = {"DATABASE_URL": database}
    assert command("db", "bootstrap", cwd=plants.root, **there).code == 0
    rows = _as_machshop_has_it(machshop)
    flags = ("--catalog", str(EXAMPLE / "catalog"), "--service-user", "reconciler")
    versions = ("--mes-version", "3.8.1", "--api-version", "v2.1")
    repository = GitRepository(tmp_path / "adopted")
    folder = DesiredFolder(repository.root / "desired-state")
    here: dict[str, Any] = {"cwd": repository.root, **there}
    done = command("export", "--out", "desired-state", *flags, *versions, **here)
    assert done.code == 0, done.err
    assert done.out == f"{SITE}: 8 configurations (8 drifted), 0 signoffs\n"
    written = folder.state().configurations.values()
    assert {each.extension: (each.version, each.configuration) for each in written} == rows

    # What no table says is for a person to write: who signs, and the platform's capabilities.
    for name in ("users.yaml", "reconciler.yaml"):
        folder.write(name, (EXAMPLE / name).read_bytes())
    site = folder.path / f"sites/{SITE}/site.yaml"
    site.write_text(site.read_text(encoding="utf-8") + SIGNERS, encoding="utf-8")
    repository.commit("Adopt Penang")
    for aspect, username in SIGNED:
        signed = command(
            "signoff", SITE, "electronic-signature-core", "--aspect", aspect, "--as", username,
            "--yes", **here,
        )  # fmt: skip
        assert signed.code == 0, signed.err
    repository.commit("Sign what Penang runs")
    ensure_service_login(database)
    here["DATABASE_URL"] = SERVICE_LOGIN.url(database)

    planned = json.loads(command("plan", "--format", "json", **here).out)
    adopted = [each for each in planned["changes"] if each["action"] == "reconfigure"]
    assert {each["extension"] for each in adopted} == rows.keys()
    assert [each["differences"] for each in adopted] == [[]] * len(rows)
    applied = command("apply", "--yes", **here)
    assert applied.code == 0, applied.out + applied.err
    after = command("plan", "--detailed-exitcode", **here)
    assert (after.code, "No changes" in after.out) == (0, True)
    values = machshop.execute(
        "SELECT extension_id, version, configuration FROM site_extension_configs"
    )
    assert {extension: tuple(held) for extension, *held in values} == rows
