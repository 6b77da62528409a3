"""Values as YAML text: read back, each is the value that it was, by any reader."""

from __future__ import annotations

import json
import re
from typing import Final

from reconciler.desired.yaml.core_schema import NumberRefusedError, resolve
from reconciler.model.document import JsonObject, JsonValue

_LONGEST_PLAIN: Final = 200
# YAML 1.1, which other readers of the file may speak, takes these for truth values.
_TRUTH_VALUES: Final = frozenset(["y", "n", "yes", "no", "on", "off"])
_NOT_PLAIN = re.compile(r": |:$| #|^\s|\s$|^---|^\.\.\.")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}]|: |:$| #|\s$")
_LAST_OF_BASIC_PLANE: Final = 0xFFFF


def block_item(entry: JsonObject, indent: int, line_break: str) -> str:
    """Return a list item in block style: its dash ``indent`` deep, each key on its own line."""
    keys = [f"{scalar(key)}: {flow(value)}" for key, value in entry.items()]
    lines = [f"- {keys[0]}", *(f"  {line}" for line in keys[1:])] if keys else ["- {}"]
    return "".join(f"{' ' * indent}{line}{line_break}" for line in lines)


def flow(value: JsonValue, *, quoted: bool = False) -> str:
    """Return a value on one line; ``quoted`` puts every text in quotes, as JSON does."""
    if isinstance(value, dict):
        parts = (f"{_flow_text(k, quoted)}: {_inner(v, quoted)}" for k, v in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_inner(item, quoted) for item in value)}]"
    if isinstance(value, str):
        return _double_quoted(value) if quoted else scalar(value)
    return json.dumps(value)


def _inner(value: JsonValue, quoted: bool) -> str:  # noqa: FBT001 -- handed down as it is
    return _flow_text(value, quoted) if isinstance(value, str) else flow(value, quoted=quoted)


def _flow_text(text: str, quoted: bool) -> str:  # noqa: FBT001
    plain = not quoted and _is_plain(text) and not _NOT_PLAIN_IN_FLOW.search(text)
    return text if plain else _double_quoted(text)


def scalar(text: str) -> str:
    """Return a text as a scalar in block style: without quotes where nobody takes it otherwise."""
    return text if _is_plain(text) else _double_quoted(text)


def _is_plain(text: str) -> bool:
    return (
        0 < len(text) <= _LONGEST_PLAIN
        and (text[0].isalnum() or text[0] in "$/")
        and text.isprintable()
        and not _NOT_PLAIN.search(text)
        and text.lower() not in _TRUTH_VALUES
        and not _is_number_to_some(text)
    )


def _is_number_to_some(text: str) -> bool:
    """Return whether a reader may take a text for a number, a truth value or null."""
    try:
        if not isinstance(resolve(text), str):
            return True
    except NumberRefusedError:
        return True
    # YAML 1.1 has numbers such as 1_000, 0b1 and 12:30. A time of day with a date is written
    # plainly: the files' own reader takes it for the text that it is. No number has two points.
    one_point = text[0].isdigit() and text.count(".") <= 1
    return one_point and re.fullmatch(r"[0-9a-fA-FxobeE_:.+]+", text) is not None


def _double_quoted(text: str) -> str:
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_BASIC_PLANE else f"\\U{code:08x}"
