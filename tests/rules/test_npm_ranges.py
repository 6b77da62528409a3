"""npm ranges, held against what node-semver itself answers.

``npm_answers.json`` has ranges of our own, and of a set of versions those that node-semver 7.8.5
says are in each (``satisfies`` and ``validRange``, without options).
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.rules.versions import best, is_valid_range, parse_range, satisfies

ANSWERS: dict[str, Any] = json.loads(
    Path(__file__).with_name("npm_answers.json").read_text(encoding="utf-8")
)
VERSIONS: list[str] = ANSWERS["versions"].split()


@pytest.mark.parametrize(("range_", "expected"), ANSWERS["ranges"].items())
def test_a_range_takes_the_versions_that_npm_takes(range_: str, expected: str) -> None:
    assert is_valid_range(range_)
    assert [version for version in VERSIONS if satisfies(version, range_)] == expected.split()


@pytest.mark.parametrize("text", ANSWERS["no_ranges"])
def test_what_is_no_range_to_npm_is_none_and_takes_no_version(text: str) -> None:
    assert not is_valid_range(text)
    assert not any(satisfies(version, text) for version in VERSIONS)
    with pytest.raises(ValueError, match=r"."):
        parse_range(text)


@pytest.mark.parametrize("text", ["1.2.3*", "*1.2.3", ">=*1.2.3", "^1.2.3\u00a0", "~ > 1.2"])
def test_nonsense_that_npm_happens_to_read_is_refused(text: str) -> None:
    assert not is_valid_range(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("latest", "'latest' is no comparator like ^1.2.3, ~1.2, >=1.2.3 or 1.x"),
        (">=1.0.0, <2", "'>=1.0.0,' is no comparator like ^1.2.3, ~1.2, >=1.2.3 or 1.x"),
        ("x.1.2", "in 'x.1.2' a number stands after an x"),
        ("==1.2.3", "'==1.2.3' has one sign too many before its number"),
        ("9007199254740992", "a number in it is beyond 2^53-1"),
        ("1" * 257, "it is longer than 256 characters"),
        ("y" * 41, f"'{'y' * 40}…' is no comparator like ^1.2.3, ~1.2, >=1.2.3 or 1.x"),
    ],
)
def test_a_range_that_is_refused_has_a_plain_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse_range(text)
    assert str(raised.value) == reason


@pytest.mark.parametrize("version", ["", "1", "1.2", "01.2.3", "1.2.3-01", "latest", "1.2.3 "])
def test_what_is_no_version_is_in_no_range(version: str) -> None:
    assert not satisfies(version, "*")


def test_the_best_version_is_the_highest_in_the_range_as_it_is_written() -> None:
    versions = ["1.9.0", "v1.10.0", "2.0.0-rc.1", "2.0.0", "1.10.0-rc.1"]
    assert best(versions, "^1.2") == "v1.10.0"
    assert best(versions, ">=2.0.0-beta <3") == "2.0.0"
    assert best(versions, "^3") is None
    assert best(versions, "nonsense") is None
    assert best([], "*") is None


SIGNS = st.sampled_from([*"0123456789.-+xXv*^~<>=| a", "||", " - ", "1.2.3", "-rc.1", "\n", "é"])


@given(st.lists(SIGNS, max_size=60).map("".join) | st.text(max_size=300))
def test_no_text_raises_or_is_a_range_that_cannot_be_asked(text: str) -> None:
    satisfies("1.2.3", text)
    assert is_valid_range(text) or not satisfies("1.2.3-rc.1", text)


@pytest.mark.parametrize(
    "unit", ["1", "1.", " ", ">", "v=", "^1 ", "0a", " - ", "||", "1.2.3 ", "-", "x.", "1.2.3-a."]
)
@pytest.mark.parametrize("length", [250, 10_000])
@pytest.mark.parametrize("end", ["", "!", " - 1x"])
def test_no_repetition_keeps_the_parser_busy(unit: str, length: int, end: str) -> None:
    text = (unit * length)[: length - len(end)] + end
    began = time.perf_counter()
    is_valid_range(text)
    assert time.perf_counter() - began < 0.5
