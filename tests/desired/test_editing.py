"""An entry is appended, or a value replaced, and every other character of the file stays."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.desired.editing.edit import with_appended, with_replaced
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import Path
from reconciler.model.errors import ReconcilerError

ENTRY: Any = {"aspect": "transfer", "signedAt": "2026-11-20T10:00:00Z", "notes": "Checked: all"}
BLOCK = """\
signoffs:
  - aspect: transfer
    signedAt: 2026-11-20T10:00:00Z
    notes: "Checked: all"
"""
LINES = BLOCK.partition("\n")[2]
INDENTLESS = LINES.replace("\n  ", "\n").removeprefix("  ")
FLOW = '{aspect: transfer, signedAt: 2026-11-20T10:00:00Z, notes: "Checked: all"}'
JSON = '{"aspect": "transfer", "signedAt": "2026-11-20T10:00:00Z", "notes": "Checked: all"}'
SECRET: Any = {"$encrypted": "age:YWJj"}
WRITTEN = "{$encrypted: age:YWJj}"


def appended(text: str) -> str:
    return with_appended("f.yaml", text.encode(), "signoffs", ENTRY).decode()


def replaced(text: str, *at: str | int) -> str:
    return with_replaced("f.yaml", text.encode(), at, SECRET).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", BLOCK),
        ("# nothing yet\n", f"# nothing yet\n{BLOCK}"),
        ("version: 1.0.0\n", f"version: 1.0.0\n{BLOCK}"),
        ("version: 1.0.0", f"version: 1.0.0\n{BLOCK}"),
        ("a: 1\n# the end\n", f"a: 1\n# the end\n{BLOCK}"),
        ("a:\n  b: 1\n  # of a\n", f"a:\n  b: 1\n  # of a\n{BLOCK}"),
        ("a: 1\n\n\n", f"a: 1\n{BLOCK}\n\n"),
        ("--- # one\na: 1\n... # end\n", f"--- # one\na: 1\n{BLOCK}... # end\n"),
        ("reason: |+\n  kept\n\n\n", f"reason: |+\n  kept\n\n\n{BLOCK}"),
        ("reason: |\n  clipped\n\n", f"reason: |\n  clipped\n{BLOCK}\n"),
        ("reason: two\n  lines", f"reason: two\n  lines\n{BLOCK}"),
        ("\ufeffa: 1\n", f"\ufeffa: 1\n{BLOCK}"),
        ("a: &x {b: 1}\nc: *x\n", f"a: &x {{b: 1}}\nc: *x\n{BLOCK}"),
        ("é: 😀\n", f"é: 😀\n{BLOCK}"),
    ],
)
def test_the_key_is_added_at_the_end_where_it_is_missing(before: str, after: str) -> None:
    assert appended(before) == after


def test_a_whole_file_that_is_indented_gets_its_lines_as_deep() -> None:
    deep = "".join(f"   {line}\n" for line in BLOCK.splitlines())
    assert appended("   a: 1\n") == f"   a: 1\n{deep}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("signoffs: []\nz: 1\n", f"{BLOCK}z: 1\n"),
        ("signoffs: [ ] # none\n", f"signoffs: # none\n{LINES}"),
        ("signoffs:\nz: 1\n", f"{BLOCK}z: 1\n"),
        ("signoffs:", BLOCK),
        ("signoffs: # none\nz: 1\n", f"signoffs: # none\n{LINES}z: 1\n"),
        ("signoffs: null\nz: 1\n", f"{BLOCK}z: 1\n"),
        ("'signoffs' : ~ # none\n", f"'signoffs' : # none\n{LINES}"),
        ("signoffs: [ # none\n ]\n", f"signoffs: [{FLOW} # none\n ]\n"),
        ("signoffs:\n  []\n", f"signoffs:\n  [{FLOW}]\n"),
        ("signoffs: &none []\n", f"signoffs: &none [{FLOW}]\n"),
        ("signoffs: !!seq []\n", f"signoffs: !!seq [{FLOW}]\n"),
        ("{signoffs: , z: 1}\n", f"{{signoffs:  [{FLOW}], z: 1}}\n"),
    ],
)
def test_what_holds_no_entry_becomes_a_list_of_one(before: str, after: str) -> None:
    assert appended(before) == after


@pytest.mark.parametrize(
    ("before", "rest"),
    [
        ("signoffs:\n  - aspect: a\n", ""),
        ("signoffs:\n  - aspect: a", ""),
        ("signoffs: # all\n  - aspect: a # one\n", "  # two is to come\nz: 1\n"),
        ("signoffs:\n  - aspect: a\n", "\n\nz: 1\n"),
        ("signoffs:\n  - {aspect: a}\n", "z: 1\n"),
        ("signoffs:\n  - &one\n    aspect: a\n  - *one\n", "z: 1\n"),
        ("signoffs:\n  - # first - of all\n    aspect: a\n", "z: 1\n"),
        ("signoffs:\n  - notes: |\n      text\n", "\nz: 1\n"),
        ("signoffs:\n  - notes: |+\n      text\n\n\n", "# next\nz: 1\n"),
        ("signoffs:\n  - notes: >-\n      text\n", "\n...\n"),
        ("signoffs:\n  - notes: 'two\n      lines' # said\n", "z: 1\n"),
        ("signoffs:\n  - aspect: a\n    notes:\n", "z: 1\n"),
        ("? signoffs\n: - aspect: a\n", "? z\n: 1\n"),
    ],
)
def test_an_entry_follows_the_last_of_a_block_list(before: str, rest: str) -> None:
    ended = before if before.endswith("\n") else f"{before}\n"
    assert appended(before + rest) == ended + LINES + rest


@pytest.mark.parametrize("indent", [0, 1, 4, 8])
def test_an_entry_stands_as_deep_as_the_others(indent: int) -> None:
    before = f"signoffs:\n{' ' * indent}- aspect: a\n{' ' * indent}- aspect: b\n"
    lines = "".join(f"{' ' * indent}{line}\n" for line in INDENTLESS.splitlines())
    assert appended(f"{before}z: 1\n") == f"{before}{lines}z: 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("signoffs: [{aspect: a}] # c\n", f"signoffs: [{{aspect: a}}, {FLOW}] # c\n"),
        ("signoffs: [{aspect: a},]\n", f"signoffs: [{{aspect: a}}, {FLOW}]\n"),
        (
            "signoffs: [\n  {aspect: a}, # one\n  ]\n",
            f"signoffs: [\n  {{aspect: a}}, # one\n  {FLOW}\n  ]\n",
        ),
        (
            "signoffs: [\n  {aspect: a} # one\n  ]\n",
            f"signoffs: [\n  {{aspect: a}}, # one\n  {FLOW}\n  ]\n",
        ),
        (
            "signoffs: [\n  {aspect: a}]\n",
            f"signoffs: [\n  {{aspect: a}},\n  {FLOW}]\n",
        ),
        ("{a: 1}", f"{{a: 1, signoffs: [{FLOW}]}}"),
        ("{}", f"{{signoffs: [{FLOW}]}}"),
        ("{a: 1,}\n", f"{{a: 1, signoffs: [{FLOW}]}}\n"),
        ('{"a": 1}\n', f'{{"a": 1, "signoffs": [{JSON}]}}\n'),
        (
            '{\n "a": {\n  "b": 1\n }\n}\n',
            f'{{\n "a": {{\n  "b": 1\n }},\n "signoffs": [{JSON}]\n}}\n',
        ),
        ('{"signoffs": []}\n', f'{{"signoffs": [{JSON}]}}\n'),
    ],
)
def test_an_entry_is_put_into_a_flow_collection_as_the_others_are(before: str, after: str) -> None:
    if after.endswith(",]\n"):
        after = after.replace(",]", "]")
    assert appended(before) == after


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_new_lines_end_as_the_others_do(line_break: str) -> None:
    for before in ("a: 1\nsignoffs:\n  - b: 1\nz: 1\n", "a: 1\nsignoffs: []", "a: 1\nb: 2"):
        expected = appended(before).replace("\n", line_break)
        assert appended(before.replace("\n", line_break)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "signoffs: &a\n  - b: 1\nagain: *a\n",
        "first: &a\n  - b: 1\nsignoffs: *a\n",
        "signoffs: text\n",
        "signoffs: {a: 1}\n",
        "- a\n",
        "text\n",
        "signoffs: [\n",
        "a: 1\na: 2\n",
        "a: 1\n#" + "-" * (1024 * 1024 - 20) + "\n",
    ],
    ids=lambda text: text[:24],
)
def test_a_file_that_cannot_be_edited_safely_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ReconcilerError) as refused:
        appended(text)
    assert "f.yaml" in refused.value.message
    assert refused.value.hint == f"Add to `signoffs:` by hand: - {FLOW}"


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ("p: plain # c\nz: 1\n", f"p: {WRITTEN} # c\nz: 1\n", ("p",)),
        ("p: 'quo''ted'", f"p: {WRITTEN}", ("p",)),
        ('p: "two\n  lines" # c\n', f"p: {WRITTEN} # c\n", ("p",)),
        ("p: two\n  lines\nz: 1\n", f"p: {WRITTEN}\nz: 1\n", ("p",)),
        ("p: |  # c\n  a\n\n  b\n\nz: 1\n", f"p: {WRITTEN} # c\n\nz: 1\n", ("p",)),
        ("p: >-\n  a\n", f"p: {WRITTEN}\n", ("p",)),
        ("p: !!str plain\n", f"p: {WRITTEN}\n", ("p",)),
        ("p: &unused plain\n", f"p: {WRITTEN}\n", ("p",)),
        ("p: {q: [a, b], r: c}\n", f"p: {{q: [a, {WRITTEN}], r: c}}\n", ("p", "q", 1)),
        ("p:\n  - a\n  - q: b # c\n", f"p:\n  - a\n  - q: {WRITTEN} # c\n", ("p", 1, "q")),
        ('{"p": "a"}', '{"p": {"$encrypted": "age:YWJj"}}', ("p",)),
        ("p: a\r\nz: 1\r\n", f"p: {WRITTEN}\r\nz: 1\r\n", ("p",)),
        ("\ufeffp: é\n", f"\ufeffp: {WRITTEN}\n", ("p",)),
    ],
)
def test_a_value_is_replaced_where_it_stands(before: str, after: str, at: Path) -> None:
    assert replaced(before, *at) == after


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("p: &a hunter2\nq: *a\n", ("p",)),
        ("p: &a hunter2\nq: *a\n", ("q", "r")),
        ("p: &a {s: hunter2}\nq: *a\n", ("q", "s")),
        ("p: {s: hunter2}\n", ("p",)),
        ("p: hunter2\n", ("absent",)),
        ("p: hunter2\n", ()),
    ],
)
def test_a_value_that_cannot_be_replaced_alone_is_refused_and_not_repeated(
    text: str, at: Path
) -> None:
    with pytest.raises(ReconcilerError) as refused:
        replaced(text, *at)
    assert refused.value.hint
    assert refused.value.hint.endswith(f"by hand: {WRITTEN}")
    assert "hunter2" not in refused.value.message + refused.value.hint


def test_the_alias_itself_is_replaced_where_it_is_named() -> None:
    assert replaced("p: &a x\nq: *a\n", "q") == f"p: &a x\nq: {WRITTEN}\n"


def test_texts_are_written_so_that_every_reader_takes_them_for_texts() -> None:
    texts = ["no", "on", "null", "12:30", "1_000", "0x1F", "1e3", "-", "", " a", "a ", "a: b"]
    texts += ["a #b", "# a", "*a", "&a", "!a", "{a}", "[a]", "a\nb", "a\tb", "\u202eb", "\x85", "'"]
    entry: Any = {f"k{number}": text for number, text in enumerate(texts)}
    written = with_appended("f.yaml", b"", "signoffs", entry).decode()
    document = read_yaml("f.yaml", written.encode()).document
    assert document is not None
    assert document.value == {"signoffs": [entry]}
    lines = written.splitlines()[1:]
    assert len(lines) == len(texts)
    assert all(line.rstrip().endswith('"') for line in lines)
    assert written.replace("\n", "").isprintable()
