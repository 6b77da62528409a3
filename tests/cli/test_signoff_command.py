"""`reconciler signoff`: who signs what is shown, confirmed and written; what is void is refused."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Plants
from tests.cli.terminal import on_terminal

FILE = "sites/hartford/extensions/sap-s4-adapter.yaml"
ADAPTER = ("signoff", "hartford", "sap-s4-adapter")
AS_LOPEZ = ("--aspect", "data-transfer-validation", "--as", "mlopez")
NOT_SIGNED = "has every signature it asks for"


@pytest.fixture
def changed(plants: Plants) -> Plants:
    """The example state after a change to what was signed."""
    plants.folder.replace(FILE, "syncInterval: 60", "syncInterval: 90")
    plants.repository.commit(
        "Ask less often", author="Anna Park", email="anna.park@machshop.example"
    )
    return plants


def text_of(plants: Plants, file: str = FILE) -> str:
    return (plants.folder.path / file).read_text(encoding="utf-8")


def codes(plants: Plants) -> list[str]:
    return plants.folder.codes()


def hash_of(plants: Plants) -> str:
    return plants.folder.configuration("sap-s4-adapter").config_hash


def test_a_signature_is_added_to_the_file_and_nothing_else_is_changed(
    changed: Plants, program: Command
) -> None:
    before, commit = text_of(changed), changed.repository.git("rev-parse", "HEAD")
    assert "signoff-missing" in codes(changed)
    at, notes = "2026-11-20T11:00:30+01:00", "Compared: 400 orders"
    done = program(*ADAPTER, *AS_LOPEZ, "--at", at, "--notes", notes, "--yes", cwd=changed.root)
    assert done.code == 0, done.err
    assert text_of(changed) == before + (
        "  - aspect: data-transfer-validation\n"
        "    signedBy: mlopez\n"
        "    role: quality-manager\n"
        "    meaning: approval\n"
        "    signedAt: 2026-11-20T10:00:30Z\n"
        f"    configHash: {hash_of(changed)}\n"
        '    notes: "Compared: 400 orders"\n'
    )
    assert [code for code in codes(changed) if code.startswith("signoff")] == []
    assert changed.repository.git("status", "--porcelain") == f"M desired-state/{FILE}"
    assert changed.repository.git("rev-parse", "HEAD") == commit
    assert f"desired-state/{FILE}" in done.err


def test_a_signature_shows_name_time_meaning_and_the_whole_of_what_is_signed(
    changed: Plants, program: Command
) -> None:
    arguments = (*AS_LOPEZ, "--meaning", "review", "--at", "2026-11-20T10:00:00Z", "--yes")
    done = program(*ADAPTER, *arguments, cwd=changed.root)
    shown = re.sub(r" +", " ", done.out)
    for line in (
        "site hartford (Hartford Engine Components)",
        "extension sap-s4-adapter 3.1.0",
        "aspect data-transfer-validation",
        "meaning review",
        "signed by Maria Lopez (mlopez)",
        "role quality-manager",
        "signed at 2026-11-20T10:00:00Z",
        f"configHash {hash_of(changed)}",
        '"syncInterval": 90',
        '"$secret": "vault://machshop/hartford/sap#password"',
    ):
        assert line in shown


def test_a_signature_is_void_after_any_change_and_counts_again_when_it_is_undone(
    changed: Plants, program: Command
) -> None:
    assert program(*ADAPTER, *AS_LOPEZ, "--yes", cwd=changed.root).code == 0
    assert "signoff-missing" not in codes(changed)
    changed.folder.replace(FILE, "syncInterval: 90", "syncInterval: 91")
    assert codes(changed).count("signoff-missing") == 1
    assert "signoff-void" in codes(changed)
    changed.folder.replace(FILE, "syncInterval: 91", "syncInterval: 90")
    assert "signoff-missing" not in codes(changed)
    assert "signoff-void" not in codes(changed)


def test_the_same_signature_twice_is_written_once(changed: Plants, program: Command) -> None:
    assert program(*ADAPTER, *AS_LOPEZ, "--yes", cwd=changed.root).code == 0
    once = text_of(changed)
    again = program(*ADAPTER, *AS_LOPEZ, "--notes", "once more", "--yes", cwd=changed.root)
    assert again.code == 0
    assert "has this signature already" in again.err
    assert text_of(changed) == once
    other = program(*ADAPTER, *AS_LOPEZ, "--meaning", "review", "--yes", cwd=changed.root)
    assert other.code == 0
    assert text_of(changed).startswith(once)
    assert text_of(changed) != once


def test_what_is_missing_is_listed_with_the_hash_and_nothing_is_signed(
    changed: Plants, program: Command
) -> None:
    before = text_of(changed)
    done = program(*ADAPTER, cwd=changed.root)
    assert done.code == 1
    assert hash_of(changed) in done.out
    assert "data-transfer-validation: a quality-manager, who is one of: mlopez" in done.out
    listed = json.loads(program(*ADAPTER, "--json", cwd=changed.root).out)
    assert listed["configHash"] == hash_of(changed)
    assert listed["missing"] == [
        {
            "aspect": "data-transfer-validation",
            "role": "quality-manager",
            "enforced": True,
            "signers": ["mlopez"],
        }
    ]
    assert text_of(changed) == before


def test_nothing_is_missing_where_all_is_signed_or_nothing_is_asked_for(
    plants: Plants, program: Command
) -> None:
    signed = program(*ADAPTER, cwd=plants.root)
    assert (signed.code, NOT_SIGNED in signed.out) == (0, True)
    unasked = program("signoff", "hartford", "opcua-gateway", cwd=plants.root)
    assert unasked.code == 0
    assert "no signature to ask for" in unasked.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("hartfrod", "sap-s4-adapter", *AS_LOPEZ), 1, "Did you mean 'hartford'?"),
        (("hartford", "sap-s4-adaptor", *AS_LOPEZ), 1, "Did you mean 'sap-s4-adapter'?"),
        (("hartford", "audit-vault", *AS_LOPEZ), 1, "not enabled at hartford"),
        (
            ("hartford", "sap-s4-adapter", "--aspect", "data-transfer", "--as", "mlopez"),
            1,
            "Did you mean 'data-transfer-validation'?",
        ),
        (
            ("hartford", "sap-s4-adapter", *AS_LOPEZ[:3], "mlopes"),
            1,
            "Did you mean 'mlopez'?",
        ),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ[:3], "bcarter"), 1, "(mlopez)"),
        (
            ("hartford", "sap-s4-adapter", *AS_LOPEZ, "--role", "site-manager"),
            1,
            "It asks for quality-manager.",
        ),
        (
            ("hartford", "sap-s4-adapter", *AS_LOPEZ[:3], "hgrant", "--role", "quality-manager"),
            1,
            "would not count",
        ),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ[:2]), 64, "--as"),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ, "--at", "yesterday"), 64, "--at"),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ, "--at", "2026-11-20T10:00:00"), 64, "offset"),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ, "--at", "0001-01-01T00:00+23:59"), 64, "--at"),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ, "--notes", "a\x1b[2Jb"), 64, "notes"),
        (("hartford", "sap-s4-adapter", *AS_LOPEZ, "--meaning", "maybe"), 64, "maybe"),
    ],
)
def test_what_would_not_count_is_refused_with_what_to_do(
    changed: Plants, program: Command, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = changed.repository.listing()
    done = program("signoff", *arguments, "--yes", cwd=changed.root)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert changed.repository.listing() == before


def test_a_signature_of_a_time_to_come_is_refused(changed: Plants, program: Command) -> None:
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    done = program(*ADAPTER, *AS_LOPEZ, "--at", later, "--yes", cwd=changed.root)
    assert done.code == 64
    assert "time to come" in done.err


def test_a_state_that_is_not_valid_is_not_signed(changed: Plants, program: Command) -> None:
    changed.folder.replace(FILE, "syncInterval: 90", "syncIntervall: 90")
    before = text_of(changed)
    done = program(*ADAPTER, *AS_LOPEZ, "--yes", cwd=changed.root)
    assert done.code == 1
    assert "configuration-unknown" in done.err
    assert text_of(changed) == before


def test_a_configuration_of_a_profile_gets_a_file_with_the_signature_alone(
    plants: Plants, program: Command
) -> None:
    file = "sites/hartford/extensions/electronic-signature-core.yaml"
    own = text_of(plants, file)
    plants.folder.remove(file)
    configuration = plants.folder.configuration("electronic-signature-core")
    signer = ("--aspect", "electronic-signature-validation", "--as", "bcarter", "--yes")
    done = program("signoff", "hartford", "electronic-signature-core", *signer, cwd=plants.root)
    assert done.code == 0, done.err
    written = text_of(plants, file)
    assert own != written
    assert written.startswith("signoffs:\n  - aspect: electronic-signature-validation\n")
    assert len(written.splitlines()) == 7
    after = plants.folder.configuration("electronic-signature-core")
    assert after.config_hash == configuration.config_hash
    assert [signed.signed_by for signed in after.signoffs] == ["bcarter"]


def test_a_role_is_asked_for_where_a_signer_holds_two_that_may_sign(
    changed: Plants, program: Command
) -> None:
    site = "sites/hartford/site.yaml"
    changed.folder.replace(site, "quality-focal: [bcarter]", "quality-focal: [bcarter, mlopez]")
    manifest = "catalog/extensions/sap-s4-adapter/3.1.0.yaml"
    second = "{aspect: data-transfer-validation, delegatedTo: quality-focal, requiresSignoff: true}"
    changed.folder.replace(manifest, "  delegations:\n", f"  delegations:\n    - {second}\n")
    unclear = program(*ADAPTER, *AS_LOPEZ, "--yes", cwd=changed.root)
    assert unclear.code == 64
    assert "--role" in unclear.err
    done = program(*ADAPTER, *AS_LOPEZ, "--role", "quality-focal", "--yes", cwd=changed.root)
    assert done.code == 0, done.err
    assert "role: quality-focal" in text_of(changed)


def test_without_a_terminal_and_yes_nothing_is_signed(changed: Plants, program: Command) -> None:
    before = text_of(changed)
    done = program(*ADAPTER, *AS_LOPEZ, cwd=changed.root)
    assert (done.code, done.out) == (64, "")
    assert "--yes" in done.err
    assert text_of(changed) == before


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_a_person_confirms_under_their_name(
    changed: Plants, answer: str, code: int
) -> None:
    before = text_of(changed)
    answers = {"Sign this as Maria Lopez?": answer}
    done = on_terminal(changed.root, *ADAPTER, *AS_LOPEZ, answers=answers)
    assert done.code == code
    assert (text_of(changed) != before) == (answer == "y")
    assert "configHash" in done.out.partition("Sign this as")[0]


def test_on_a_terminal_the_aspect_is_asked_for(changed: Plants) -> None:
    answers = {"Which aspect do you sign?": "data-transfer-validation", "Sign this as": "y"}
    done = on_terminal(changed.root, *ADAPTER, "--as", "mlopez", answers=answers)
    assert done.code == 0, done.out
    assert "signoff-missing" not in codes(changed)


def test_under_ci_nothing_is_asked_even_on_a_terminal(changed: Plants) -> None:
    before = text_of(changed)
    done = on_terminal(changed.root, *ADAPTER, *AS_LOPEZ, answers={}, CI="true")
    assert done.code == 64
    listed = on_terminal(changed.root, *ADAPTER, "--as", "mlopez", answers={}, CI="true")
    assert listed.code == 1
    assert text_of(changed) == before


def test_a_signature_under_a_hostile_text_steers_no_terminal(
    changed: Plants, program: Command
) -> None:
    changed.folder.replace(FILE, "sapUser: MES_HFD", 'sapUser: "\\e[2J\\u202e::error::boo"')
    done = program(*ADAPTER, *AS_LOPEZ, "--yes", cwd=changed.root)
    assert done.code == 0, done.err
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "\\u202e" in done.out


def test_a_hostile_name_steers_no_terminal_where_it_is_asked_to_sign(changed: Plants) -> None:
    changed.folder.replace(
        "users.yaml", "name: Maria Lopez", 'name: "Maria \\e]0;pwn\\a\\e[2J Lopez"'
    )
    answers = {"Sign this as": "n"}
    done = on_terminal(changed.root, *ADAPTER, *AS_LOPEZ, answers=answers)
    assert "\\u001b]0;pwn\\u0007\\u001b[2J Lopez?" in done.out
    assert "\x1b" not in done.out


def test_json_says_what_was_signed(changed: Plants, program: Command, tmp_path: Path) -> None:
    done = program(*ADAPTER, *AS_LOPEZ, "--yes", "--json", cwd=changed.root)
    said = json.loads(done.out)
    assert said["written"] is True
    assert said["signature"]["name"] == "Maria Lopez"
    assert said["signature"]["configHash"] == said["configHash"] == hash_of(changed)
    assert said["configuration"]["syncInterval"] == 90
