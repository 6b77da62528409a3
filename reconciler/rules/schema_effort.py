"""How much work a JSON Schema asks for: bounded before a validator is let loose on it.

A validator follows every reference as often as it is met, so that a small schema can ask for
more steps than there is time, and one with long lists for more memory than there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, Final

from reconciler.model.document import JsonValue
from reconciler.model.subschemas import BY_PROPERTY, REFERENCES, places_in, referred

MAX_REFERENCES: Final = 1_000
MAX_PATTERN_CHARACTERS: Final = 65_536
MAX_UNEVALUATED: Final = 6
"""Where such are within each other, each makes a check three times as long."""
MAX_STEPS: Final = 150_000
"""Each step may be a finding of its own, of about a kilobyte and a half."""

_ALWAYS_FEW: Final = 50_000
CHARACTERS_A_STEP: Final = 64
"""What a text costs beyond the first so many; a shorter one costs nothing by its length."""
_SAME_VALUE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_EACH_ENTRY: Final = ("additionalProperties", "propertyNames", "unevaluatedProperties")
_EACH_ITEM: Final = ("items", "prefixItems", "additionalItems", "contains", "unevaluatedItems")
_REPEATED: Final = (
    *("const", "dependentRequired", "enum", "format", "not", "pattern", "required", "type"),
)
_UNEVALUATED: Final = ("unevaluatedItems", "unevaluatedProperties")


def refuse_costly(schema: Mapping[str, Any]) -> None:
    """Look at a schema before it is compiled.

    Raises:
        ValueError: compiling it could take longer than there is, or how long a check with it
            takes cannot be told; the message says why.
    """
    text = json.dumps(schema)
    if '"$' not in text and len(text) <= MAX_PATTERN_CHARACTERS:
        return  # no reference, and too few characters for too many in patterns
    references = patterns = unevaluated = 0
    identities = ("id", "$id") if "draft-04" in str(schema.get("$schema")) else ("$id",)
    for part in _mappings(schema):
        targets = [part[key] for key in REFERENCES if isinstance(part.get(key), str)]
        references += len(targets)
        if any(not isinstance(referred(schema, target), dict | bool) for target in targets):
            raise ValueError(
                "a reference leads out of it, or to no place in it; only those like "
                "'#/definitions/name' are followed"
            )
        patterns += _pattern_characters(part)
        unevaluated += sum(keyword in part for keyword in _UNEVALUATED)
    if references > MAX_REFERENCES:
        raise ValueError(f"it has more than {MAX_REFERENCES:,} references")
    if patterns > MAX_PATTERN_CHARACTERS:
        raise ValueError(f"its patterns have more than {MAX_PATTERN_CHARACTERS:,} characters")
    if unevaluated > MAX_UNEVALUATED:
        raise ValueError(f"it has more than {MAX_UNEVALUATED} of {', '.join(_UNEVALUATED)}")
    parts = (part for part in _mappings(schema) if part is not schema)
    if references and any(isinstance(part.get(key), str) for part in parts for key in identities):
        raise ValueError("it has references, and a part of it has an $id of its own")


def _pattern_characters(part: Mapping[str, Any]) -> int:
    pattern, named = part.get("pattern"), part.get("patternProperties")
    own = len(pattern) if isinstance(pattern, str) else 0
    return own + (sum(map(len, named)) if isinstance(named, dict) else 0)


class SchemaEffort:
    """How much work checks against one schema are; what is the same for all is found out once.

    And only when it is asked for: most of a catalog is of versions that no site enables any more.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    @cached_property
    def _most_values(self) -> int:
        parts = _mappings(self._schema)
        refers = any(keyword in part for part in parts for keyword in REFERENCES)
        return 0 if refers else _ALWAYS_FEW // size_of(self._schema)

    @cached_property
    def most_alike(self) -> int:
        """Up to which size it makes no difference how long the lists and texts in a value are."""
        positional = any(map(places_in, _mappings(self._schema)))
        return 0 if positional else self._most_values

    def is_too_much(self, value: JsonValue) -> bool:
        """Return whether checking ``value`` could take longer than there is."""
        if size_of(value) <= self._most_values:
            return False
        steps = 0
        for cost in _costs(self._schema, value):
            steps += cost
            if steps > MAX_STEPS:
                return True
        return False


def size_of(value: Any) -> int:
    """Return the number of values in ``value``, itself included, and a part of its texts."""
    number, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        number += 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            number += len(part) // CHARACTERS_A_STEP
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


def _costs(root: Mapping[str, Any], value: JsonValue) -> Iterator[int]:
    """Yield what each schema costs at each value it is held against, as often as it is met."""
    own: dict[int, int] = {}
    targets: dict[str, Any] = {}
    waiting: list[tuple[Any, JsonValue]] = [(root, value)]
    while waiting:
        schema, part = waiting.pop()
        if not isinstance(schema, dict):
            continue
        if id(schema) not in own:
            own[id(schema)] = _own_cost(schema)
        yield own[id(schema)]
        for keyword in REFERENCES:
            if isinstance(reference := schema.get(keyword), str):
                if reference not in targets:
                    targets[reference] = referred(root, reference)
                waiting.append((targets[reference], part))
        for below in chain(_same_value(schema, part), _below(schema, part)):
            # Counted here as well: what waits takes memory before its turn comes.
            yield 1
            waiting.append(below)


def _own_cost(schema: Mapping[str, Any]) -> int:
    """Return what a schema costs without those in it; a finding repeats the texts it is about."""
    repeated = [held for keyword, held in schema.items() if keyword in _REPEATED]
    required = schema.get("dependencies")
    if isinstance(required, dict):
        repeated += (held for held in required.values() if isinstance(held, list))
    return 1 + sum(size_of(held) for held in repeated if not isinstance(held, bool))


def _same_value(schema: Mapping[str, Any], part: JsonValue) -> Iterator[tuple[Any, JsonValue]]:
    for keyword in _SAME_VALUE:
        if keyword in schema:
            held = schema[keyword]
            yield from ((each, part) for each in (held if isinstance(held, list) else [held]))
    if not isinstance(part, dict):
        return
    for keyword in BY_PROPERTY:
        held = schema.get(keyword)
        if isinstance(held, dict):
            yield from ((held[name], part) for name in held if name in part)


def _below(schema: Mapping[str, Any], part: JsonValue) -> Iterator[tuple[Any, JsonValue]]:
    if isinstance(part, list):
        for keyword in _EACH_ITEM:
            if keyword in schema:
                held = schema[keyword]
                several = held if isinstance(held, list) else [held]
                yield from ((each, item) for item in part for each in several)
    elif isinstance(part, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from ((properties[key], part[key]) for key in part if key in properties)
        for keyword in _EACH_ENTRY:
            if keyword in schema:
                yield from ((schema[keyword], each) for each in part.values())
        named = schema.get("patternProperties")
        for each in named.values() if isinstance(named, dict) else ():
            yield from ((each, below) for below in part.values())
