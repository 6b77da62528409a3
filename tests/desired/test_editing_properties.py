"""What holds for every extension file: the old value and the change, and every old line."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.desired.editing.edit import with_appended, with_replaced
from reconciler.desired.editing.spans import TextMap
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import JsonValue, Path
from reconciler.model.errors import ReconcilerError
from tests.desired.test_yaml_properties import STRINGS, VALUES, CoreDumper

THOROUGH = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
TWO_READINGS = re.compile("[\x85\u2028\u2029\ufeff]")


def _unlike(entry: dict[str, str]) -> bool:
    """Return whether no two keys are alike: of those the reader warns, and no edit may."""
    folded = {unicodedata.normalize("NFC", key).casefold() for key in entry}
    return len(folded) == len(entry)


ENTRIES = st.dictionaries(STRINGS, STRINGS, min_size=1, max_size=5).filter(_unlike)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "version": STRINGS,
        "configuration": st.dictionaries(STRINGS, VALUES, max_size=4),
        "signoffs": st.lists(ENTRIES, max_size=3) | st.none(),
        "reason": STRINGS,
    },
)
_COMMENTS = ("# a comment: 'with' [marks]", "", "  # indented - a: b")


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, Any]:
    """A file's text in one of many layouts, and the value that it holds."""
    value = dict(draw(st.permutations(list(draw(FILES).items()))))
    style = draw(st.sampled_from([None, False, True, "json", "pretty"]))
    if style in ("json", "pretty"):
        text = json.dumps(value, indent=1 if style == "pretty" else None, ensure_ascii=False)
    else:
        indent, width = draw(st.integers(2, 6)), draw(st.sampled_from([20, 1000]))
        dumper = CoreDumper if draw(st.booleans()) else IndentedDumper
        text = yaml.dump(
            value,
            Dumper=dumper,
            default_flow_style=style if isinstance(style, bool) else None,
            indent=indent,
            width=width,
            sort_keys=False,
            allow_unicode=True,
        )
        text = _commented(text, draw(st.integers(0, 3)))
    if draw(st.booleans()):
        text = f"---\n{text}" if not text.endswith("\n") else f"---\n{text}...\n"
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])) + text, value


class IndentedDumper(CoreDumper):
    """Writes the dashes of a list deeper than the key that it belongs to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Never write a list as deep as its key."""
        super().increase_indent(flow, False)


def _commented(text: str, every: int) -> str:
    lines = text.split("\n")
    if every == 0 or any(mark in text for mark in "|>\"'"):
        return text
    return "\n".join(
        f"{_COMMENTS[number % 3]}\n{line}" if number % every == 0 else line
        for number, line in enumerate(lines)
    )


def read(text: bytes) -> JsonValue:
    document = read_yaml("f.yaml", text).document
    assert document is not None
    return document.value


def keeps_lines(old: str, new: str) -> bool:
    """Every old line is there in its order; a bracket line may have grown."""
    rest = iter(new)
    return all(character in rest for character in old)


@THOROUGH
@given(layouts(), ENTRIES)
def test_an_appended_entry_is_all_that_changes(layout: tuple[str, Any], entry: Any) -> None:
    text, value = layout
    data = text.encode()
    assume(read_yaml("f.yaml", data).document is not None)
    assume(read(data) == value)
    try:
        edited = with_appended("f.yaml", data, "signoffs", entry)
    except ReconcilerError:
        # Only what no file can hold, or a value in a place of its own, may be refused.
        assert TWO_READINGS.search(text) or "\0" in json.dumps(entry)
        return
    listed = [*(value.get("signoffs") or []), entry]
    assert json.dumps(read(edited)) == json.dumps({**value, "signoffs": listed})
    replaced_nothing = value.get("signoffs") or "signoffs" not in value
    if replaced_nothing:
        assert keeps_lines(text, edited.decode())


@THOROUGH
@given(layouts(), ENTRIES)
def test_a_block_file_keeps_every_line_it_had(layout: tuple[str, Any], entry: Any) -> None:
    text, value = layout
    assume(value.get("signoffs") or "signoffs" not in value)
    data = text.encode()
    assume(read_yaml("f.yaml", data).document is not None)
    root = TextMap(data).root
    assume(root is not None and not root.style)
    assume("signoffs: [" not in text)
    edited = with_appended("f.yaml", data, "signoffs", entry).decode()
    new = edited.splitlines()
    at = 0
    for line in text.splitlines():
        at = new.index(line, at) + 1
    assert len(new) == len(text.splitlines()) + len(entry) + ("signoffs" not in value)


def texts_in(value: JsonValue, path: Path = ()) -> list[Path]:
    if isinstance(value, dict):
        return [found for key in value for found in texts_in(value[key], (*path, key))]
    if isinstance(value, list):
        return [
            found for index, item in enumerate(value) for found in texts_in(item, (*path, index))
        ]
    return [path] if isinstance(value, str) else []


@THOROUGH
@given(layouts(), st.data())
def test_a_replaced_text_is_all_that_changes(layout: tuple[str, Any], data: st.DataObject) -> None:
    text, value = layout
    assume(read_yaml("f.yaml", text.encode()).document is not None)
    assume(read(text.encode()) == value)
    paths = texts_in(value)
    assume(paths)
    at = data.draw(st.sampled_from(paths))
    new: Any = {"$encrypted": "age:YWJj"}
    edited = with_replaced("f.yaml", text.encode(), at, new)
    expected: Any = json.loads(json.dumps(value))
    holder = expected
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = new
    assert json.dumps(read(edited)) == json.dumps(expected)
