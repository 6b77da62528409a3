"""Which parts of a JSON Schema describe a given part of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from reconciler.model.document import Path

_COMBINING = ("allOf", "anyOf", "oneOf", "if", "then", "else")


def schemas_at(root: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    """Return every schema that may describe the value at ``path``, combinations included."""
    schemas = combined(root, root)
    for part in path:
        given = [below for above in schemas for below in _below(above, part)]
        schemas = [schema for each in given for schema in combined(root, each)]
    return schemas


def combined(root: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a schema and those that describe the same value with it: combinations and ``$ref``.

    Args:
        root: the whole schema, which local references lead into.
        schema: the part of it to begin with.
    """
    found: list[Mapping[str, Any]] = []
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict) or any(part is known for known in found):
            continue
        found.append(part)
        waiting.append(_referred(root, part.get("$ref")))
        for keyword in _COMBINING:
            branches = part.get(keyword)
            waiting += branches if isinstance(branches, list) else [branches]
    return found


def _referred(root: Mapping[str, Any], reference: object) -> object:
    """Return what a local reference leads to; references to other documents are not followed."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    part: Any = root
    for step in unquote(reference[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list) and name.isdecimal() and int(name) < len(part):
            part = part[int(name)]
        else:
            part = part.get(name) if isinstance(part, dict) else None
    return part


def _below(schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas that one schema by itself gives for ``part`` of its value."""
    found: list[Any] = []
    if isinstance(part, int):
        items = schema.get("items")
        if isinstance(items, list):
            found = [items[part] if part < len(items) else schema.get("additionalItems")]
        else:
            found = [items]
    else:
        properties = schema.get("properties")
        if isinstance(properties, dict) and part in properties:
            found.append(properties[part])
        if not found:
            found.append(schema.get("additionalProperties"))
        patterns = schema.get("patternProperties")
        # Which pattern matches is not asked: too much hidden is better than too little.
        found += patterns.values() if isinstance(patterns, dict) else ()
    yield from (entry for entry in found if isinstance(entry, dict))
