"""The reader of plain files: it says what the whole reader says, or leaves the file to it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.yaml import plain_blocks
from reconciler.desired.yaml.plain_blocks import MOST_BYTES, read_plain
from reconciler.desired.yaml.plain_scalars import NotPlainError
from reconciler.desired.yaml.reader import read_whole, read_yaml
from tests.support.desired_folder import EXAMPLE

PLAIN = """\
---
version: 3.1.0   # what the vendor certified
configuration:
  endpoint: https://erp.plant.example:8443/api#v2
  password: {$secret: vault://machshop/hartford/sap#password}
  lines: [1, two, 3.5]

  hours:
  - 06:00
  - "on"
  retry:
    attempts: 012
    jitter: false
    none:
  note: >-
    Folded to one,
    - as it is: a text
  steps:
    - name: it's
      wait: -1.5e3
    - name: 'quoted # not a comment'
reason: Raise it: no, leave it
"""
VALUES = [
    "", " x", " 1", " 012", " 0o12", " 1e3", " .5", " ~", " Null", " no", " 12:30", " 2026-01-01",
    " 1_000", " a:b", " a #b", " a#b", " #c", " 'q'", ' "q"', " {a: 1}", " [1, x]", " x, y", " -1",
    " {a: 'b'}", ' {$secret: "vault://x/y#z"}',
    ' {a: "b, c: d", b: 1}', " ['x', \"y]\", '']",
    ' {a: "true", b: true}', " {a: '{', b: \"'\"}", " {a: http://x/y}", " x:::y",
    " ^1.0", " [^1, it's]", " Grüße aus Łódź", ' "é"', " {a: 'ß'}", " x  # Straße",
    " +1", " 0x1F", " true", " [true, null, 1.50]", " (x) y  z",
    " {}", " []", " [1,x]", " { a: 1 , b: [ ] }", " ['a','b']", ' {a: "b" , b: c}',
    " {type: array, items: {type: string, enum: [a, b, '']}, maxItems: 3}", " [[1, 2], [x, []]]",
    " [{id: p, providers: [q]}, {id: r}]", ' {a: {b: "}], c: d"}}  # {', " {a: {b: 1}, c: {b: 1}}",
]  # fmt: skip
DOUBTFUL = [
    " ", " -", " - y", " 9007199254740993", " .inf", " a: b", " 'it''s'", ' "a\\tb"', " 'open",
    " {a: 1, a: 2}", " {a: 1, A: 2}", " {a}", " {a: 1,}", " [1,]", " [,1]", " &a x", " *a", " !t x",
    " |", " >-", " @x", " %x", " x ", " a:", " a: ", " {a: b: c}", " [a: b]", " x\u0301",
    " x\ty", " ---",
    " ...", " {true: 1}", " ?x", " -x", " :x", " [- a]", " {a: -}", " [a #b]", " \\",
    ' {a: "b\\n"}', " {a: 'it''s'}", ' {a: "b"c}', ' {"a": b}', " {a: [b}, c]", " {a: {b: c}} d",
    " [a: [b]]", " {a: [b] c}", " {a:[b]}", " [{a: 1, a: 1}]", " {a: {b: 1, B: 2}}", " [[a]",
    " [a] # b]", " {a: {true: 1}}", " {a: [9007199254740993]}", " [a]b", " {a: b}{c: d}",
    " {a: &x [b]}", " [a]]", ' ["a":b]', " [a :b]", " [#a]", " [a ,#b]",
    ' {a: "b", a: "c"}', " {a: 'b}", ' [a "b"]', ' {a: b"c"}', " ['a' #b]",
    " x\u00a0y", " x\u0085y", " 日本",
]  # fmt: skip
KEYS = ["true", "null", "<<", "$secret", "x.y/z", "1", "a ", "? a", "k0", "K1", "'q'", "no", "-"]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a file of lines that are nearly all plain: there two readers could come to differ."""
    lines, depth, deeper = [], 0, 0
    for number in range(draw(st.integers(1, 7))):
        depth = draw(st.integers(0, depth + deeper))
        odd = draw(st.integers(0, 19))
        indent = "  " * depth + (" " if odd == 0 else "")
        dash = draw(st.sampled_from(["", "", "- "])) if deeper or odd == 4 else ""
        key = draw(st.sampled_from(KEYS)) if odd == 1 else f"k{number}"
        value = draw(st.sampled_from(DOUBTFUL if odd == 2 else VALUES))
        deeper = value == ""
        entry = value.strip() if dash and draw(st.booleans()) else f"{key}:{value}"
        lines.append("" if odd == 3 else f"{indent}{dash}{entry}")
    return "\n".join(lines)


def assert_read_alike(data: bytes) -> None:
    """Both readers say the same of a file, or it is left to one of them."""
    try:
        value = read_plain(data)
    except NotPlainError:
        return
    whole = read_whole("x.yaml", data)
    assert whole.diagnostics == ()
    assert whole.document is not None
    assert repr(whole.document.value) == repr(value)


def test_a_plain_file_has_the_value_that_yaml_1_2_gives_it() -> None:
    assert read_plain(PLAIN.replace("it: no", "it; no").encode()) == {
        "version": "3.1.0",
        "configuration": {
            "endpoint": "https://erp.plant.example:8443/api#v2",
            "password": {"$secret": "vault://machshop/hartford/sap#password"},
            "lines": [1, "two", 3.5],
            "hours": ["06:00", "on"],
            "retry": {"attempts": 12, "jitter": False, "none": None},
            "note": "Folded to one, - as it is: a text",
            "steps": [
                {"name": "it's", "wait": -1500.0},
                {"name": "quoted # not a comment"},
            ],
        },
        "reason": "Raise it; no, leave it",
    }


@given(texts(), st.sampled_from(["", "\n", "\n\n"]))
def test_what_is_read_as_plain_is_what_the_whole_reader_reads(text: str, end: str) -> None:
    assert_read_alike((text + end).encode())


@st.composite
def texts_below(draw: st.DrawFn) -> str:
    """Draw a file whose keys mostly have texts below them, of lines that could be anything else."""
    line = st.sampled_from(
        ["one", "a: 1", "- x", "# y", "two  words", "'q", "  more", "", " ", "é "]
    )
    lines = []
    for number in range(draw(st.integers(1, 4))):
        nested, dash = draw(st.booleans()), draw(st.sampled_from(["", "", "- "]))
        if nested or dash:
            lines.append(f"above{number}:")
        indent = "  " * nested
        style = draw(st.sampled_from([">-", "|", ">", "|-", ">-", "|+", "", "x", "> ", ">2"]))
        lines.append(f"{indent}{dash}k{number}: {style}")
        deeper = " " * draw(st.integers(0, 6))
        lines += [deeper + draw(line) for _ in range(draw(st.integers(0, 3)))]
        lines += [""] * draw(st.sampled_from([0, 0, 0, 1, 2]))
    return "\n".join(lines)


@given(texts_below(), st.sampled_from(["", "\n", "\n\n", "\nz: 1\n"]))
def test_a_text_below_its_key_is_read_as_the_whole_reader_reads_it(text: str, end: str) -> None:
    assert_read_alike((text + end).encode())


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_example_state_is_read_alike_by_both(path: Path) -> None:
    data = path.read_bytes()
    read, whole = read_yaml("x.yaml", data).document, read_whole("x.yaml", data).document
    assert read is not None
    assert whole is not None
    assert read.value == whole.value


@given(texts())
def test_the_places_of_a_plain_file_are_those_that_the_whole_reader_gives(text: str) -> None:
    data = text.encode()
    read, whole = read_yaml("x.yaml", data).document, read_whole("x.yaml", data).document
    if read is None or whole is None or not isinstance(read.value, dict):
        return
    for key in read.value:
        assert read.locate((key,)) == whole.locate((key,))
        assert read.locate_key((key,)) == whole.locate_key((key,))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: 1\nA: 2\n",
        "a: b: c\n",
        "true: 1\n",
        "<<: {a: 1}\n",
        "a: 9007199254740993\n",
        "a: &x 1\nb: *x\n",
        "a: |+\n  text\n",
        "a: |2\n  text\n",
        "a: >\n  one\n\n  two\n",
        "a: >\n  one\n   two\n",
        "a: |\n  one \n",
        "a: |\nb: 1\n",
        "a: |\n\n  one\n",
        "a: |\n  one\n \n  two\n",
        "true: |\n  text\n",
        "a: x\n  y\n",
        "- a\n",
        "a\n",
        "",
        "# nothing\n",
        "a: 1\n---\nb: 2\n",
        "a: \u0451\n",
        "a:\tb\n",
        "a: 1\r\n",
        "\ufeffa: 1\n",
        "a: 1\n   b: 2\n",
        f"a: {'[' * 30}{']' * 30}\n",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_whole_reader(text: str) -> None:
    with pytest.raises(NotPlainError):
        read_plain(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        f"k: [{'] #' * 15_000}\x7f",
        f"k: [{' ' * 60_000}\x7f",
        f"k: [a]{' #' * 20_000}\x7f",
        f"k: [{']' * 60_000}\x7f",
        "a: |\n b\n" * 8_000,
    ],
    ids=["comments in brackets", "spaces", "comments", "brackets", "texts"],
)
def test_no_line_is_tried_in_so_many_ways_that_it_takes_long(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotPlainError):
        read_plain(text.encode())
    assert time.process_time() - began < 1


