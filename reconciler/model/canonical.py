"""Canonical form and hash: what "the same configuration" means.

Canonical form is RFC 8785 (JSON Canonicalization Scheme); hashes are SHA-256 of it, written
``sha256:<hex>``.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import rfc8785

from reconciler.model.document import JsonObject


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises:
        rfc8785.CanonicalizationError: for what JSON cannot hold (NaN, integers beyond ±(2^53-1)).
    """
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
