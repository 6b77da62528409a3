"""No plaintext secret and no database password appears in anything the program says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Plants
from tests.support.desired_folder import DesiredFolder

SECRET = "hunter2-Swordfish"  # noqa: S105 -- it is what must not appear
FILE = "sites/penang/extensions/erp-file-gateway.yaml"
EDIT = (
    "UPDATE site_extension_configs SET configuration = configuration || %s::jsonb"
    " WHERE extension_id = 'erp-file-gateway'"
)
VALIDATION_FORMATS = ("text", "json", "sarif", "junit", "github")
REFERENCE = "{$secret: vault://machshop/penang/erp-files#private-key}"


def _replace(new: str) -> Callable[[DesiredFolder], object]:
    return lambda folder: folder.replace(FILE, REFERENCE, new)


def _beside(line: str) -> Callable[[DesiredFolder], object]:
    return lambda folder: folder.replace(FILE, "configuration:\n", f"configuration:\n{line}\n")


MISTAKES: dict[str, Callable[[DesiredFolder], object]] = {
    "as a value": _replace(SECRET),
    "in quotes": _replace(f'"{SECRET}"'),
    "in a list": _replace(f"[a, {SECRET}]"),
    "in a mapping": _replace(f"{{key: {{inner: {SECRET}}}}}"),
    "beside a reference": _replace(f"{{$secret: vault://a, plain: {SECRET}}}"),
    "under an unknown key": _beside(f"  apiToken: {SECRET}"),
    "nested in a list": _beside(f"  folder: [{{password: {SECRET}}}]"),
    "of a wrong type": _replace(f"[{SECRET}, {SECRET}]"),
    "in broken YAML": _replace(f"'{SECRET}"),
    "in broken flow YAML": _replace(f"[{SECRET}"),
    "after a tab": _replace(f"\n\t{SECRET}"),
    "with a tag": _replace(f"!vault {SECRET}"),
    "with a mistyped tag": _replace(f"!!int {SECRET}"),
    "given twice": _replace(f"{SECRET}\n  privateKey: {SECRET}"),
    "as an anchor's value": _replace(f"&a {SECRET}\n  delimiter: *a"),
    "as an alias": _replace(f"*{SECRET}"),
    "where a mapping is expected": lambda folder: folder.write(FILE, f"{SECRET}\n"),
    "in place of the configuration": lambda folder: (
        folder.write(FILE, f"version: 1.2.0\nconfiguration: {SECRET}\n") and None
    ),
    "in place of the version": lambda folder: folder.replace(
        FILE, "version: 1.2.0", f"version: [{SECRET}]"
    ),
    "as bytes that are no UTF-8": lambda folder: (
        folder.write(FILE, f"configuration: {{password: {SECRET}\xff}}".encode("latin-1")) and None
    ),
}


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_plaintext_secret_is_refused_and_never_shown(
    plants: Plants, command: Command, mistake: str
) -> None:
    MISTAKES[mistake](plants.folder)
    for arguments in (
        *(("validate", "--format", form, "-vv") for form in VALIDATION_FORMATS),
        ("plan", "-vv", "--format", "markdown"),
        ("apply", "--yes", "-vv"),
    ):
        done = command(*arguments, cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1/x")
        assert done.code == 1
        assert SECRET not in done.out + done.err
        assert SECRET[:7] not in done.out + done.err
    for arguments in (
        ("explain", "penang", "-vv"),
        ("explain", "penang", "erp-file-gateway", "-vv", "--json"),
        ("signoff", "penang", "erp-file-gateway", "-vv"),
    ):
        done = command(*arguments, cwd=plants.root)
        assert SECRET[:7] not in done.out + done.err


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("command_name", ["plan", "drift"])
def test_a_secret_edited_into_a_live_row_by_hand_is_never_shown(
    installed: Plants, command: Command, form: str, command_name: str
) -> None:
    by_hand = {"privateKey": SECRET, "list": [{"token": SECRET}]}
    installed.execute(EDIT, json.dumps(by_hand))
    arguments = (command_name, "-vv", "--format", form)
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 0
    assert SECRET not in done.out + done.err
    assert "privateKey" in done.out
    assert "(sensitive)" in done.out


def test_a_secret_that_goes_with_its_row_is_never_shown(
    installed: Plants, command: Command
) -> None:
    installed.execute(EDIT, json.dumps({"sftpPassword": SECRET}))
    installed.folder.remove(FILE)
    installed.repository.commit("Retire the gateway")
    done = command("apply", "--yes", "-vv", cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 0, done.err
    assert "sftpPassword" in done.out
    assert SECRET not in done.out + done.err
    newest = installed.execute(
        "SELECT details::text FROM configuration_audit_log WHERE details->>'planId' IS NOT NULL"
        " AND extension_id = 'erp-file-gateway' AND action = 'deactivated'"
    )
    assert len(newest) == 1
    assert SECRET not in str(newest)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://mes:{SECRET}@127.0.0.1:1/mes",
        f"postgresql://mes:{SECRET}@no-such-host.invalid/mes",
        f"postgresql://mes:{SECRET}@127.0.0.1:port/mes",
        f"postgresql://mes:{SECRET}@127.0.0.1:1/mes?no_such_option=1",
        f"postgresql://mes:{SECRET}@[::1/mes",
        f"postgresql://mes:a@{SECRET}@127.0.0.1:1/mes",
        f"postgresql://mes:a/{SECRET}@127.0.0.1:1/mes",
        f"postgresql://mes:a%zz{SECRET}@127.0.0.1:1/mes",
        f"postgresql://mes:{SECRET}",
        f"host=127.0.0.1 port=1 password={SECRET}",
        f"host=127.0.0.1 password='{SECRET}",
        f"host=127.0.0.1 password=a {SECRET}",
        f"postgres//mes:{SECRET}@127.0.0.1/mes",
        SECRET,
    ],
)
def test_a_database_password_is_never_shown(plants: Plants, command: Command, url: str) -> None:
    for arguments in (("plan", "-vv"), ("db", "status", "-vv")):
        done = command(*arguments, cwd=plants.root, DATABASE_URL=url)
        assert (done.code, done.out) == (1, "")
        assert SECRET not in done.err
        assert done.err.rstrip().splitlines()[-2].startswith("error: ")


def test_a_password_the_server_refuses_is_never_shown(
    plants: Plants, command: Command, server_url: str
) -> None:
    user = server_url.replace("postgres@", f"no_such_role:{SECRET}@", 1)
    assert user != server_url
    done = command("plan", "-vv", cwd=plants.root, DATABASE_URL=user)
    assert (done.code, done.out) == (1, "")
    assert SECRET not in done.err


def test_a_plan_file_with_a_secret_in_it_is_refused_without_showing_it(
    plants: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(f'{{"plan_id": "{SECRET}", "changes": ["{SECRET}"]}}', encoding="utf-8")
    done = command("apply", str(path), "--yes", "-vv", cwd=plants.root)
    assert (done.code, done.out) == (1, "")
    assert SECRET not in done.err
