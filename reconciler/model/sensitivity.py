"""Which values are secrets, told by the schema or by their names (DESIGN: never shown)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.document import JsonValue, Path
from reconciler.model.subschemas import schemas_at

# A name like a secret's: the whole last word, so that `tokenEndpoint` and `passwordPolicy` are not.
_SECRET_NAME = re.compile(
    r"(?:^|[a-z0-9_-])(?:password|passwd|passphrase|secret|secrets|token|api[-_]?key|private[-_]?key"
    r"|access[-_]?key|client[-_]?secret|credential|credentials)$",
    re.IGNORECASE,
)
_REFERENCE_KEYS = ({"$secret"}, {"$encrypted"})


def is_secret_name(name: str) -> bool:
    """Return whether a key is named like a secret."""
    return _SECRET_NAME.search(name) is not None


def is_reference(value: object) -> bool:
    """Return whether a value is a reference to a secret, or an encrypted one, and so harmless."""
    return (
        isinstance(value, dict)
        and set(value) in _REFERENCE_KEYS
        and all(isinstance(held, str) and held for held in value.values())
    )


def is_marked_sensitive(schema: Mapping[str, Any]) -> bool:
    """Return whether a JSON Schema marks its value as a secret."""
    return (
        schema.get("x-sensitive") is True
        or schema.get("writeOnly") is True
        or schema.get("format") == "password"
    )


def is_sensitive(schema: Mapping[str, Any], path: Path) -> bool:
    """Return whether the value at ``path`` of a configuration is, or lies in, a secret."""
    for depth, part in enumerate(path, 1):
        if isinstance(part, str) and is_secret_name(part):
            return True
        if any(is_marked_sensitive(below) for below in schemas_at(schema, path[:depth])):
            return True
    return False


def sensitive_values(
    schema: Mapping[str, Any], value: JsonValue, path: Path = ()
) -> Iterator[tuple[Path, JsonValue]]:
    """Yield the outermost secret values of a configuration, each with its path."""
    if path and is_sensitive(schema, path):
        yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from sensitive_values(schema, child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from sensitive_values(schema, child, (*path, index))
