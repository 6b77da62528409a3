"""The core schema of YAML 1.2: what an unquoted scalar means, and what the core tags ask of one.

It knows texts and values only, and nothing of files, events or places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"

MAX_INTEGER: Final = 2**53 - 1
SPECIAL_STARTS: Final = frozenset(["", *"-+.0123456789~nNtTfF"])
"""How a plain scalar begins (its first character, or nothing) that may be no string."""

CONSTANTS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""The plain scalars that stand for null and the booleans."""
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS = 16


class NumberRefusedError(ValueError):
    """A number that JSON cannot hold exactly; its text says why, and never holds the number."""


class TagMismatchError(ValueError):
    """A scalar that is not written as its tag asks."""


def resolve(text: str) -> Scalar:
    """Return what the plain scalar ``text`` means.

    Raises:
        NumberRefusedError: it is infinite, not a number, or beyond ±(2^53-1).
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    if len(text) < _MAX_DIGITS and text.isdecimal() and text.isascii():
        return int(text)
    if _DECIMAL.fullmatch(text) or _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        return _float(text)
    return text


def _integer(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    negative = text.startswith("-")
    digits = (text[2:] if base != 10 else text.lstrip("+-")).lstrip("0") or "0"  # noqa: PLR2004
    # Counted before it is converted: Python refuses to convert very long texts at all.
    too_long = len(digits) > (_MAX_DIGITS if base != 8 else 18)  # noqa: PLR2004
    if too_long or (value := int(digits, base)) > MAX_INTEGER:
        raise NumberRefusedError("an integer beyond ±(2^53-1) loses digits in JSON")
    return -value if negative else value


def _float(text: str) -> float:
    if _NOT_FINITE.fullmatch(text):
        raise NumberRefusedError("infinity and not-a-number do not exist in JSON")
    value = float(text)
    if math.isinf(value):
        raise NumberRefusedError("it is too large and would become infinity")
    return value


def _tagged_null(text: str) -> None:
    if text not in CONSTANTS or CONSTANTS[text] is not None:
        raise TagMismatchError


def _tagged_bool(text: str) -> bool:
    value = CONSTANTS.get(text)
    if not isinstance(value, bool):
        raise TagMismatchError
    return value


def _tagged_int(text: str) -> int:
    value = resolve(text)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TagMismatchError
    return value


def _tagged_float(text: str) -> float:
    if not (_FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text)):
        raise TagMismatchError
    return _float(text)


SCALAR_TAGS: Final[dict[str, Callable[[str], Scalar]]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": _tagged_null,
    "tag:yaml.org,2002:bool": _tagged_bool,
    "tag:yaml.org,2002:int": _tagged_int,
    "tag:yaml.org,2002:float": _tagged_float,
}
"""Each core tag of scalars with what reads it; that raises the two errors above."""

MAPPING_TAG: Final = "tag:yaml.org,2002:map"
SEQUENCE_TAG: Final = "tag:yaml.org,2002:seq"
CORE_TAGS: Final = frozenset([*SCALAR_TAGS, MAPPING_TAG, SEQUENCE_TAG])
