"""Which parts of a JSON Schema describe a given part of a value, worked out once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any
from urllib.parse import unquote, urljoin

from reconciler.model.document import Path

_COMBINING = ("allOf", "anyOf", "oneOf", "if", "then", "else")
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_LEADING_ON = frozenset((*REFERENCES, *_COMBINING))
BY_PROPERTY = ("dependencies", "dependentSchemas")
_OTHER_PROPERTIES = ("additionalProperties", "unevaluatedProperties")
_ANY_ITEM = 0
_ANY_OTHER = None
Schema = Mapping[str, Any]


class SchemaPart:
    """Every schema that may describe one part of a value, combinations and references included.

    The parts below are made when they are asked for and kept, all items of a list as one. What
    describes a part only where something else is there counts for its marks, and no further.
    """

    def __init__(self, root: Schema, given: list[Schema], sometimes: list[Schema]) -> None:
        self.schemas = _combined(root, given)
        self._sometimes = _sometimes(root, [*_conditions(self.schemas), *sometimes])
        self._root = root
        self._below: dict[str | int | None, SchemaPart] = {}

    @cached_property
    def named(self) -> frozenset[str]:
        """The properties that any of the schemas names."""
        return _names(self.schemas)

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        return self.named | _names(self._sometimes)

    @cached_property
    def says_what_may_be_added(self) -> bool:
        """Whether any of the schemas speaks of properties that it does not name."""
        added = ("additionalProperties", "patternProperties")
        return any(keyword in each for each in self.schemas for keyword in added)

    @cached_property
    def marked_sensitive(self) -> bool:
        """Whether any of the schemas marks its value as a secret."""
        return any(
            # "yes" is a text in YAML 1.2, and whoever wrote it meant it.
            each.get("x-sensitive", False) is not False
            or each.get("writeOnly") is True
            or each.get("format") == "password"
            for each in chain(self.schemas, self._sometimes)
        )

    @cached_property
    def _positional(self) -> bool:
        return any(map(is_positional, chain(self.schemas, self._sometimes)))

    def below(self, step: str | int) -> SchemaPart:
        """Return what describes the property or item ``step`` of the value."""
        kept: str | int | None = step
        if isinstance(step, int):
            kept = step if self._positional else _ANY_ITEM
        elif step not in self._told_apart:
            kept = _ANY_OTHER
        if kept not in self._below:
            given, sometimes = (
                [found for above in schemas for found in _given(above, step)]
                for schemas in (self.schemas, self._sometimes)
            )
            if isinstance(step, int):
                every = chain(self.schemas, self._sometimes)
                sometimes += _mappings(each.get("contains") for each in every)
            self._below[kept] = SchemaPart(self._root, given, sometimes)
        return self._below[kept]

    def at(self, path: Path) -> SchemaPart:
        """Return what describes the value at ``path``."""
        part = self
        for step in path:
            part = part.below(step)
        return part


class _ByIdentity:
    """A schema as a key of a cache: the same object is the same schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.schema is other.schema


@lru_cache(maxsize=4096)
def _whole(key: _ByIdentity) -> SchemaPart:
    return SchemaPart(key.schema, [key.schema], [])


def schema_part(schema: Schema, path: Path = ()) -> SchemaPart:
    """Return what describes the value at ``path``; what was worked out before is used again.

    ``schema`` must not be altered afterwards.
    """
    return _whole(_ByIdentity(schema)).at(path)


def _combined(root: Schema, schemas: list[Schema]) -> list[Schema]:
    """Return schemas and those that describe the same value with them."""
    if len(schemas) == 1 and _LEADING_ON.isdisjoint(schemas[0]):
        return schemas
    found: dict[int, Schema] = {}
    waiting: list[Any] = list(schemas)
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict) or id(part) in found:
            continue
        found[id(part)] = part
        waiting += (referred(root, part[keyword]) for keyword in REFERENCES if keyword in part)
        for keyword in _COMBINING:
            branches = part.get(keyword)
            waiting += branches if isinstance(branches, list) else [branches]
    return list(found.values())


def _conditions(schemas: Iterable[Schema]) -> list[Schema]:
    """Return what describes the same value where it has some property."""
    return [
        found
        for each in schemas
        for keyword in BY_PROPERTY
        if isinstance(each.get(keyword), dict)
        for found in _mappings(each[keyword].values())
    ]


def _sometimes(root: Schema, schemas: list[Schema]) -> list[Schema]:
    """Return schemas and all that describes the same value with them, under a condition or not."""
    found: dict[int, Schema] = {}
    waiting = schemas
    while waiting:
        new = [each for each in _combined(root, waiting) if id(each) not in found]
        found |= {id(each): each for each in new}
        waiting = _conditions(new)
    return list(found.values())


def _names(schemas: Iterable[Schema]) -> frozenset[str]:
    properties = _mappings(each.get("properties") for each in schemas)
    return frozenset(name for named in properties for name in named)


def is_positional(schema: Schema) -> bool:
    """Return whether a schema says something of each item of a list by its place."""
    return isinstance(schema.get("items"), list) or isinstance(schema.get("prefixItems"), list)


def referred(root: Schema, reference: object) -> object:
    """Return what a local reference leads to; references to other documents are not followed.

    Local is also what leads to the whole schema's own ``$id``.
    """
    place = within(root, reference) if isinstance(reference, str) else ""
    if place != "#" and not place.startswith("#/"):
        return None
    part: Any = root
    for step in unquote(place[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list) and name.isdecimal() and int(name) < len(part):
            part = part[int(name)]
        else:
            part = part.get(name) if isinstance(part, dict) else None
    return part


def within(root: Schema, reference: str) -> str:
    """Return a reference as seen from the document that it stands in: ``#…`` where it is local."""
    identity = root.get("$id")
    if not isinstance(identity, str) or reference.startswith("#"):
        return reference
    try:
        whole = urljoin(identity, reference)
    except ValueError:  # no URI at all
        return reference
    return whole.removeprefix(identity.removesuffix("#")) or "#"


def _given(schema: Schema, step: str | int) -> Iterator[Schema]:
    """Yield the schemas that one schema by itself gives for ``step`` of its value."""
    found: list[Any] = []
    if isinstance(step, int):
        first, others = schema.get("prefixItems"), schema.get("items")
        if isinstance(others, list):
            first, others = others, schema.get("additionalItems")
        found = [first[step] if isinstance(first, list) and step < len(first) else others]
    else:
        properties = schema.get("properties")
        if isinstance(properties, dict) and step in properties:
            found.append(properties[step])
        else:
            found += (schema.get(keyword) for keyword in _OTHER_PROPERTIES)
        patterns = schema.get("patternProperties")
        # Which pattern matches is not asked: too much hidden is better than too little.
        found += patterns.values() if isinstance(patterns, dict) else ()
    yield from _mappings(found)


def _mappings(values: Iterable[Any]) -> Iterator[Schema]:
    return (each for each in values if isinstance(each, dict))
