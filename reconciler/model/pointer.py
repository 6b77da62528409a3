"""JSON Pointer (RFC 6901) for paths into a value."""

from __future__ import annotations

import re

from reconciler.model.document import JsonValue, Path

_ABSENT = object()
_INDEX = re.compile(r"0|[1-9][0-9]*")


def pointer(path: Path) -> str:
    """Return the JSON Pointer of ``path``; the whole value is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def path_of(text: str, value: JsonValue) -> Path | None:
    """Return the path that a JSON Pointer leads to in ``value``, or None if it leads nowhere."""
    if not text:
        return ()
    if not text.startswith("/"):
        return None
    path: list[str | int] = []
    part: object = value
    for written in text[1:].split("/"):
        name = written.replace("~1", "/").replace("~0", "~")
        index = isinstance(part, list) and _INDEX.fullmatch(name) is not None
        step: str | int = int(name) if index else name
        part = _child(part, step)
        if part is _ABSENT:
            return None
        path.append(step)
    return tuple(path)


def value_at(value: JsonValue, path: Path) -> JsonValue:
    """Return the part of ``value`` that ``path`` leads to.

    Raises:
        KeyError: it leads nowhere.
    """
    part: object = value
    for step in path:
        part = _child(part, step)
        if part is _ABSENT:
            raise KeyError(pointer(path))
    return part  # type: ignore[return-value]


def _child(value: object, part: str | int) -> object:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return _ABSENT


def contains(value: JsonValue, path: Path) -> bool:
    """Return whether ``path`` leads to a part of ``value``."""
    part: object = value
    for step in path:
        part = _child(part, step)
        if part is _ABSENT:
            return False
    return True
