"""JSON Pointer (RFC 6901) for paths into a value."""

from __future__ import annotations

from reconciler.model.document import JsonValue, Path

_ABSENT = object()


def pointer(path: Path) -> str:
    """Return the JSON Pointer of ``path``; the whole value is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


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
