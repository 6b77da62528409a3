"""A schema without what it says of values that stand for secrets, where it says nothing else.

What a schema describes is the secret, and what a file holds is a reference to it, so whatever a
validator says of the reference is passed over. Where that is all that changes, a validator that
does not look there in the first place comes to the same much faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reconciler.model.document import JsonValue, Path
from reconciler.model.sensitivity import is_reference, is_sensitive

_NOTES: Final = frozenset({"$comment", "default", "description", "examples", "title"})
_OF_MAPPINGS: Final = _NOTES | {
    "$schema",
    "additionalProperties",
    "maxProperties",
    "minProperties",
    "properties",
    "required",
    "type",
}
_OF_SCALARS: Final = _NOTES | {
    "const",
    "enum",
    "format",
    "maxLength",
    "minLength",
    "pattern",
    "readOnly",
    "type",
    "writeOnly",
    "x-sensitive",
}
_SCALARS: Final = ("boolean", "integer", "number", "string")


def without_references(
    schema: Mapping[str, Any], configuration: JsonValue
) -> Mapping[str, Any] | None:
    """Return a schema with everything left open that ``configuration`` has a reference at.

    None where it cannot be told that nothing else changes by it: the schema combines others, or
    says more of such a value than what kind of scalar it is.
    """
    opened = schema
    for path in references(configuration, ()):
        found = _left_open(opened, path) if is_sensitive(schema, path) else None
        if found is None:
            return None
        opened = found
    return opened


def references(value: JsonValue, path: Path) -> Iterator[Path]:
    """Yield where a value, or a part of it, is a reference to a secret."""
    if is_reference(value):
        yield path
        return
    parts: Iterable[tuple[str | int, JsonValue]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for step, part in parts:
        yield from references(part, (*path, step))


def _left_open(schema: object, path: Path) -> dict[str, Any] | None:
    if not isinstance(schema, dict) or not path or not schema.keys() <= _OF_MAPPINGS:
        return None
    step, rest = path[0], path[1:]
    properties = schema.get("properties")
    if not isinstance(properties, dict) or step not in properties:
        return None
    if not isinstance(schema.get("additionalProperties", True), bool):
        return None
    below: object = properties[step]
    if rest:
        below = _left_open(below, rest)
    elif _is_scalar(below):
        below = {}
    else:
        below = None
    if below is None:
        return None
    return {**schema, "properties": {**properties, step: below}}


def _is_scalar(schema: object) -> bool:
    if not isinstance(schema, dict) or not schema.keys() <= _OF_SCALARS:
        return False
    return schema.get("type") in _SCALARS
