"""The grammar of YAML 1.2 by itself: held against the public suite, and against libyaml."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from yaml import CBaseLoader, YAMLError
from yaml.events import Event, NodeEvent

from reconciler.desired.yaml import grammar
from reconciler.desired.yaml.findings import Findings
from reconciler.desired.yaml.grammar.cursor import GrammarError
from reconciler.desired.yaml.grammar.parser import GrammarEvents
from reconciler.desired.yaml.source import YamlSource
from reconciler.desired.yaml.strictness import check_strictness
from tests.support.yaml_events import written
from tests.support.yaml_suite import suite

FRAGMENTS = [
    *("a: b\n", "- ", "? ", ": ", "k:", "\n", "\n\n", "\r\n", "  ", " ", "\t", "#", " #c\n"),
    *("---\n", "...\n", "[", "]", "{", "}", ",", ", ", "|\n", ">-\n", "|2\n", "&a ", "*a", "*a : "),
    *("!!str ", "!x ", "! ", "<<", '"', "'", '"a" : ', "1", "-", ":", "?", "a", "a b", "b\n "),
    *("\n  ", "\n- ", "\\", "\\n", "[a]: ", "%TAG ! x\n", "é", "😀"),
]
MIXTURES = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)
CASES = [case.yaml.decode() for case in suite() if len(case.yaml) < 300]
THOROUGH = settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def changed_cases(draw: st.DrawFn) -> str:
    """A document of the suite into which something was put, or of which something was taken."""
    text = draw(st.sampled_from(CASES))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 5)))
    put = draw(st.sampled_from(FRAGMENTS) | st.just(""))
    return text[:start] + put + text[end:]


def events_of(text: str) -> list[Event]:
    return list(GrammarEvents(text))


def libyaml_events(text: str) -> list[Event] | None:
    """Return what libyaml reads; None where it or the check of what it takes refuses the text."""
    try:
        events: list[Event] = list(iter(CBaseLoader(text.encode()).get_event, None))
    except YAMLError:
        return None
    findings = Findings("f.yaml")
    check_strictness(YamlSource(text.encode(), is_json=False), findings, suspected=True)
    return None if findings.diagnostics else events


def place(event: Event) -> tuple[int, int, int]:
    mark = event.start_mark
    assert mark is not None
    return mark.line, mark.column, mark.index


def told_apart(events: list[Event]) -> list[object]:
    """Return of each event all that the reader looks at."""
    lines = written(events)
    return [
        (line, place(event), getattr(event, "implicit", None))
        if isinstance(event, NodeEvent)
        else line
        for line, event in zip(lines, events, strict=True)
    ]


def test_every_valid_document_of_the_suite_has_the_events_that_it_says() -> None:
    valid = [case for case in suite() if case.valid]
    wrong = [
        case.id
        for case in valid
        if tuple(written(GrammarEvents(case.yaml.decode()))) != case.events
    ]
    assert (wrong, len(valid)) == ([], 308)


def test_every_invalid_document_of_the_suite_is_refused() -> None:
    invalid = [case for case in suite() if not case.valid]
    taken = []
    for case in invalid:
        try:
            events_of(case.yaml.decode())
        except GrammarError:
            continue
        taken.append(case.id)
    assert (taken, len(invalid)) == ([], 94)


@pytest.mark.parametrize("line_break", ["\r\n", "\r"])
def test_line_breaks_of_every_kind_mean_the_same(line_break: str) -> None:
    for case in suite():
        text = case.yaml.decode()
        if case.valid and "\r" not in text:
            got = tuple(written(GrammarEvents(text.replace("\n", line_break))))
            assert got == case.events, case.id


TAKEN_TOO_LIGHTLY = (
    "a lone '-' cannot be a value",
    "a space must follow the tag before this",
    "this tag has no name",
)
"""What libyaml takes and YAML 1.2 forbids, and the builder refuses: a '-', and '!' in a tag."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&a\n[b]\n", ["+SEQ [] &a", "=VAL :b", "-SEQ"]),
        ("&a\n[b,\nc]\n", ["+SEQ [] &a", "=VAL :b", "=VAL :c", "-SEQ"]),
        ("!x\n&a\n{}\n", ["+MAP {} &a <!x>", "-MAP"]),
        ("&a\n&b []: c\n", ["+MAP &a", "+SEQ [] &b", "-SEQ", "=VAL :c", "-MAP"]),
        ("{? : a}", ["+MAP {}", "=VAL :", "=VAL :a", "-MAP"]),
        (
            "[? a, ?\n b : c]",
            [
                "+SEQ []",
                "+MAP {}",
                "=VAL :a",
                "=VAL :",
                "-MAP",
                "+MAP {}",
                "=VAL :b",
                "=VAL :c",
                "-MAP",
                "-SEQ",
            ],
        ),
        ("--- |2\n  a\n", ["=VAL |a\\n"]),
    ],
)
def test_it_gives_these_events(text: str, expected: list[str]) -> None:
    assert list(written(events_of(text)))[2:-2] == expected


