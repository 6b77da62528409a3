"""The two changes to a file: append an entry to a list, and replace one value.

Nothing is written here. A change is tried in one or two forms, and each is read again: what is
returned reads as the old value with the change in it, and else nothing is returned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from reconciler.desired.editing.forms import Edit, appending_forms, replacing_forms
from reconciler.desired.editing.spans import TextMap, line_break_of
from reconciler.desired.editing.writing import flow
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import JsonObject, JsonValue, Path
from reconciler.model.errors import ReconcilerError
from reconciler.model.pointer import contains, pointer

_BOM = b"\xef\xbb\xbf"


def with_appended(path: str, data: bytes, key: str, entry: JsonObject) -> bytes:
    """Return a file in which ``entry`` is the last of the list at ``key``.

    Args:
        path: the file's path, for messages.
        data: the file's content; a mapping, or nothing.
        key: a key of the file's mapping, which need not be there yet.
        entry: what is appended.

    Raises:
        ReconcilerError: the file is written in a way that this does not know.
    """
    by_hand = f"Add to `{key}:` by hand: - {flow(entry)}"
    value = _value(path, data, by_hand)
    before = {} if value is None else value
    listed = before.get(key) if isinstance(before, dict) else None
    if not isinstance(before, dict) or not isinstance(listed, list | None):
        raise _refused(path, by_hand)
    expected = {**before, key: [*(listed or []), entry]}
    forms = appending_forms(TextMap(data), key, entry)
    return _first_that_holds(path, data, forms, expected, by_hand)


def with_replaced(path: str, data: bytes, at: Path, new: JsonValue) -> bytes:
    """Return a file in which the scalar value at ``at`` is ``new``.

    Raises:
        ReconcilerError: there is no scalar, or it is written in a way that this does not know.
    """
    by_hand = f"Write at {pointer(at)} by hand: {flow(new)}"
    expected = deepcopy(_value(path, data, by_hand))
    if not at or not contains(expected, at):
        raise _refused(path, by_hand)
    holder: Any = expected
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = new
    return _first_that_holds(path, data, replacing_forms(TextMap(data), at, new), expected, by_hand)


def _value(path: str, data: bytes, by_hand: str) -> JsonValue:
    document = read_yaml(path, data).document
    if document is None:
        raise _refused(path, by_hand)
    return document.value


def _first_that_holds(
    path: str, data: bytes, forms: Iterable[list[Edit]], expected: JsonValue, by_hand: str
) -> bytes:
    findings = len(read_yaml(path, data).diagnostics)
    for edits in forms:
        edited = _edited(data, edits)
        reading = read_yaml(path, edited)
        if reading.document is None or len(reading.diagnostics) != findings:
            continue
        # As text, since to Python 1, 1.0 and true are the same; the order of keys counts, too.
        if json.dumps(reading.document.value) == json.dumps(expected):
            return edited
    raise _refused(path, by_hand)


def _edited(data: bytes, edits: list[Edit]) -> bytes:
    mark = _BOM if data.startswith(_BOM) else b""
    text = data.removeprefix(_BOM).decode()
    length = len(text)
    if text and edits[-1].start > length:  # the last line has no line break of its own
        text += line_break_of(text)
    for edit in reversed(edits):
        if edit.start > length:
            text += edit.text
        else:
            text = text[: edit.start] + edit.text + text[edit.end :]
    return mark + text.encode()


def _refused(path: str, by_hand: str) -> ReconcilerError:
    return ReconcilerError(
        f"{path} is written in a way that cannot be edited safely; nothing was written", by_hand
    )
