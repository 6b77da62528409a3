"""A whole file as YAML text in block style, as a person would write it.

Keys stand in the order of the mapping. Read back, each value is the value that it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.desired.editing.writing import flow, scalar
from reconciler.model.document import JsonObject, JsonValue

_LONGEST_LIST: Final = 80
# YAML takes no longer one for a key unless a "?" says so; quotes and escapes count.
_LONGEST_KEY: Final = 1000
_STEP: Final = 2
_STAND_INS: Final = frozenset(["$secret", "$encrypted"])


def block_document(value: JsonObject) -> str:
    """Return a mapping as the text of a file; an empty one is ``{}``."""
    return "".join(f"{line}\n" for line in (_lines(value, 0) if value else ["{}"]))


def _lines(value: JsonValue, indent: int) -> Iterator[str]:
    """Yield the lines of a mapping or list that holds something."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _entry(_lead(scalar(key), " " * indent), child, indent)
    elif isinstance(value, list):
        for item in value:
            yield from _item(item, indent)


def _lead(name: str, pad: str) -> str:
    return f"{pad}{name}:" if len(name) <= _LONGEST_KEY else f"{pad}? {name}\n{pad}:"


def _entry(lead: str, value: JsonValue, indent: int) -> Iterator[str]:
    if isinstance(value, str) and _is_literal(value):
        yield from _literal(lead, value, indent)
    elif _fits_one_line(value):
        yield f"{lead} {flow(value)}"
    else:
        yield lead
        yield from _lines(value, indent + _STEP)


def _item(value: JsonValue, indent: int) -> Iterator[str]:
    dash = f"{' ' * indent}-"
    if (isinstance(value, str) and _is_literal(value)) or _fits_one_line(value):
        yield from _entry(dash, value, indent)
        return
    inner = _lines(value, indent + _STEP)
    yield f"{dash} {next(inner)[indent + _STEP :]}"
    yield from inner


def _fits_one_line(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return not value or (len(value) == 1 and _STAND_INS.issuperset(value) and _is_flat(value))
    if isinstance(value, list):
        return not value or (
            not any(isinstance(item, dict | list) or _is_long(item) for item in value)
            and len(flow(value)) <= _LONGEST_LIST
        )
    return True


def _is_flat(value: JsonObject) -> bool:
    return all(isinstance(held, str) for held in value.values())


def _is_long(value: JsonValue) -> bool:
    return isinstance(value, str) and "\n" in value


def _is_literal(text: str) -> bool:
    """Return whether a text of several lines may stand as it is, after ``|``."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    return (
        len(lines) > 1
        and lines[0][:1] not in ("", " ")
        and lines[-1] != ""
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def _literal(lead: str, text: str, indent: int) -> Iterator[str]:
    yield f"{lead} |" if text.endswith("\n") else f"{lead} |-"
    for line in text.removesuffix("\n").split("\n"):
        yield f"{' ' * (indent + _STEP)}{line}" if line else ""
