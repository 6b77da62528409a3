"""Which values are secrets, told by the schema or by their names (DESIGN: never shown)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.document import JsonValue, Path

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


def _subschemas(schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas that could describe ``part`` of a value described by ``schema``."""
    if isinstance(part, int):
        items = schema.get("items")
        found = [items[part]] if isinstance(items, list) and part < len(items) else [items]
    else:
        properties = schema.get("properties")
        named = properties.get(part) if isinstance(properties, dict) else None
        found = [named] if named is not None else [schema.get("additionalProperties")]
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword) or ():
            if isinstance(branch, dict):
                yield from _subschemas(branch, part)
    for keyword in ("then", "else"):
        if isinstance(branch := schema.get(keyword), dict):
            yield from _subschemas(branch, part)
    yield from (entry for entry in found if isinstance(entry, dict))


def is_sensitive(schema: Mapping[str, Any], path: Path) -> bool:
    """Return whether the value at ``path`` of a configuration is, or lies in, a secret."""
    schemas: list[Mapping[str, Any]] = [schema]
    for part in path:
        if isinstance(part, str) and is_secret_name(part):
            return True
        schemas = [below for above in schemas for below in _subschemas(above, part)]
        if any(is_marked_sensitive(below) for below in schemas):
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