def test_a_large_or_deep_file_is_left_to_the_whole_reader() -> None:
    deep = "".join(f"{' ' * level}a{level}:\n" for level in range(60))
    for text in (deep, "a: " + "x" * MOST_BYTES):
        with pytest.raises(NotPlainError):
            read_plain(text.encode())


def test_nothing_that_was_read_is_altered_by_who_alters_what_was_read_before() -> None:
    data = b"a: {x: 1}\nb: [1, 2]\nc: {d: [{e: 1}]}\n"
    for _ in range(3):
        value = read_plain(data)
        assert value == {"a": {"x": 1}, "b": [1, 2], "c": {"d": [{"e": 1}]}}
        assert isinstance(value, dict)
        held, listed = value["a"], value["b"]
        assert isinstance(held, dict)
        assert isinstance(listed, list)
        held["x"] = 2
        listed.append(3)
        value["c"]["d"][0]["e"] = 2  # type: ignore[index,call-overload]


def test_keys_that_are_spelt_alike_are_left_to_the_whole_reader_whatever_was_read_before() -> None:
    for first, second in (("url", "URL"), ("URL", "url")):
        for _ in range(3):
            assert read_plain(f"{first}: 1\n".encode()) == {first: 1}
            assert read_plain(f"{second}: 1\n".encode()) == {second: 1}
            with pytest.raises(NotPlainError):
                read_plain(f"{first}: 1\nb: 2\n{second}: 3\n".encode())


def test_what_is_known_of_lines_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_blocks, "_MOST_KEPT", 5)
    monkeypatch.setattr(plain_blocks, "_MOST_MET", 7)
    lines = plain_blocks.KNOWN_LINES
    for number in range(50):
        for _ in range(2):
            data = f"key{number}: 1\nURL: 1\nother: [{number}]\n".encode()
            assert read_plain(data) == {f"key{number}": 1, "URL": 1, "other": [number]}
        with pytest.raises(NotPlainError):
            read_plain(b"url: 1\nURL: 1\n")
        assert len(lines) <= 5 + 3
