"""`reconciler encrypt`: a secret goes in by standard input and comes out for its readers alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Command, Plants, Ran, clean_environment
from tests.cli.terminal import on_terminal
from tests.support.age_keys import AgeKey

SECRET = "hunter2-Swordfish"  # noqa: S105 -- it is what must not appear
FILE = "sites/hartford/extensions/sap-s4-adapter.yaml"
REFERENCE = "{$secret: vault://machshop/hartford/sap#password}"
IN_PLACE = ("encrypt", "--in-place", "hartford", "sap-s4-adapter", "/sapPassword")


@pytest.fixture
def key() -> AgeKey:
    return AgeKey()


@pytest.fixture
def prepared(plants: Plants, key: AgeKey) -> Plants:
    """The example state with a recipient of its secrets."""
    project = plants.folder.path / "reconciler.yaml"
    text = project.read_text(encoding="utf-8")
    plants.folder.write(
        "reconciler.yaml", f"{text}\nencryption:\n  recipients: [{key.recipient}]\n"
    )
    plants.repository.commit("Encrypt for the adapters")
    return plants


def piped(cwd: Path, secret: bytes, *arguments: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "encrypt", *arguments],
        cwd=cwd,
        env=clean_environment(cwd),
        input=secret,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def password_of(plants: Plants) -> Any:
    return plants.folder.configuration("sap-s4-adapter").configuration["sapPassword"]


@pytest.mark.parametrize(
    "secret",
    [b"x", SECRET.encode(), "Übung 😀 \u202e".encode(), b"\0\xff binary", b"a\nb\n\nc", b" a "],
)
def test_a_secret_is_encrypted_so_that_its_reader_gets_the_same_bytes(
    prepared: Plants, key: AgeKey, secret: bytes
) -> None:
    done = piped(prepared.root, secret)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('{$encrypted: "age:')
    assert key.decrypt(yaml.safe_load(done.out)) == secret


@pytest.mark.parametrize(
    ("given", "secret"), [(b"x\n", b"x"), (b"x\r\n", b"x"), (b"x\n\n", b"x\n"), (b"x \n", b"x ")]
)
def test_one_line_break_at_the_end_is_left_out_and_said(
    prepared: Plants, key: AgeKey, given: bytes, secret: bytes
) -> None:
    done = piped(prepared.root, given)
    assert "line break" in done.err
    assert key.decrypt(yaml.safe_load(done.out)) == secret


def test_the_value_can_be_put_into_a_file_and_is_no_finding(prepared: Plants, key: AgeKey) -> None:
    done = piped(prepared.root, SECRET.encode())
    prepared.folder.replace(FILE, REFERENCE, done.out.strip())
    assert "plaintext-secret" not in prepared.folder.codes()
    assert "encrypted-value-damaged" not in prepared.folder.codes()
    assert key.decrypt(password_of(prepared)) == SECRET.encode()


def test_json_is_printed_where_it_is_asked_for(prepared: Plants, key: AgeKey) -> None:
    done = piped(prepared.root, SECRET.encode(), "--json")
    assert key.decrypt(json.loads(done.out)) == SECRET.encode()


def test_every_recipient_can_decrypt_and_nobody_else(prepared: Plants, key: AgeKey) -> None:
    first, second = AgeKey(), AgeKey()
    flags = ("--recipient", first.recipient, "--recipient", second.recipient)
    value = yaml.safe_load(piped(prepared.root, SECRET.encode(), *flags).out)
    assert first.decrypt(value) == second.decrypt(value) == SECRET.encode()
    with pytest.raises(Exception, match="No matching keys"):
        key.decrypt(value)


def test_recipients_on_the_command_line_need_no_desired_state(tmp_path: Path, key: AgeKey) -> None:
    done = piped(tmp_path, SECRET.encode(), "--recipient", key.recipient)
    assert (done.code, done.err) == (0, "")
    assert key.decrypt(yaml.safe_load(done.out)) == SECRET.encode()


def test_the_same_secret_is_encrypted_otherwise_each_time(prepared: Plants) -> None:
    assert piped(prepared.root, b"x").out != piped(prepared.root, b"x").out


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"x" * 65_537, "65,536"),
        (b"x" * 1_000_000, "65,536"),
    ],
    ids=["nothing", "newline", "one too many", "1 MB"],
)
def test_a_secret_that_is_empty_or_too_long_is_refused(
    prepared: Plants, secret: bytes, said: str
) -> None:
    done = piped(prepared.root, secret)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


def test_a_closed_standard_input_is_an_error_and_no_traceback(tmp_path: Path, key: AgeKey) -> None:
    script = 'exec "$0" -m reconciler encrypt --recipient "$1" <&-'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, key.recipient],
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 64
    assert "standard input is closed" in done.stderr


def test_the_longest_secret_is_encrypted(prepared: Plants, key: AgeKey) -> None:
    done = piped(prepared.root, b"x" * 65_536 + b"\n")
    assert key.decrypt(yaml.safe_load(done.out)) == b"x" * 65_536


@pytest.mark.parametrize("recipient", ["age1", "hunter2", "ssh-ed25519 AAAA"])
def test_what_is_no_recipient_is_refused_and_not_repeated(tmp_path: Path, recipient: str) -> None:
    done = piped(tmp_path, SECRET.encode(), "--recipient", recipient)
    assert (done.code, done.out) == (64, "")
    assert recipient not in done.err.replace("age1….", "")


def test_a_recipient_that_nothing_can_be_encrypted_for_is_an_error(tmp_path: Path) -> None:
    zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
    done = piped(tmp_path, SECRET.encode(), "--recipient", zero, "-vv")
    assert (done.code, done.out) == (1, "")
    assert "cannot be encrypted for these recipients" in done.err
    assert SECRET not in done.err


def test_without_any_recipient_it_is_said_where_to_list_them(plants: Plants) -> None:
    done = piped(plants.root, SECRET.encode())
    assert (done.code, done.out) == (1, "")
    assert "encryption: {recipients: [age1…]}" in done.err


def test_a_private_key_among_the_recipients_is_told_by_its_place_and_not_repeated(
    plants: Plants, program: Command
) -> None:
    private, public = AgeKey().private, AgeKey().recipient
    text = (plants.folder.path / "reconciler.yaml").read_text(encoding="utf-8")
    broken = public[:-1] + ("q" if public[-1] != "q" else "p")
    listed = f"encryption:\n  recipients:\n    - {private}\n    - {broken}\n    - {public}\n"
    plants.folder.write("reconciler.yaml", text + listed)
    done = program("validate", cwd=plants.root)
    assert done.code == 1
    line = len(text.splitlines()) + 3
    assert f"reconciler.yaml:{line}:7: error [invalid-value] /encryption/recipients/0" in done.out
    assert (
        f"reconciler.yaml:{line + 1}:7: error [invalid-value] /encryption/recipients/1" in done.out
    )
    assert "private key" in done.out
    assert private not in done.out + done.err
    assert "2 errors" in done.out


def test_a_secret_in_place_is_encrypted_and_the_rest_of_the_file_stays(
    prepared: Plants, program: Command, key: AgeKey
) -> None:
    prepared.folder.replace(FILE, REFERENCE, f"{SECRET} # from the vault")
    before = (prepared.folder.path / FILE).read_text(encoding="utf-8")
    assert "plaintext-secret" in prepared.folder.codes()
    done = program(*IN_PLACE, cwd=prepared.root)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"desired-state/{FILE}\n"
    after = (prepared.folder.path / FILE).read_text(encoding="utf-8")
    assert key.decrypt(password_of(prepared)) == SECRET.encode()
    start, _, end = before.partition(SECRET)
    assert after.startswith(f"{start}{{$encrypted: ")
    assert after.endswith(f"}}{end}")
    assert "plaintext-secret" not in prepared.folder.codes()


def test_a_secret_that_was_committed_is_called_to_be_changed(
    prepared: Plants, program: Command
) -> None:
    prepared.folder.replace(FILE, REFERENCE, f"'{SECRET}'")
    prepared.repository.commit("Write it down")
    done = program(*IN_PLACE, cwd=prepared.root)
    assert done.code == 0
    assert "git remembers it" in done.err
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        (("hartford", "sap-s4-adapter", "/absent"), 1, "is no text"),
        (("hartford", "sap-s4-adapter", "/sapPassword"), 1, "is no text"),
        (("hartford", "sap-s4-adapter", "/syncInterval"), 1, "is no text"),
        (("hartford", "sap-s4-adapter", ""), 1, "is no text"),
        (("hartford", "sap-s4-adapter", "sapUser"), 1, "is no text"),
        (("hartford", "otel-monitoring", "/bearerToken"), 1, "there is no file"),
        (("hartford", "../../site", "/name"), 64, "no path of a desired state"),
        (("..", "sap-s4-adapter", "/name"), 64, "no path of a desired state"),
    ],
)
def test_a_place_without_a_text_of_the_sites_own_is_refused(
    prepared: Plants, program: Command, place: tuple[str, str, str], code: int, said: str
) -> None:
    before = prepared.repository.listing()
    done = program("encrypt", "--in-place", *place, cwd=prepared.root)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert prepared.repository.listing() == before


@pytest.mark.parametrize(
    "mistake",
    [
        lambda secret: f"&a {secret}\n  sapUser: *a",
        lambda secret: f"[{secret}]",
        lambda secret: f"'{secret}",
        lambda secret: f"!vault {secret}",
        lambda secret: f"{secret}\n  sapPassword: {secret}",
    ],
)
def test_a_secret_that_cannot_be_encrypted_in_place_is_never_shown(
    prepared: Plants, program: Command, mistake: Any
) -> None:
    prepared.folder.replace(FILE, "  sapUser: MES_HFD\n", "")
    prepared.folder.replace(FILE, REFERENCE, mistake(SECRET))
    done = program(*IN_PLACE, "-vv", cwd=prepared.root)
    assert done.code == 1
    assert SECRET[:7] not in done.out + done.err


def test_on_a_terminal_the_secret_is_asked_for_twice_and_not_shown(
    prepared: Plants, key: AgeKey
) -> None:
    answers = {"Secret:": SECRET, "confirmation": SECRET}
    done = on_terminal(prepared.root, "encrypt", answers=answers)
    assert done.code == 0, done.out
    assert SECRET not in done.out
    value = yaml.safe_load(done.out[done.out.index("{$encrypted") :])
    assert key.decrypt(value) == SECRET.encode()


def test_under_ci_no_secret_is_asked_for(prepared: Plants) -> None:
    done = on_terminal(prepared.root, "encrypt", answers={}, CI="1")
    assert done.code == 64
    assert "standard input" in done.out


def test_neither_plan_nor_validate_shows_or_needs_what_is_encrypted(
    prepared: Plants, program: Command
) -> None:
    prepared.folder.replace(FILE, REFERENCE, piped(prepared.root, SECRET.encode()).out.strip())
    shown = program("validate", "--json", cwd=prepared.root)
    assert [found["code"] for found in json.loads(shown.out)["diagnostics"]] == [
        "signoff-missing",
        "signoff-void",
    ]
