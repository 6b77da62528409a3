"""``reconciler export``: an existing installation gets into git."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from uuid import UUID

import yaml

from tests.cli.conftest import Command, Plants, Ran
from tests.support.desired_folder import DesiredFolder
from tests.support.hostile import HOSTILE
from tests.support.logins import AUDITOR, new_login

NEW = ("--mes-version", "4.2.0", "--api-version", "v2.4", "--service-user", "reconciler")
NO_CHANGES = "No changes"


def inside(plants: Plants) -> dict[str, str]:
    return {"DATABASE_URL": plants.url}


def export(command: Command, plants: Plants, out: str = "out", *more: str) -> Ran:
    folder = str(plants.folder.path)
    return command("--desired-state", folder, "export", "--out", out, *more, **inside(plants))


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def plan(command: Command, plants: Plants, folder: str = "out", *more: str) -> Ran:
    return command("plan", "--desired-state", folder, *more, **inside(plants))


def test_planning_an_export_changes_nothing(
    installed: Plants, program: Command, command: Command, tmp_path: Path
) -> None:
    done = program(
        "export", "--out", str(tmp_path / "out"), cwd=installed.root, DATABASE_URL=installed.url
    )
    assert done.code == 0, done.err
    assert "4 sites exported to" in done.err
    assert "warning" not in done.err
    planned = plan(command, installed, "out", "--detailed-exitcode")
    assert planned.code == 0, planned.out + planned.err
    assert NO_CHANGES in planned.out
    assert command("validate", "--desired-state", "out").code == 0


def test_a_second_export_is_the_same_byte_for_byte(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    export(command, installed, "first")
    export(command, installed, "second")
    first = content(tmp_path / "first")
    assert first
    assert content(tmp_path / "second") == first
    again = command("export", "--desired-state", "first", "--out", "third", **inside(installed))
    assert again.code == 0, again.err
    assert content(tmp_path / "third") == first


def add_site(plants: Plants, name: str, number: int) -> str:
    """Add a site to MachShop's tables on which one extension runs, never reconciled."""
    site_id = str(UUID(int=number))
    plants.execute("INSERT INTO sites VALUES (%s, %s, 'active', now())", site_id, name)
    plants.execute(
        "INSERT INTO site_extension_configs "
        "(site_id, extension_id, version, configuration, config_hash) "
        "SELECT %s, extension_id, version, configuration, 'unknown' FROM site_extension_configs "
        "WHERE extension_id = 'otel-monitoring' ORDER BY site_id LIMIT 1",
        site_id,
    )
    return site_id


def configure(plants: Plants, configuration: str, extension: str = "otel-monitoring") -> None:
    plants.execute(
        "UPDATE site_extension_configs SET configuration = %s::jsonb "
        "WHERE extension_id = %s AND site_id = (SELECT id FROM sites WHERE name LIKE 'Penang%%')",
        configuration,
        extension,
    )


def assert_nothing_written(done: Ran, folder: Path, code: int = 1) -> None:
    assert done.code == code, done.err
    assert done.out == ""
    assert [path.name for path in folder.iterdir() if "out" in path.name] == []


