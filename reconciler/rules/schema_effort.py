"""How much work a JSON Schema asks for: bounded before a validator is let loose on it.

A validator follows every reference as often as it is met, so that a small schema can ask for
more steps than there is time, and one with long lists for more memory than there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from reconciler.model.document import JsonValue
from reconciler.model.subschemas import referred

MAX_REFERENCES: Final = 1_000
MAX_PATTERN_CHARACTERS: Final = 65_536
MAX_STEPS: Final = 2_000_000
MAX_FOLLOWED: Final = 200_000
"""Steps of a schema with references are counted one by one, which takes longer."""

_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_SAME_VALUE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_EACH_ENTRY: Final = ("additionalProperties", "propertyNames", "unevaluatedProperties")
_EACH_ITEM: Final = ("items", "prefixItems", "additionalItems", "contains", "unevaluatedItems")
_BY_NAME: Final = ("patternProperties", "dependencies", "dependentSchemas")


def refuse_costly(schema: Mapping[str, Any]) -> None:
    """Look at a schema before it is compiled.

    Raises:
        ValueError: compiling it could take longer than there is, or how long a check with it
            takes cannot be told; the message says why.
    """
    references = patterns = 0
    for part in _mappings(schema):
        targets = [part[key] for key in _REFERENCES if isinstance(part.get(key), str)]
        references += len(targets)
        if any(target.startswith("#") and target[1:2] not in ("", "/") for target in targets):
            raise ValueError("only references like '#/definitions/name' are followed within it")
        patterns += _pattern_characters(part)
    if references > MAX_REFERENCES:
        raise ValueError(f"it has more than {MAX_REFERENCES:,} references")
    if patterns > MAX_PATTERN_CHARACTERS:
        raise ValueError(f"its patterns have more than {MAX_PATTERN_CHARACTERS:,} characters")
    if references and any("$id" in part for part in _mappings(schema) if part is not schema):
        raise ValueError("it has references, and a part of it has an $id of its own")


def _pattern_characters(part: Mapping[str, Any]) -> int:
    pattern, named = part.get("pattern"), part.get("patternProperties")
    own = len(pattern) if isinstance(pattern, str) else 0
    return own + (sum(map(len, named)) if isinstance(named, dict) else 0)


class SchemaEffort:
    """How much work checks against one schema are; what is the same for all is found out once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._size = _size(schema)
        self._refers = any(keyword in part for part in _mappings(schema) for keyword in _REFERENCES)

    def is_too_much(self, value: JsonValue) -> bool:
        """Return whether checking ``value`` could take longer than there is."""
        if self._refers:
            steps = _steps(self._schema, value)
            return sum(1 for _ in islice(steps, MAX_FOLLOWED + 1)) > MAX_FOLLOWED
        return self._size * _size(value) > MAX_STEPS


def _size(value: Any) -> int:
    """Return the number of values in ``value``, itself included."""
    number, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        number += 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return number


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _steps(root: Mapping[str, Any], value: JsonValue) -> Iterator[None]:
    """Yield once for each thing that a validator would look at, however often it is met."""
    waiting: list[tuple[Any, JsonValue]] = [(root, value)]
    while waiting:
        schema, part = waiting.pop()
        if isinstance(schema, list):
            waiting += [(each, part) for each in schema]
            continue
        yield
        if isinstance(schema, dict):
            for own in schema.values():
                yield from (None for _ in (own if isinstance(own, list) else ()))
            waiting += _same_value(root, schema, part)
            waiting += _below(schema, part)


def _same_value(
    root: Mapping[str, Any], schema: Mapping[str, Any], part: JsonValue
) -> list[tuple[Any, JsonValue]]:
    found = [(schema[keyword], part) for keyword in _SAME_VALUE if keyword in schema]
    found += [(referred(root, schema[key]), part) for key in _REFERENCES if key in schema]
    return found


def _below(schema: Mapping[str, Any], part: JsonValue) -> Iterator[tuple[Any, JsonValue]]:
    if isinstance(part, list):
        for keyword in _EACH_ITEM:
            if keyword in schema:
                yield from ((schema[keyword], item) for item in part)
    elif isinstance(part, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from ((properties[key], part[key]) for key in part if key in properties)
        for keyword in _EACH_ENTRY:
            if keyword in schema:
                yield from ((schema[keyword], each) for each in part.values())
        for keyword in _BY_NAME:
            named = schema.get(keyword)
            for each in named.values() if isinstance(named, dict) else ():
                yield from ((each, below) for below in part.values())
