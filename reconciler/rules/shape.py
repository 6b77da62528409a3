"""The shape of a configuration: its keys and kinds of values, without the values themselves.

Which properties a schema does not name, which values are secrets, and how much work a check is
hangs on nothing else. What was found to be in order once is in order for every configuration of
the same shape, but for the values themselves.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeAlias

from reconciler.model.document import JsonValue
from reconciler.model.sensitivity import (
    ENCRYPTED_KEY,
    REFERENCE_KEY,
    holds_password,
    is_reference,
)
from reconciler.rules.schema_effort import CHARACTERS_A_STEP

Shape: TypeAlias = "str | tuple[Shape, ...]"

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


def shape_if_usual(value: JsonValue) -> Shape | None:
    """Return the shape of a configuration; None of one that has to be looked at by itself."""
    try:
        return shape_of(value)
    except UnusualError:
        return None


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

    def get(self, schema: int, shape: Shape | None) -> Validator | None:
        """Return what looks at the values of a shape that is in order for a schema's number."""
        return None if shape is None else self._known.get((schema, shape))

    def add(self, schema: int, shape: Shape, validator: Validator) -> None:
        """Remember that a shape is in order for the schema of this number."""
        if len(self._known) < _MOST_SHAPES:
            self._known[schema, shape] = validator
