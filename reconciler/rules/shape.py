"""The shape of a configuration: its keys and kinds of values, without the values themselves.

Which properties a schema does not name, which values are secrets, and how much work a check is
hangs on nothing else. What was found to be in order once is in order for every configuration of
the same shape, but for the values themselves.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from reconciler.model.document import JsonValue
from reconciler.model.sensitivity import (
    ENCRYPTED_KEY,
    REFERENCE_KEY,
    holds_password,
    is_reference,
)
from reconciler.rules.schema_effort import CHARACTERS_A_STEP, size_of

Shape: TypeAlias = "str | tuple[Shape, ...] | frozenset[Shape]"

_TEXT: Final = "text"
_NUMBER: Final = "number"
_LIST: Final = "list"
_KINDS: Final[dict[type, str]] = {
    int: _NUMBER,
    float: _NUMBER,
    bool: "boolean",
    type(None): "null",
}
_REFERENCE: Final = "reference"
_MOST_SHAPES: Final = 1_000


class UnusualError(ValueError):
    """A value that has to be looked at by itself."""


def shape_of(value: JsonValue) -> Shape:
    """Return the shape of a configuration.

    Raises:
        UnusualError: it holds a password in a URL, or what is nearly a reference to a secret.
    """
    if isinstance(value, str):
        if "@" in value and holds_password(value):
            raise UnusualError
        return _TEXT if len(value) < CHARACTERS_A_STEP else f"text {len(value)}"
    if isinstance(value, dict):
        if REFERENCE_KEY in value or ENCRYPTED_KEY in value:
            if is_reference(value):
                return _REFERENCE
            raise UnusualError
        return tuple(value), tuple(map(shape_of, value.values()))
    if isinstance(value, list):
        return _LIST, *map(shape_of, value)
    return _KINDS[type(value)]


class Shapes(NamedTuple):
    """The shape of a configuration, and the one without how long its lists and texts are."""

    exact: Shape
    loose: Shape
    size: int
    """How much there is in it (``schema_effort.size_of``)."""


def shapes_if_usual(value: JsonValue) -> Shapes | None:
    """Return the shapes of a configuration; None of one that has to be looked at by itself."""
    try:
        exact = shape_of(value)
    except UnusualError:
        return None
    return Shapes(exact, _loosened(exact), size_of(value))


def _loosened(shape: Shape) -> Shape:
    if not isinstance(shape, tuple):
        return _TEXT if isinstance(shape, str) and shape.startswith(_TEXT) else shape
    if shape[0] == _LIST:
        return _LIST, frozenset(map(_loosened, shape[1:]))
    return shape[0], tuple(map(_loosened, shape[1]))


class Validator(Protocol):
    """Looks at the values in a configuration."""

    def is_valid(self, instance: Any) -> bool:
        """Return whether there is nothing to find."""


class KnownShapes:
    """The shapes that were found to be in order, each with what is left to be looked at.

    Bounded, and what is left out costs time only.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, Shape], Validator] = {}
        self._met: set[int] = set()

    def get(self, schema: int, shapes: Shapes, most_alike: int) -> Validator | None:
        """Return what looks at the values of a shape that is in order for a schema's number.

        Args:
            schema: the number.
            shapes: the shape.
            most_alike: up to which size the loose one will do.
        """
        return self._known.get(self._key(schema, shapes, most_alike))

    def is_met_again(self, schema: int) -> bool:
        """Return whether this was asked of the schema with this number before."""
        met = schema in self._met
        self._met.add(schema)
        return met

    def add(self, schema: int, shapes: Shapes, most_alike: int, validator: Validator) -> None:
        """Remember that a shape is in order for the schema of this number."""
        if len(self._known) < _MOST_SHAPES:
            self._known[self._key(schema, shapes, most_alike)] = validator

    @staticmethod
    def _key(schema: int, shapes: Shapes, most_alike: int) -> tuple[int, Shape]:
        return schema, shapes.loose if shapes.size <= most_alike else shapes.exact
