"""The model of the runner's parsers takes for a command what the runner does."""

from __future__ import annotations

import pytest

from tests.support.workflow_runner import Command, commands_in


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::boo", Command("error", "boo")),
        ("  ::add-mask::x::y", Command("add-mask", "x::y")),
        ("::STOP-commands::x", Command("stop-commands", "x")),
        (
            "::warning file=a%2Cb,line=1,col=::100%25%0Aof it",
            Command("warning", "100%\nof it", {"file": "a,b", "line": "1"}),
        ),
        ("::notice title=%250A::x", Command("notice", "x", {"title": "%0A"})),
        ("see ##[add-mask]x", Command("add-mask", "x")),
        ("a ##[set-output name=b]c", Command("set-output", "c")),
    ],
)
def test_a_command_is_read(line: str, expected: Command) -> None:
    assert commands_in(f"before\n{line}\rafter") == [expected]


@pytest.mark.parametrize(
    "line",
    ["a ::error::b", "::error", "::unknown::b", ": :error::b", "##[unknown]b", "# #[error]b"],
)
def test_what_is_no_command_is_not_read(line: str) -> None:
    assert commands_in(line) == []
