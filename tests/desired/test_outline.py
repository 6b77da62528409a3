"""The outline of a file: whatever has it is what the plain reader reads, with other scalars."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.desired.yaml.outline import Outline, outline_of
from reconciler.desired.yaml.plain_blocks import read_plain
from reconciler.desired.yaml.plain_scalars import NotPlainError
from reconciler.model.canonical import canonical_json
from tests.desired.test_plain_blocks import DOUBTFUL, VALUES, texts

FILE = """\
version: 3.1.0  # certified
configuration:
  endpoint: https://erp.plant.example:8443/api
  line: "07"
  interval: 300
  factor: 0.50
  retry: {attempts: 3, jitter: true}
  password: {$secret: "vault://machshop/lyon/sap#password"}
  topics: [orders, scrap]
  shifts: [{from: "06:00", crews: [a, b]}, {from: "14:00", crews: []}]
  hours:
  - 06:00
  limits:
    low: -1
reason: As agreed
"""
OPENED = ("configuration", "reason")


def outline(text: str = FILE) -> Outline:
    found = outline_of(text, OPENED)
    assert found is not None
    return found


def with_line(key: str, value: str) -> str:
    """Return the file with another value at one of its keys."""
    return re.sub(rf"(?m)^( *{re.escape(key)}): .*$", lambda line: f"{line[1]}: {value}", FILE)


def said_by_outline(of: str, text: str) -> dict[str, object] | None:
    """Return what a file says if it has the outline of another."""
    known = outline_of(of, OPENED)
    fields = known.fields(text) if known else None
    if known is None or fields is None:
        return None
    return {key: json.loads(known.template(key).filled(fields)) for key in known.example}


def test_a_file_with_a_text_below_a_key_has_no_outline() -> None:
    assert outline_of(FILE + "note: |\n  retries: 5\n", ("configuration", "note")) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("endpoint", "opc.tcp://10.0.0.7:4840"),
        ("endpoint", "10.0.0.7"),
        ("endpoint", "2026-11-30"),
        ("endpoint", "north hall, gate 3"),
        ("endpoint", "truest"),
        ("endpoint", "Denmark"),
        ("line", '"12: #{}"'),
        ("line", '""'),
        ("interval", "-15"),
        ("factor", "12.125"),
        ("retry", "{attempts: 0, jitter: false}"),
        ("password", '{$secret: "env://SAP_PASSWORD"}'),
        ("topics", "[a-b, torque]"),
        ("shifts", '[{from: "a: 1}", crews: [a, q]}, {from: "}", crews: []}]'),
        ("low", "0"),
        ("reason", "Raised by request 7; see#ops"),
    ],
)
def test_a_file_with_another_scalar_of_the_kind_has_the_outline(key: str, value: str) -> None:
    text = with_line(key, value)
    assert said_by_outline(FILE, text) == read_plain(text.encode())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "3.1.1"),
        ("endpoint", "true"),
        ("endpoint", "NULL"),
        ("endpoint", "300"),
        ("endpoint", "1.5e-3"),
        ("endpoint", '"quoted"'),
        ("endpoint", "user:word@host"),
        ("endpoint", "a: b"),
        ("endpoint", "a # b"),
        ("endpoint", "x" * 64),
        ("endpoint", "a\\b"),
        ("line", '"a\\"b"'),
        ("line", "'07'"),
        ("line", f'"{"x" * 64}"'),
        ("interval", "012"),
        ("interval", "3e2"),
        ("interval", "9007199254740993"),
        ("interval", "1.5"),
        ("factor", "1.0"),
        ("factor", ".5"),
        ("factor", "0.00001"),
        ("retry", "{attempts: 3, jitter: yes}"),
        ("retry", "{attempts: 3}"),
        ("password", '{$secret: "no reference"}'),
        ("password", '{$secret: "vault://user@host/x"}'),
        ("topics", "[orders]"),
        ("topics", "[orders, scrap, torque]"),
        ("topics", "[orders, 12]"),
        ("low", "~"),
    ],
)
def test_whatever_is_of_another_kind_has_another_outline(key: str, value: str) -> None:
    assert outline().fields(with_line(key, value)) is None


@pytest.mark.parametrize(
    "text",
    [
        FILE + "more: 1\n",
        FILE.replace("  line:", "   line:"),
        FILE.replace("# certified", "# seen"),
        FILE.replace("\n", "\r\n"),
        FILE.rstrip("\n"),
        "\n" + FILE,
    ],
)
def test_a_file_of_other_lines_has_another_outline(text: str) -> None:
    assert outline().fields(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "x\n", "- a\n", "a: &b 1\n", "a: 1\na: 2\n", "configuration:\n  a: qz0zq\n"],
)
def test_what_is_not_plain_has_no_outline(text: str) -> None:
    assert outline_of(text, OPENED) is None


def test_a_file_of_very_many_scalars_is_not_worth_it() -> None:
    many = "".join(f"  k{number}: {number}\n" for number in range(101))
    assert outline_of("configuration:\n" + many, OPENED) is None


def test_a_line_that_only_looks_alike_is_told_in_time() -> None:
    listed = ", ".join(["word"] * 60)
    known = outline(f"configuration:\n  list: [{listed}]\n")
    assert known.fields(f"configuration:\n  list: [{listed.replace(', ', ' , ', 30)}!\n") is None


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a file, and the same with some values of its lines put in the places of others."""
    body = draw(texts())
    file = "configuration:\n" + "".join(f"  {line}\n" for line in body.split("\n"))
    lines = file.split("\n")
    for place in draw(st.lists(st.integers(1, max(1, len(lines) - 2)), max_size=4)):
        key, colon, value = lines[place].partition(":")
        if colon and value.strip():
            lines[place] = key + colon + draw(st.sampled_from(VALUES + DOUBTFUL))
    return file, "\n".join(lines)


@given(pairs())
def test_what_an_outline_says_is_what_the_plain_reader_reads(files: tuple[str, str]) -> None:
    one, other = files
    known = outline_of(one, OPENED)
    assume(known is not None)
    assert known is not None
    assert known.fields(one) is not None
    for text in files:
        fields = known.fields(text)
        if fields is not None:
            value = read_plain(text.encode())
            assert isinstance(value, dict)
            written = known.template("configuration").filled(fields)
            assert written.encode() == canonical_json(value["configuration"])
    try:
        read_plain(other.encode())
    except NotPlainError:
        assert known.fields(other) is None
