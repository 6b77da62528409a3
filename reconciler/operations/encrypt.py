"""Encrypting a secret for the services that use it. Nothing is ever decrypted here."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import pyrage
from msgspec import Struct

from reconciler.desired.editing.edit import with_replaced
from reconciler.desired.file_access import read_file, replace_file
from reconciler.desired.git import open_folder
from reconciler.desired.git_tree import committed_blobs
from reconciler.desired.layout import place_of
from reconciler.desired.source_tree import LARGEST_FILE_BYTES
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.age import CIPHERTEXT_START, is_recipient
from reconciler.model.document import JsonObject, JsonValue
from reconciler.model.document import Path as ValuePath
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.model.pointer import contains, path_of, value_at
from reconciler.operations.desired_state import Source, check_desired_state

LARGEST_SECRET_BYTES = 64 * 1024
"""Room for keys and certificates; a file of a desired state has at most a mebibyte."""


class Place(Struct, frozen=True):
    """A value of one site's own file, by the JSON Pointer that findings name it with."""

    site: str
    extension: str
    pointer: str


class Replaced(Struct, frozen=True):
    """A file in which a secret was encrypted; ``in_git``: the last commit has its plaintext."""

    path: Path
    in_git: bool


def recipients_of(folder: Path, given: Sequence[str]) -> tuple[str, ...]:
    """Return the public recipients to encrypt for: those given, else those of reconciler.yaml.

    Raises:
        ReconcilerError: there are none, or one is no age recipient.
    """
    for recipient in given:
        if not is_recipient(recipient):
            raise UsageError("a --recipient is no public age recipient", "Give one as age1….")
    if given:
        return tuple(dict.fromkeys(given))
    checked = check_desired_state(Source(folder))
    if checked.state is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    listed = checked.state.project.encryption.recipients
    if not listed:
        raise ReconcilerError(
            "reconciler.yaml lists nobody to encrypt for",
            "Add the public keys of the services that use the secrets, "
            "encryption: {recipients: [age1…]}, or give --recipient.",
        )
    return tuple(dict.fromkeys(listed))


def encrypted(secret: bytes, recipients: Sequence[str]) -> JsonObject:
    """Return the value that stands in a file for ``secret``: only the recipients can decrypt it.

    Raises:
        ReconcilerError: the secret is empty or too long, or a recipient cannot be used.
    """
    if not secret:
        raise ReconcilerError("the secret is empty", "Give it on standard input.")
    if len(secret) > LARGEST_SECRET_BYTES:
        raise ReconcilerError(
            f"the secret has more than {LARGEST_SECRET_BYTES:,} bytes",
            "Keep it in a secret store, and write a reference to it: {$secret: vault://…}.",
        )
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
        data = pyrage.encrypt(secret, keys)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 -- a panic of the library is no Exception
        raise ReconcilerError(
            "the secret cannot be encrypted for these recipients", "Make new keys with age-keygen."
        ) from None
    return {"$encrypted": CIPHERTEXT_START + base64.b64encode(data).decode()}


def encrypt_in_place(folder: Path, place: Place, recipients: Sequence[str]) -> Replaced:
    """Encrypt the text that stands at a place of a site's own file, and write the file.

    Raises:
        ReconcilerError: there is no text at that place, or the file cannot be edited.
    """
    relative = f"sites/{place.site}/extensions/{place.extension}.yaml"
    if place_of(relative) is None:
        raise UsageError(f"{relative} is no path of a desired state", "Name site and extension.")
    content = read_file(folder, relative)
    if content.data is None:
        raise ReconcilerError(
            f"there is no file {folder / relative}",
            "Only a site's own files are edited; a profile's value is replaced by hand.",
        )
    value = _value(str(folder / relative), content.data)
    path = path_of(f"/configuration{place.pointer}", value)
    plaintext = value_at(value, path) if path else None
    if path is None or not isinstance(plaintext, str):
        raise ReconcilerError(
            f"{place.pointer or 'the configuration'} is no text in {folder / relative}",
            "Name it by its JSON Pointer within the configuration, as findings do: /sapPassword.",
        )
    secret = encrypted(plaintext.encode(), recipients)
    replace_file(content, with_replaced(str(folder / relative), content.data, path, secret))
    return Replaced(folder / relative, _in_git(folder, relative, path, plaintext))


def _value(shown: str, data: bytes) -> JsonValue:
    reading = read_yaml(shown, data)
    if reading.document is None:
        raise InvalidDesiredStateError(reading.diagnostics)
    return reading.document.value


def _in_git(folder: Path, relative: str, path: ValuePath, plaintext: str) -> bool:
    """Return whether the last commit has the plaintext where it stood."""
    git = open_folder(folder)
    if git is None:
        return False
    try:
        blob = committed_blobs(git, git.resolve("HEAD")).get(relative)
    except ReconcilerError:
        return False  # a repository without a commit
    committed = (next(git.blobs([blob], LARGEST_FILE_BYTES)) if blob else None) or b""
    document = read_yaml(relative, committed).document
    if document is None or not contains(document.value, path):
        return plaintext.encode() in committed
    return value_at(document.value, path) == plaintext