@pytest.mark.parametrize(
    ("text", "index", "problem"),
    [
        ("&a\n&b [c]\n", 9, "a second anchor for one value"),
        ("&a\n*b\n", 5, "an alias can have no anchor or tag of its own"),
        ("- &a *b\n", 5, "an alias can have no anchor or tag of its own"),
        ("[&a *b]\n", 4, "an alias can have no anchor or tag of its own"),
        ("[a]#b\n", 3, "a comment begins with '#' after a space"),
        ("[[a]#b]\n", 4, "a comment begins with '#' after a space"),
        ("%YAML 2.0\n---\n", 0, "this version of YAML is not known"),
        ("%TAG ! a\n%TAG ! b\n---\n", 9, "what this %TAG line says was said before"),
        ("%TAG ! [\n---\n", 0, "no tag can begin as this %TAG line says"),
        ("- &\n", 2, "'&' begins an anchor, and no name follows it"),
        ("- * a\n", 2, "'*' begins an alias, and no name follows it"),
        ("- !<!> a\n", 2, "this tag has no name"),
        ("- !! a\n", 2, "this tag has no name"),
        ("- !a! b\n", 2, "no %TAG line says what the begin of this tag stands for"),
        ("- !a%ff b\n", 7, "the escapes in the tag before this are no text"),
        ('- "a\\ud800"\n', 4, "this escape stands for no character by itself"),
        ('- "a\\U00110000"\n', 4, "this escape stands for no character by itself"),
        ("- a\x07\n", 3, "this is a control character"),
        ("a: b\n\t\n b\n", 8, "this line is indented further"),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, index: int, problem: str) -> None:
    with pytest.raises(GrammarError) as raised:
        events_of(text)
    assert str(raised.value).startswith(problem)
    assert raised.value.index == index


@THOROUGH
@given(MIXTURES | changed_cases())
@example("&a\n!!str b: c\n")
@example("&m\n&k [a]: b\n")
@example("? a\n? b\n!!str :\n")
def test_it_agrees_with_libyaml_where_that_reads_yaml_1_2(text: str) -> None:
    theirs = libyaml_events(text if text.endswith(("\n", "\r")) else text + "\n")
    if theirs is None or "%" in text:
        return
    try:
        ours = events_of(text)
    except GrammarError as error:
        assert str(error) in TAKEN_TOO_LIGHTLY
        return
    assert told_apart(ours) == told_apart(theirs)


@THOROUGH
@given(MIXTURES | changed_cases() | st.text(max_size=60))
@example("[" * 2000)
@example("- " * 2000)
@example("? " * 2000)
@example("&a " * 50)
@example("\t")
def test_it_raises_its_one_error_only_and_within_the_text(text: str) -> None:
    try:
        events = events_of(text)
    except GrammarError as error:
        assert 0 <= error.index <= len(text) + 1
        assert str(error)
        assert error.remedy
        return
    places = [place(event) for event in events if isinstance(event, NodeEvent)]
    assert all(0 <= index <= len(text) + 1 for _, _, index in places)
    assert all(earlier[2] <= later[2] for earlier, later in pairwise(places))


@pytest.mark.parametrize("text", ["[" * 30_000 + "]" * 30_000, "- " * 30_000, "? " * 30_000])
def test_no_nesting_is_too_deep_for_it(text: str) -> None:
    assert len(events_of(text)) > 60_000


def test_no_pattern_has_a_possessive_group() -> None:
    """Python before 3.11.5 matches a group wrongly that is possessive and gives back inside."""
    folder = Path(grammar.__file__).parent
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(folder.glob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\)(?:[*+?]|\{[^}]*\})\+", line)
    ]
    assert found == []
