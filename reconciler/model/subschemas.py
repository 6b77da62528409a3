"""Which parts of a JSON Schema describe a given part of a value, worked out once each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote, urljoin

from reconciler.model.document import Path

_COMBINING = ("allOf", "anyOf", "oneOf", "if", "then", "else")
_BY_PROPERTY = ("dependencies", "dependentSchemas")
_LEADING_ON = frozenset(("$ref", *_COMBINING, *_BY_PROPERTY))
_ANY_ITEM = 0
_ANY_OTHER = None
Schema = Mapping[str, Any]


class SchemaPart:
    """Every schema that may describe one part of a value, combinations and ``$ref`` included.

    The parts below are made when they are asked for and kept, all items of a list as one.
    """

    def __init__(self, root: Schema, schemas: list[Schema]) -> None:
        self.schemas = schemas
        self._root = root
        self._below: dict[str | int | None, SchemaPart] = {}

    @cached_property
    def named(self) -> frozenset[str]:
        """The properties that any of the schemas names."""
        return frozenset(name for each in self.schemas for name in each.get("properties") or ())

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
            for each in self.schemas
        )

    @cached_property
    def _positional(self) -> bool:
        return any(isinstance(each.get("items"), list) for each in self.schemas)

    def below(self, step: str | int) -> SchemaPart:
        """Return what describes the property or item ``step`` of the value."""
        kept: str | int | None = step
        if isinstance(step, int):
            kept = step if self._positional else _ANY_ITEM
        elif step not in self.named:
            kept = _ANY_OTHER
        if kept not in self._below:
            given = [found for above in self.schemas for found in _given(above, step)]
            self._below[kept] = SchemaPart(self._root, _combined(self._root, given))
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
    return SchemaPart(key.schema, _combined(key.schema, [key.schema]))


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
        waiting.append(referred(root, part.get("$ref")))
        for keyword in _COMBINING:
            branches = part.get(keyword)
            waiting += branches if isinstance(branches, list) else [branches]
        for keyword in _BY_PROPERTY:
            held = part.get(keyword)
            waiting += held.values() if isinstance(held, dict) else ()
    return list(found.values())


def referred(root: Schema, reference: object) -> object:
    """Return what a local reference leads to; references to other documents are not followed.

    Local is also what leads to the whole schema's own ``$id``.
    """
    place = _within(root.get("$id"), reference) if isinstance(reference, str) else ""
    if not place.startswith("#"):
        return None
    part: Any = root
    for step in unquote(place[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list) and name.isdecimal() and int(name) < len(part):
            part = part[int(name)]
        else:
            part = part.get(name) if isinstance(part, dict) else None
    return part


def _within(identity: object, reference: str) -> str:
    """Return a reference as seen from the document that it stands in."""
    if not isinstance(identity, str):
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
        items = schema.get("items")
        if isinstance(items, list):
            found = [items[step] if step < len(items) else schema.get("additionalItems")]
        else:
            found = [items]
        found.append(schema.get("contains"))  # which item it is about is not asked
    else:
        properties = schema.get("properties")
        if isinstance(properties, dict) and step in properties:
            found.append(properties[step])
        else:
            found.append(schema.get("additionalProperties"))
        patterns = schema.get("patternProperties")
        # Which pattern matches is not asked: too much hidden is better than too little.
        found += patterns.values() if isinstance(patterns, dict) else ()
    yield from (entry for entry in found if isinstance(entry, dict))
