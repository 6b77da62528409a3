"""JSON as PostgreSQL stores it: taken exactly or not at all, or to be shown."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from pydantic_core import from_json

_LARGEST: Final = 2**53 - 1
_MOST_DIGITS: Final = 16


class InexactNumberError(ValueError):
    """A number that loses digits where JSON is read, as most programs read it."""


def stored_value(text: str) -> Any:
    """Return a stored JSON value; ``1.0`` stays a float and ``1`` an integer.

    A float that PostgreSQL wrote out in full (1e300, with all its zeros) is the float again.

    Raises:
        InexactNumberError: it holds a number that cannot be read without loss.
        RecursionError: it is nested too deep for any reader.
    """
    return json.loads(text, parse_int=_integer, parse_float=_float)


def shown_value(text: str | None) -> Any:
    """Return a stored configuration, to be compared and shown.

    One that no reader takes is described, not shown.
    """
    if text is None:
        return None
    with suppress(ValueError):
        return from_json(text)
    try:
        # Slower, and takes some that the other does not: half of a surrogate pair, deep nesting.
        return json.loads(text)
    except (ValueError, RecursionError):
        return f"(cannot be shown: {len(text)} characters of JSON beyond what can be read)"


def _integer(text: str) -> int | float:
    if len(text.lstrip("-")) <= _MOST_DIGITS and abs(value := int(text)) <= _LARGEST:
        return value
    return _float(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value) or Decimal(text) != Decimal(repr(value)):
        raise InexactNumberError
    return value
