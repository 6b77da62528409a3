"""Which parts of a JSON Schema describe a given part of a value, worked out once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any
from urllib.parse import unquote, urljoin

from reconciler.model.document import Path

_COMBINING = ("allOf", "anyOf", "oneOf", "if", "then", "else")
_LEADING_ON = frozenset(("$ref", *_COMBINING))
_LATER_REFERENCES = ("$dynamicRef", "$recursiveRef")
REFERENCES = ("$ref", *_LATER_REFERENCES)
BY_PROPERTY = ("dependencies", "dependentSchemas")
_LONGEST_NUMBER = 9
_ANY_OTHER = None
Schema = Mapping[str, Any]


class SchemaPart:
    """The schemas that describe one part of a value, combinations and references included.

    The parts below are made when they are asked for and kept, all items of a list as one. Apart
    from them are those that may describe it as well: what ``dependencies`` and ``contains`` hold,
    and what draft 7 does not know and later drafts do. They count for marks, and no further.
    """

    def __init__(self, root: Schema, given: list[Schema], others: list[Schema]) -> None:
        self.schemas = _combined(root, given)
        self._others = _with_others(root, [*_beside(root, self.schemas), *others])
        self._root = root
        self._below: dict[str | int | None, SchemaPart] = {}

    @cached_property
    def named(self) -> frozenset[str]:
        """The properties that any of the schemas names."""
        return _names(self.schemas)

    @cached_property
    def _told_apart(self) -> frozenset[str]:
        return self.named | _names(self._others)

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
            for each in chain(self.schemas, self._others)
        )

    @cached_property
    def _places(self) -> int:
        """How many items are described by their place; all beyond are alike."""
        return max(map(places_in, chain(self.schemas, self._others)), default=0)

    def below(self, step: str | int) -> SchemaPart:
        """Return what describes the property or item ``step`` of the value."""
        kept: str | int | None = step
        if isinstance(step, int):
            kept = min(step, self._places)
        elif step not in self._told_apart:
            kept = _ANY_OTHER
        if kept not in self._below:
            given = [found for above in self.schemas for found in _given(above, step)]
            others = [found for above in self._others for found in _given(above, step)]
            every = chain(self.schemas, self._others)
            others += (found for above in every for found in _perhaps_given(above, step))
            self._below[kept] = SchemaPart(self._root, given, others)
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
        waiting.append(referred(root, part.get("$ref")))
        for keyword in _COMBINING:
            branches = part.get(keyword)
            waiting += branches if isinstance(branches, list) else [branches]
    return list(found.values())


def _with_others(root: Schema, schemas: list[Schema]) -> list[Schema]:
    """Return schemas, those that describe the same value with them, and those that may."""
    found: dict[int, Schema] = {}
    waiting: list[Any] = schemas
    while waiting:
        part = waiting.pop()
        if id(part) in found:
            continue
        found[id(part)] = part
        branches = [part.get(keyword) for keyword in _COMBINING]
        waiting += _mappings([referred(root, part.get("$ref")), *branches])
        waiting += _mappings(each for some in branches if isinstance(some, list) for each in some)
        waiting += _beside(root, [part])
    return list(found.values())


def _beside(root: Schema, schemas: Iterable[Schema]) -> Iterator[Schema]:
    """Yield what may describe the same value, by the keywords of each schema alone."""
    for each in schemas:
        for keyword in BY_PROPERTY:
            held = each.get(keyword)
            yield from _mappings(held.values() if isinstance(held, dict) else ())
        yield from _mappings(referred(root, each.get(keyword)) for keyword in _LATER_REFERENCES)


def _names(schemas: Iterable[Schema]) -> frozenset[str]:
    properties = _mappings(each.get("properties") for each in schemas)
    return frozenset(name for named in properties for name in named)


def places_in(schema: Schema) -> int:
    """Return how many items of a list a schema describes by their place."""
    held = (schema.get("items"), schema.get("prefixItems"))
    return max((len(each) for each in held if isinstance(each, list)), default=0)


def referred(root: Schema, reference: object) -> object:
    """Return what a local reference leads to; references to other documents are not followed.

    Local is also what leads to the whole schema's own ``$id``.
    """
    place = _within(root, reference) if isinstance(reference, str) else ""
    if place != "#" and not place.startswith("#/"):
        return None
    part: Any = root
    for step in unquote(place[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list):
            is_number = name.isascii() and name.isdecimal() and len(name) <= _LONGEST_NUMBER
            part = part[int(name)] if is_number and int(name) < len(part) else None
        else:
            part = part.get(name) if isinstance(part, dict) else None
    return part


def _within(root: Schema, reference: str) -> str:
    """Return a reference as seen from the document that it stands in: ``#…`` where it is local.

    The document's own name is its ``$id``, in draft 4 its ``id``.
    """
    identity = root.get("$id", root.get("id"))
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
        items = schema.get("items")
        if isinstance(items, list):
            found = [items[step] if step < len(items) else schema.get("additionalItems")]
        else:
            found = [items]
    else:
        properties = schema.get("properties")
        if isinstance(properties, dict) and step in properties:
            found.append(properties[step])
        else:
            found.append(schema.get("additionalProperties"))
        patterns = schema.get("patternProperties")
        # Which pattern matches is not asked: too much hidden is better than too little.
        found += patterns.values() if isinstance(patterns, dict) else ()
    yield from _mappings(found)


def _perhaps_given(schema: Schema, step: str | int) -> Iterator[Schema]:
    """Yield those that it may give beside: which item ``contains`` is about is not asked."""
    if isinstance(step, str):
        return _mappings([schema.get("unevaluatedProperties")])
    first = schema.get("prefixItems")
    in_place = first[step : step + 1] if isinstance(first, list) else []
    return _mappings([schema.get("contains"), schema.get("unevaluatedItems"), *in_place])


def _mappings(values: Iterable[Any]) -> Iterator[Schema]:
    return (each for each in values if isinstance(each, dict))
