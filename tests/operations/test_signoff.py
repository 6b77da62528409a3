"""Signing between reading and writing: what was shown is what is signed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.errors import ReconcilerError
from reconciler.operations.signoff import Signable, Signature, find_signable, sign, write_signature
from tests.support.desired_folder import (
    EXTENSION,
    EXTENSION_FILE,
    SITE,
    DesiredFolder,
    small_folder,
)

NOW = datetime(2026, 11, 20, 10, 0, 0, 999_999, tzinfo=UTC)
PASSWORD = "{$secret: vault://plants/line#password}"  # noqa: S105 -- a reference to one


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    """A folder whose extension asks a quality manager to sign one aspect."""
    made = small_folder(tmp_path / "desired-state")
    made.manifest(
        {"properties": {"title": {}, "interval": {}, "pin": {"x-sensitive": True}}},
        compliance={
            "complianceModel": "enforced",
            "delegations": [
                {"aspect": "layout", "delegatedTo": "quality-manager", "requiresSignoff": True}
            ],
        },
    )
    return made


def signable(folder: DesiredFolder) -> Signable:
    return find_signable(folder.path, SITE, EXTENSION)


def signature(signed_by: str = "mlopez", at: datetime = NOW) -> Signature:
    return Signature("layout", signed_by, None, "approval", at)


def test_a_signature_is_written_in_whole_seconds_and_meets_what_was_asked_for(
    folder: DesiredFolder,
) -> None:
    before = signable(folder)
    assert [need.aspect for need in before.missing] == ["layout"]
    signed = sign(before, signature(), NOW)
    write_signature(signed)
    after = signable(folder)
    assert after.missing == ()
    assert after.desired.signoffs == (signed.entry,)
    assert signed.entry.signed_at == NOW.replace(microsecond=0)
    assert after.desired.config_hash == before.desired.config_hash


def test_nothing_is_written_before_it_is_asked_for(folder: DesiredFolder) -> None:
    before = (folder.path / EXTENSION_FILE).read_bytes()
    sign(signable(folder), signature(), NOW)
    assert (folder.path / EXTENSION_FILE).read_bytes() == before


def test_a_file_that_changed_after_it_was_checked_is_not_signed(folder: DesiredFolder) -> None:
    found = signable(folder)
    folder.replace(EXTENSION_FILE, "interval: 60", "interval: 61")
    with pytest.raises(ReconcilerError, match="changed in the meantime"):
        sign(found, signature(), NOW)


def test_a_file_that_changed_after_the_signature_was_shown_is_not_signed(
    folder: DesiredFolder,
) -> None:
    signed = sign(signable(folder), signature(), NOW)
    folder.replace(EXTENSION_FILE, "interval: 60", "interval: 61")
    before = (folder.path / EXTENSION_FILE).read_bytes()
    with pytest.raises(ReconcilerError, match="changed in the meantime"):
        write_signature(signed)
    assert (folder.path / EXTENSION_FILE).read_bytes() == before


def test_a_comment_added_in_the_meantime_is_kept(folder: DesiredFolder) -> None:
    found = signable(folder)
    folder.replace(EXTENSION_FILE, "interval: 60", "interval: 60 # seconds")
    write_signature(sign(found, signature(), NOW))
    assert "interval: 60 # seconds\nsignoffs:\n" in (folder.path / EXTENSION_FILE).read_text()


def test_a_list_that_an_alias_refers_to_is_refused_with_the_entry_to_add(
    folder: DesiredFolder,
) -> None:
    text = (folder.path / EXTENSION_FILE).read_text()
    text = text.replace("title: Line 1", "title: *none")
    folder.write(EXTENSION_FILE, f"signoffs: &none []\n{text}")
    with pytest.raises(ReconcilerError) as refused:
        sign(signable(folder), signature(), NOW)
    assert refused.value.hint
    assert refused.value.hint.startswith("Add to `signoffs:` by hand: - {aspect: layout, ")


def test_what_is_signed_is_shown_without_secrets(folder: DesiredFolder) -> None:
    folder.replace(EXTENSION_FILE, "interval: 60", f"interval: 60\n  pin: {PASSWORD}")
    assert signable(folder).configuration == {
        "title": "Line 1",
        "interval": 60,
        "pin": {"$secret": "vault://plants/line#password"},
    }


def test_a_signature_of_this_very_moment_is_no_signature_of_a_time_to_come(
    folder: DesiredFolder,
) -> None:
    sign(signable(folder), signature(at=NOW), NOW)
    with pytest.raises(ReconcilerError, match="time to come"):
        sign(signable(folder), signature(at=NOW), NOW.replace(microsecond=0))
