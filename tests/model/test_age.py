"""What is an encrypted value and who is a recipient, by form and without any key."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.age import Ciphertext, ciphertext, is_recipient
from tests.support.age_keys import AgeKey, encrypted_text

WHOLE = encrypted_text(b"hunter2")
START = b"age-encryption.org/v1\n"


def text_of(data: bytes) -> str:
    return "age:" + base64.b64encode(data).decode()


@given(st.binary(max_size=300), st.integers(1, 4))
def test_whatever_was_encrypted_is_whole(secret: bytes, recipients: int) -> None:
    keys = [AgeKey() for _ in range(recipients)]
    assert ciphertext(encrypted_text(secret, *keys)) is Ciphertext.WHOLE


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072])
def test_a_ciphertext_is_whole_wherever_its_chunks_end(size: int) -> None:
    assert ciphertext(encrypted_text(b"x" * size)) is Ciphertext.WHOLE


@given(st.integers(len("age:") + 28, len(WHOLE) - 1))
def test_a_ciphertext_that_was_cut_within_its_header_or_its_base64_is_damaged(end: int) -> None:
    header = len(base64.b64encode(base64.b64decode(WHOLE[4:]).rpartition(b"\n")[0]))
    if end < header or (end - len("age:")) % 4:
        assert ciphertext(WHOLE[:end]) is Ciphertext.DAMAGED


# The keys are new in each process: a name made of them would be another test to each.
@pytest.mark.parametrize(
    "damaged",
    [
        WHOLE + "A",
        WHOLE + "\n",
        WHOLE.rstrip("=") + "====",
        WHOLE[:60] + " " + WHOLE[60:],
        WHOLE[:60] + "*" + WHOLE[61:],
        text_of(START),
        text_of(START + b"--- " + b"A" * 43 + b"\n" + b"x" * 40),
        text_of(START + b"-> X25519 a\nA\n" + b"x" * 40),
        text_of(START + b"-> X25519 a\nA\n--- " + b"A" * 42 + b"\n" + b"x" * 40),
        text_of(START + b"-> \nA\n--- " + b"A" * 43 + b"\n" + b"x" * 40),
        text_of(START + b"-> X25519 a\nA\n--- " + b"A" * 43 + b"\n" + b"x" * 31),
        text_of(START + b"-> X25519 a\nA\n--- " + b"A" * 43 + b"\n" + b"x" * (16 + 65_552 + 16)),
    ],
    ids=range(12),
)
def test_what_begins_as_a_ciphertext_and_is_none_is_damaged(damaged: str) -> None:
    assert ciphertext(damaged) is Ciphertext.DAMAGED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age:",
        "age:hunter2",
        "hunter2",
        "age:YWdl",
        WHOLE[4:],
        WHOLE.upper(),
        " " + WHOLE,
        text_of(b"age-encryption.org/v2\n"),
        text_of(b"-----BEGIN AGE ENCRYPTED FILE-----\n"),
    ],
    ids=range(10),
)
def test_what_does_not_begin_as_a_ciphertext_was_never_one(text: str) -> None:
    assert ciphertext(text) is Ciphertext.NONE


@pytest.mark.parametrize(
    "data",
    [
        START + b"-> " + b"A " * 350_000,
        START + b"-> A A\n\n" * 80_000,
        START + b"-> a\n" + (b"A" * 64 + b"\n") * 10_000,
    ],
    ids=["arguments", "stanzas", "lines"],
)
def test_a_long_hostile_header_is_answered_at_once(data: bytes) -> None:
    started = time.perf_counter()
    assert ciphertext(text_of(data)) is Ciphertext.DAMAGED
    assert time.perf_counter() - started < 1


def test_a_public_key_is_a_recipient_and_one_with_a_changed_letter_is_none() -> None:
    recipient = AgeKey().recipient
    other = "q" if recipient[20] != "q" else "p"
    assert is_recipient(recipient)
    assert not is_recipient(recipient[:20] + other + recipient[21:])


@pytest.mark.parametrize(
    "text", ["", "age1", "ssh-ed25519 AAAA", AgeKey().private, "bc1qw508d6qej"], ids=range(5)
)
def test_what_is_no_public_age_key_is_no_recipient(text: str) -> None:
    assert not is_recipient(text)
