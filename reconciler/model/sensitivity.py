"""Which values are secrets, told by the schema, by their names or by their form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from reconciler.model.age import Ciphertext, ciphertext
from reconciler.model.document import JsonValue, Path
from reconciler.model.subschemas import SchemaPart, schema_part


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET_KEYS = _words(
    """
    access api auth encryption hmac master preshared private secret session shared signing ssh
    """
)
# Whose "pass" is a password: a firstPass, a lowPass and a rootPass of a weld are none.
_HAVE_PASS = _words(
    """
    admin amqp auth bind broker database db erp ftp http keystore ldap login mail mqtt opc sap
    service sftp smtp sql ssh truststore ua user vpn wifi
    """
)
# What a secret's word ends with, or two words together: dbpassword, privatekey, private_key.
_SECRET_ENDINGS = (
    *("password", "passwords", "passwd", "passphrase", "passcode", "pwd"),
    *("credential", "credentials", "secret", "secrets", "token", "tokens"),
    *("connectionstring", "snmpcommunity"),
    *(f"{kind}{key}" for kind in sorted(_SECRET_KEYS) for key in ("key", "keys")),
)
_SECRET_WORDS = _words("bearer creds psk") | {
    f"{whose}{what}" for whose in (*_HAVE_PASS, "root") for what in ("pass", "pw")
}
# What a name with a secret word is about, when it is not about the secret itself.
_HARMLESS_LAST = _words(
    """
    age algorithm audience bits count days endpoint enabled expiry field file format header hours
    id index issuer length lifetime limit location max min minutes name path policy provider ref
    reference required rotation scope scopes seconds store ttl type uri url user username
    version
    """
)
_HARMLESS_FIRST = _words(
    """
    allow has is max min require requires show use uses
    """
)
_URL_WITH_PASSWORD = re.compile(r"[A-Za-z0-9+.-]://[^/@\s:]*:[^/@\s]+@")
REFERENCE_KEY, ENCRYPTED_KEY = "$secret", "$encrypted"
_REFERENCE_FORM = re.compile(r"[a-z][a-z0-9+.-]*://[^\s]+")


@lru_cache(maxsize=65_536)
def is_secret_name(name: str) -> bool:
    """Return whether a key is named like a secret: by its words, whatever joins them."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[-1] in _HARMLESS_LAST or words[0] in _HARMLESS_FIRST:
        return False
    if words[-1] in ("pass", "pw") and not _HAVE_PASS.isdisjoint(words[-2:-1]):
        return True
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    pairs = (first + second for first, second in pairwise(words))
    return any(text.endswith(_SECRET_ENDINGS) for text in chain(words, pairs))


def is_reference(value: object) -> bool:
    """Return whether a value is a reference to a secret, or an encrypted one, and so harmless."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    held = value.get(REFERENCE_KEY)
    if isinstance(held, str):
        return _REFERENCE_FORM.fullmatch(held) is not None and not holds_password(held)
    return _encrypted(value) is Ciphertext.WHOLE


def is_damaged(value: object) -> bool:
    """Return whether a value begins as an encrypted one, and is none."""
    return _encrypted(value) is Ciphertext.DAMAGED


def _encrypted(value: object) -> Ciphertext:
    if not isinstance(value, dict) or len(value) != 1:
        return Ciphertext.NONE
    held = value.get(ENCRYPTED_KEY)
    return ciphertext(held) if isinstance(held, str) else Ciphertext.NONE


def holds_password(value: object) -> bool:
    """Return whether a text has a URL with a password in it."""
    return isinstance(value, str) and _URL_WITH_PASSWORD.search(value) is not None


def is_sensitive(schema: Mapping[str, Any], path: Path) -> bool:
    """Return whether the value at ``path`` of a configuration is, or lies in, a secret."""
    return _is_sensitive(schema_part(schema), path)


@lru_cache(maxsize=65_536)
def _is_sensitive(part: SchemaPart, path: Path) -> bool:
    if path and part.marked_sensitive:
        return True  # all of it is
    for step in path:
        part = part.below(step)
        named = isinstance(step, str) and (step == ENCRYPTED_KEY or is_secret_name(step))
        if part.marked_sensitive or named:
            return True
    return False


def sensitive_values(
    schema: Mapping[str, Any], value: JsonValue
) -> Iterator[tuple[Path, JsonValue]]:
    """Yield the outermost secret values of a configuration, each with its path.

    In a mapping that is named like a secret every text and number is one, unless its own name
    is harmless: `credentials: {username: …}`. What says of itself that it is encrypted is one,
    whatever its name.
    """
    yield from _sensitive(schema_part(schema), value, (), named=False)


def _sensitive(
    part: SchemaPart, value: JsonValue, path: Path, *, named: bool
) -> Iterator[tuple[Path, JsonValue]]:
    if part.marked_sensitive or _is_secret(value, named=named):
        yield path, value
    elif isinstance(value, dict) and not is_reference(value):
        for key, child in value.items():
            within = is_secret_name(key) or (named and not _is_harmless_name(key))
            yield from _sensitive(part.below(key), child, (*path, key), named=within)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _sensitive(part.below(index), child, (*path, index), named=named)


def _is_secret(value: JsonValue, *, named: bool) -> bool:
    claims_encryption = isinstance(value, dict) and ENCRYPTED_KEY in value
    return claims_encryption or holds_password(value) or (named and _is_secret_value(value))


def _is_secret_value(value: JsonValue) -> bool:
    """Return whether a value named like a secret is one: text, a number, or what stands for it."""
    if isinstance(value, dict):
        return REFERENCE_KEY in value or ENCRYPTED_KEY in value
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_harmless_name(name: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and words[-1] in _HARMLESS_LAST