def test_only_the_sites_asked_for_are_exported(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    whole, some = (
        export(command, installed, "whole"),
        export(command, installed, "out", "--site", "p*"),
    )
    assert (whole.code, some.code) == (0, 0)
    assert some.out == "penang: 8 configurations (0 drifted), 2 signoffs\n"
    assert [path.name for path in (tmp_path / "out" / "sites").iterdir()] == ["penang"]
    by_name = export(command, installed, "named", "--site", "Penang Electronics")
    assert by_name.out == some.out
    site = "sites/penang/site.yaml"
    assert content(tmp_path / "out")[site] == content(tmp_path / "whole")[site]
    planned = plan(command, installed, "out", "--allow-unmanage", "--detailed-exitcode")
    assert (planned.code, NO_CHANGES in planned.out) == (0, True)


def test_a_glob_that_selects_no_site_is_a_mistake(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    done = export(command, installed, "out", "--site", "pnang")
    assert_nothing_written(done, tmp_path, 64)
    assert "The sites are galway, hartford, penang, stuttgart." in done.err


def test_an_export_is_described_as_data(installed: Plants, command: Command) -> None:
    done = export(command, installed, "out", "--site", "penang", "--json")
    facts = json.loads(done.out)
    assert facts["sites"] == [{"slug": "penang", "configurations": 8, "drifted": 0, "signoffs": 2}]
    assert (facts["errors"], facts["deleted"], facts["without_manifest"]) == (0, 0, [])


def test_what_drifted_is_exported_as_it_is_and_applying_it_adopts_it(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    before = installed.execute(
        "SELECT configuration FROM site_extension_configs WHERE extension_id = 'erp-file-gateway'"
    )[0][0]
    configure(installed, json.dumps(before | {"syncInterval": 900}), "erp-file-gateway")
    installed.execute(
        "DELETE FROM site_extension_configs WHERE extension_id = 'serial-genealogy' "
        "AND site_id = (SELECT id FROM sites WHERE name LIKE 'Penang%%')"
    )
    done = export(command, installed)
    assert done.code == 0, done.err
    assert "1 configuration had drifted: exported as live." in done.err
    assert "1 configuration had been deleted outside the reconciler: not exported." in done.err
    written = tmp_path / "out/sites/penang/extensions/erp-file-gateway.yaml"
    assert "  syncInterval: 900\n" in written.read_text(encoding="utf-8")
    assert not written.with_name("serial-genealogy.yaml").exists()
    planned = json.loads(plan(command, installed, "out", "--format", "json").out)
    assert {(each["site"], each["extension"]) for each in planned["changes"]} == {
        ("penang", "erp-file-gateway"),
        ("penang", "serial-genealogy"),
    }
    repository = ("--desired-state", "out")
    applied = command(
        "apply", *repository, "--yes", "--allow-dirty", "--force", "Adopt", **inside(installed)
    )
    assert applied.code == 0, applied.err
    assert NO_CHANGES in plan(command, installed).out


def test_sites_with_any_name_get_folders_of_their_own(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    names = [
        "../../etc/passwd", "a/b", "..", ".", "", " ", "CON", "nul", "com1", "-", "--out", "~",
        "Hartford", "HARTFORD", "hartford 2", "Łódź Süd", "日本", "x" * 256, "x" * 255 + "y",
        "\x1b[2J", "a\nb: c", "$(id)", *(text[:256] for text in HOSTILE),
    ]  # fmt: skip
    ids = {add_site(installed, name, number): name for number, name in enumerate(names, 1)}
    done = export(command, installed, "out", *NEW)
    assert done.code == 0, done.err
    assert all(each.isprintable() for each in (done.out + done.err).replace("\n", ""))
    found = {}
    for path in (tmp_path / "out/sites").iterdir():
        value = yaml.safe_load((path / "site.yaml").read_text(encoding="utf-8"))
        found[value["id"]] = (path.name, value["name"])
    assert len(found) == len(ids) + 4
    assert len({slug for slug, _ in found.values()}) == len(found)
    for site_id, name in ids.items():
        slug, written = found[site_id]
        assert written == (name or slug)
    slugs = [found[site_id][0] for site_id in ids][:17]
    assert slugs == [
        "etc-passwd", "a-b", "site-00000000", "site-00000000-2", "site-00000000-3",
        "site-00000000-4", "con-site", "nul-site", "com1-site", "site-00000000-5", "out",
        "site-00000000-6", "hartford-2", "hartford-3", "hartford-2-2", "lodz-sud",
        "site-00000000-7",
    ]  # fmt: skip
    assert DesiredFolder(tmp_path / "out").state().sites.keys() == {
        slug for slug, _ in found.values()
    }


def test_versions_that_nobody_knows_are_asked_for(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    add_site(installed, "New Plant", 1)
    done = export(command, installed)
    assert_nothing_written(done, tmp_path)
    assert "  new-plant\n" in done.err
    assert "--mes-version" in done.err
    assert export(command, installed, "out", "--mes-version", "4", "--api-version", "v2").code == 64


def test_everything_that_no_file_can_hold_is_named_and_nothing_is_written(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    deep, wide = '{"a":' * 200 + "1" + "}" * 200, "[" * 200 + "]" * 200
    broken = {
        "core-mes-platform": ("[1]", "its configuration is no mapping"),
        "electronic-signature-core": (wide, "its configuration is no mapping"),
        "erp-file-gateway": ('{"n": 9007199254740993}', "a number that loses digits"),
        "identity-oidc": ('{"n": 1e400}', "a number that loses digits"),
        "mqtt-sparkplug-gateway": ('{"n": 0.12345678901234567890123}', "a number that loses"),
        "otel-monitoring": (deep, "it is nested too deep"),
    }
    for extension, (configuration, _) in broken.items():
        configure(installed, configuration, extension)
    for column, value, extension in (
        ("version", "latest", "serial-genealogy"),
        ("extension_id", "../../x", "spc-engine"),
    ):
        installed.execute(
            f"UPDATE site_extension_configs SET {column} = %s WHERE extension_id = %s "  # noqa: S608
            "AND site_id = (SELECT id FROM sites WHERE name LIKE 'Penang%%')",
            value,
            extension,
        )
    done = export(command, installed)
    assert_nothing_written(done, tmp_path)
    assert "live configurations that cannot be written as files: 8" in done.err
    lines = dict(re.findall(r"  penang/(\S+): (.*)\n", done.err))
    for extension, (_, problem) in broken.items():
        assert problem in lines[extension]
    assert lines["serial-genealogy"] == "'latest' is no semantic version"
    assert "an extension's id is of a-z" in lines["../../x"]
    others = export(command, installed, "out", "--site", "[!p]*")
    assert others.code == 0, others.err


def test_a_secret_in_plaintext_is_never_written(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    secrets = {"privateKey": "hunter2-private", "folders": {"apiToken": "hunter2-token"}}
    configure(installed, json.dumps(secrets), "erp-file-gateway")
    configure(installed, '{"url": "https://me:hunter2@otel.example"}')
    done = export(command, installed)
    assert_nothing_written(done, tmp_path)
    assert "live values that are secrets in plaintext: 3" in done.err
    for place in (
        "penang/erp-file-gateway /privateKey\n",
        "penang/erp-file-gateway /folders/apiToken\n",
        "penang/otel-monitoring /url\n",
    ):
        assert f"  {place}" in done.err
    assert "hunter2" not in done.err


def test_a_version_without_a_manifest_is_named_and_exported_only_if_asked_to(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    for path in ("erp-file-gateway/1.2.0.yaml", "identity-saml/2.4.0.yaml"):
        installed.folder.remove(f"catalog/extensions/{path}")
    done = export(command, installed)
    assert_nothing_written(done, tmp_path)
    assert "  erp-file-gateway 1.2.0\n  identity-saml 2.4.0\n" in done.err
    partial = export(command, installed, "out", "--without-catalog")
    assert partial.code == 0, partial.err
    assert "warning: the catalog has no manifest of erp-file-gateway 1.2.0." in partial.err
    assert "warning: validation finds" in partial.err


def test_a_folder_with_something_in_it_is_left_alone(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    assert export(command, installed).code == 0
    written = content(tmp_path / "out")
    done = export(command, installed)
    assert (done.code, "out is not empty" in done.err) == (1, True)
    assert content(tmp_path / "out") == written
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert export(command, installed, "file").code == 1
    assert export(command, installed, "file/below").code == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_an_empty_working_directory_may_be_filled(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    folder = str(installed.folder.path)
    done = command("--desired-state", folder, "export", "--out", ".", cwd=here, **inside(installed))
    assert done.code == 0, done.err
    assert (here / "reconciler.yaml").exists()


def test_a_folder_that_may_not_be_written_is_an_error_without_traces(
    installed: Plants, command: Command
) -> None:
    done = export(command, installed, "/proc/out")
    assert done.code == 1
    assert "cannot write /proc/out" in done.err


def test_without_a_desired_state_what_tables_lack_is_given_by_flags(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    catalog = tmp_path / "manifests"
    shutil.copytree(installed.folder.path / "catalog", catalog)
    first = ("export", "--desired-state", "nowhere", "--out", "out", "--catalog", str(catalog))
    asked = command(*first, **inside(installed))
    assert (asked.code, "Give --service-user" in asked.err) == (64, True)
    unknown = command(*first, *NEW[:-1], "nobody", **inside(installed))
    assert (unknown.code, "user 'nobody' is not in MachShop's table users" in unknown.err) == (
        1,
        True,
    )
    done = command(*first, *NEW, **inside(installed))
    assert done.code == 0, done.err
    state = DesiredFolder(tmp_path / "out").state()
    assert sorted(state.sites) == [
        "galway-medical-devices", "hartford-engine-components", "penang-electronics",
        "stuttgart-chassis-systems",
    ]  # fmt: skip
    penang = state.sites["penang-electronics"]
    assert penang.signers == {"quality-focal": ("ahassan",), "quality-manager": ("wtan",)}
    assert (penang.mes_version, penang.api_version) == ("4.2.0", "v2.4")
    emails = {user.username: user.email for user in state.users.values()}
    assert emails["wtan"] == "weiling.tan@machshop.example"
    assert state.service_user.username == "reconciler"


def test_a_catalog_that_is_none_is_refused(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    done = export(command, installed, "out", "--catalog", str(installed.folder.path / "sites"))
    assert_nothing_written(done, tmp_path)
    assert "is no catalog" in done.err


def test_an_email_that_two_users_share_is_given_to_neither(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    installed.execute("UPDATE users SET email = 'QA@plant.example' WHERE username = 'wtan'")
    installed.execute("UPDATE users SET email = 'qa@plant.example' WHERE username = 'ahassan'")
    done = export(command, installed)
    assert done.code == 0, done.err
    assert "the email of wtan was left out" in done.err
    users = DesiredFolder(tmp_path / "out").state().users
    assert (users["wtan"].email, users["ahassan"].email) == (None, None)


def test_an_empty_database_is_nothing_to_export(
    plants: Plants, database: str, command: Command, tmp_path: Path
) -> None:
    done = export(command, Plants(plants.repository, database))
    assert_nothing_written(done, tmp_path)
    assert "nothing is live in this database" in done.err


def test_values_of_every_kind_come_back_as_what_was_applied(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    values = {
        "numbers": [1, 1.0, 1e3, 1e300, 1e-9, 0.1, 2**53 - 1, -(2**53 - 1), 1e16],
        "texts": ["yes", "012", "1:30", "2026-01-01", "null", "", "a ", "two\nlines\n", "日本"],
        "nothing": None,
        "truth": [True, "true"],
        "none": {"list": [], "mapping": {}},
        "no": {"1": {"a: b": [[1], [{"# c": "- d"}]]}},
        "password": {"$secret": "vault://plant/x#password"},
    }
    folder = installed.folder
    folder.manifest({"additionalProperties": True}, "every-kind", "1.0.0")
    path = "sites/hartford/extensions/every-kind.yaml"
    folder.write_value(path, {"version": "1.0.0", "configuration": values})
    installed.repository.commit()
    there = {"cwd": installed.root, "DATABASE_URL": installed.url}
    applied = command("apply", "--yes", **there)
    assert applied.code == 0, applied.err
    done = export(command, installed)
    assert done.code == 0, done.err
    before = folder.configuration("every-kind", "hartford")
    after = DesiredFolder(tmp_path / "out").configuration("every-kind", "hartford")
    assert after.config_hash == before.config_hash
    assert after.configuration == before.configuration == values
    planned = plan(command, installed, "out", "--detailed-exitcode")
    assert (planned.code, NO_CHANGES in planned.out) == (0, True)


def test_a_login_that_may_only_read_may_export(installed: Plants, command: Command) -> None:
    with new_login(installed.owner_url, AUDITOR) as login:
        reader = Plants(installed.repository, installed.owner_url, login)
        done = export(command, reader)
    assert done.code == 0, done.err


def test_without_its_manifest_other_versions_tell_what_is_secret(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    folder = installed.folder
    folder.manifest({"properties": {"pin": {"x-sensitive": True}}}, "erp-file-gateway", "0.9.0")
    folder.remove("catalog/extensions/erp-file-gateway/1.2.0.yaml")
    configure(installed, '{"pin": "hunter2"}', "erp-file-gateway")
    done = export(command, installed, "out", "--without-catalog")
    assert_nothing_written(done, tmp_path)
    assert "  penang/erp-file-gateway /pin\n" in done.err
    assert "hunter2" not in done.err


def test_a_catalog_of_which_a_part_cannot_be_read_is_not_copied(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    capability = installed.folder.path / "catalog/capabilities/audit-trail.yaml"
    capability.unlink()
    capability.symlink_to("/etc/hostname")
    for more in ((), ("--catalog", str(installed.folder.path / "catalog"))):
        done = export(command, installed, "out", *more)
        assert_nothing_written(done, tmp_path)
        assert "a part of the catalog cannot be read" in done.err
        assert "catalog/capabilities/audit-trail.yaml: " in done.err


def test_a_signature_that_files_cannot_hold_is_left_out_and_counted(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    installed.execute(
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
        "signed_at, config_hash, config_version) SELECT site_id, extension_id, aspect, signed_by, "
        "signed_role, signed_at, config_hash, config_version FROM compliance_signoffs LIMIT 1"
    )
    whole = export(command, installed)
    assert "warning: 1 signoff left out: recorded without a meaning" in whole.err
    planned = plan(command, installed, "out", "--detailed-exitcode")
    assert (planned.code, NO_CHANGES in planned.out) == (0, True)


def test_of_a_desired_state_that_cannot_be_read_only_the_catalog_is_taken(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    installed.folder.write("reconciler.yaml", "a: [")
    assert export(command, installed).code == 64
    done = export(command, installed, "out", *NEW)
    assert done.code == 0, done.err
    assert "cannot be read; only its catalog was taken." in done.err
    assert (tmp_path / "out/sites/penang-electronics").is_dir()
