"""Canonical form and hash: what "the same configuration" means.

Canonical form is RFC 8785 (JSON Canonicalization Scheme); hashes are SHA-256 of it, written
``sha256:<hex>``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import rfc8785
from jsonschema_rs.canonical.json import to_string
from pydantic_core import PydanticSerializationError, to_json

from reconciler.model.document import JsonObject

# Between these, a number that is no integer is written without an exponent by all who write any.
_LEAST_FLOAT: Final = 1e-4
_MOST_FLOAT: Final = 1e15
MOST_INTEGER: Final = 2**53 - 1
"""Up to which integers, and down to the same negative one, JSON numbers carry them (I-JSON)."""
_SIMPLE: Final = frozenset({str, bool, type(None)})


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises:
        rfc8785.CanonicalizationError: for what JSON cannot hold (NaN, integers beyond ±(2^53-1)).
    """
    written = _plain_json(value)
    # What is wrong with a lone surrogate is told by the library.
    return rfc8785.dumps(value) if written is None else written.encode()


def _is_plain(value: Any) -> bool:
    """Return whether compact JSON of a value, with keys in order, is its canonical form.

    Keys in ASCII sort alike by code point and by UTF-16 unit, and only some numbers differ.
    """
    # Loops, since this is done for every value, and a generator costs twice as much.
    kind = type(value)
    if kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return kind in _SIMPLE or _prints_alike(value)
    for held in value:  # noqa: SIM110
        if type(held) not in _SIMPLE and not _is_plain(held):
            return False
    return True


def _prints_alike(value: Any) -> bool:
    """Return whether a value is a number that is written in one way."""
    if type(value) is int:
        return bool(abs(value) <= MOST_INTEGER)
    return (
        type(value) is float
        and _LEAST_FLOAT <= abs(value) <= _MOST_FLOAT
        and not value.is_integer()
    )


def compact_json(value: Any) -> str:
    """Return a JSON value as text, as short as it is read back the same: no canonical form."""
    try:
        return to_json(value, inf_nan_mode="constants").decode()
    except PydanticSerializationError:  # nested too deeply, or a lone surrogate
        return json.dumps(value, separators=(",", ":"))


def _plain_json(value: Any) -> str | None:
    """Return compact JSON with keys in order; None where more than one way to write it is known."""
    if not _is_plain(value):
        return None
    try:
        return to_string(value)
    except ValueError:  # nested too deeply, or a lone surrogate
        return None


def content_hash(value: Any) -> str:
    """Return ``sha256:<hex>`` of a JSON value's canonical form."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


@lru_cache(maxsize=10_000)
def _canonical_name(name: str) -> bytes:
    return canonical_json(name)


def object_hash(members: Mapping[str, bytes]) -> str:
    """Return ``content_hash`` of an object whose members are in canonical form already.

    The names are ASCII, and have nothing in them that JSON escapes.
    """
    written = b",".join(b'"%b":%b' % (name.encode(), members[name]) for name in sorted(members))
    return f"sha256:{hashlib.sha256(b'{%b}' % written).hexdigest()}"


def config_hash(site_id: UUID, extension_id: str, version: str, configuration: JsonObject) -> str:
    """Return the hash that identifies one configuration of one version at one site.

    It covers site and version as well, so that a signature given for one of them cannot serve
    another.
    """
    return config_hash_of(site_id, extension_id, version, canonical_json(configuration))


def config_hash_of(site_id: UUID, extension_id: str, version: str, canonical: bytes) -> str:
    """Return ``config_hash`` of a configuration that is in canonical form already."""
    content = b'{"configuration":%b,"extension":%b,"site":"%b","version":%b}' % (
        canonical,
        _canonical_name(extension_id),
        str(site_id).encode(),
        _canonical_name(version),
    )
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
