"""Canonical form and hash: what "the same configuration" means.

Canonical form is RFC 8785 (JSON Canonicalization Scheme); hashes are SHA-256 of it, written
``sha256:<hex>``.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from uuid import UUID

import rfc8785

from reconciler.model.document import JsonObject

_PLAIN_JSON = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
# A number that Python may write otherwise than ECMAScript does, or that JSON cannot hold exactly:
# with an exponent, with nothing but a zero behind the point, or of very many digits. That a text
# looks like one costs time only.
_ODD_NUMBER = re.compile(
    r"(?:^|[:,\[])-?[0-9]+(?:\.0(?:$|[,\]}])|(?:\.[0-9]+)?e|[0-9]{15})", re.ASCII
)


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises:
        rfc8785.CanonicalizationError: for what JSON cannot hold (NaN, integers beyond ±(2^53-1)).
    """
    try:
        text = _PLAIN_JSON.encode(value)
    except (TypeError, ValueError, RecursionError):
        return rfc8785.dumps(value)
    # Keys in ASCII sort alike by code point and by UTF-16 unit, and only some numbers differ.
    if text.isascii() and _ODD_NUMBER.search(text) is None:
        return text.encode("ascii")
    return rfc8785.dumps(value)


def content_hash(value: Any) -> str:
    """Return ``sha256:<hex>`` of a JSON value's canonical form."""
    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


def config_hash(site_id: UUID, extension_id: str, version: str, configuration: JsonObject) -> str:
    """Return the hash that identifies one configuration of one version at one site.

    It covers site and version as well, so that a signature given for one of them cannot serve
    another.
    """
    return content_hash(
        {
            "configuration": configuration,
            "extension": extension_id,
            "site": str(site_id),
            "version": version,
        }
    )
