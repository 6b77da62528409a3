"""Findings as workflow commands: what the runner reads is what was found."""

from __future__ import annotations

from hypothesis import given

from reconciler.model.diagnostic import Acceptance, Diagnostic, Severity
from reconciler.report.diagnostic_view import acceptance, concerned
from reconciler.report.diagnostics_github import (
    LONGEST_MESSAGE,
    SHOWN_OF_A_KIND,
    diagnostics_as_github,
)
from reconciler.report.escaping import printable
from tests.support.findings import PATH, finding, findings
from tests.support.workflow_runner import Command, commands_in

NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def is_summary(command: Command) -> bool:
    return command.properties.get("title") == "reconciler validate"


def tells(shown: str, text: str) -> bool:
    """Return whether a line is the text, made printable, or what a cut left of it."""
    whole = printable(text)
    kept, mark, _ = shown.rpartition("… (")
    return shown == whole or (bool(mark) and len(kept) >= 200 and whole.startswith(kept))


def assert_read(command: Command, found: Diagnostic) -> None:
    place = " ".join(filter(None, (str(found.location), concerned(found))))
    texts = [each for each in (found.message, found.hint, acceptance(found), place) if each]
    assert command.name == NAMES[found.severity]
    assert command.properties == {
        "file": printable(found.location.path),
        "line": str(found.location.line),
        "col": str(found.location.column),
        "title": found.code,
    }
    lines = command.data.split("\n")
    assert all(tells(line, text) for line, text in zip(lines, texts, strict=True))


@given(findings())
def test_the_runner_reads_every_finding_and_no_other_command(found: list[Diagnostic]) -> None:
    text = diagnostics_as_github(found)
    read = commands_in(text)
    assert len(read) == len(text.splitlines()) or not found
    ordered = [each for severity in Severity for each in found if each.severity is severity]
    for command, each in zip(
        [command for command in read if not is_summary(command)], ordered, strict=True
    ):
        assert_read(command, each)
    assert sum(is_summary(each) for each in read) == bool(found)


def test_a_finding_is_an_annotation_at_its_place() -> None:
    found = finding(path="desired-state/sites/köln süd/a,b:c=100%.yaml", site="köln", line=7)
    (first, _) = diagnostics_as_github([found]).splitlines()
    assert first == (
        "::error file=desired-state/sites/köln süd/a%2Cb%3Ac=100%25.yaml,line=7,col=1,"
        "title=unknown-key::key 'profile' is not known%0ADid you mean 'profiles'?"
        "%0Adesired-state/sites/köln süd/a,b:c=100%25.yaml:7:1 köln"
    )


def test_errors_come_first_and_the_counts_before_the_notes() -> None:
    found = [finding(severity=severity) for severity in reversed(Severity)]
    read = commands_in(diagnostics_as_github(found))
    assert [each.name for each in read] == ["error", "warning", "notice", "notice"]
    assert read[2].data == "1 error, 1 warning, 1 note in 1 file."
    assert read[3].properties["title"] == "unknown-key"


def test_the_counts_are_among_the_notices_that_are_shown() -> None:
    found = [finding(severity=Severity.NOTE, line=line) for line in range(1, 50)]
    notices = [each for each in commands_in(diagnostics_as_github(found)) if each.name == "notice"]
    assert any(is_summary(each) for each in notices[:SHOWN_OF_A_KIND])


def test_what_is_not_shown_is_said() -> None:
    found = [finding(line=line) for line in range(1, SHOWN_OF_A_KIND + 2)]
    assert commands_in(diagnostics_as_github(found))[-1].data == (
        "11 errors in 1 file. Annotations are 10 of a kind at most; the step's log has all."
    )
    assert commands_in(diagnostics_as_github(found[1:]))[-1].data == "10 errors in 1 file."


def test_a_message_that_the_runner_would_cut_is_cut_so_that_the_hint_stays() -> None:
    long = "\U0001f600" * 5000
    waiver = Acceptance(waived_by=long, until=long, reason=long)
    found = finding(message=long, hint=f"Do this. {long}", site=long, waiver=waiver)
    (first, _) = commands_in(diagnostics_as_github([found]))
    assert len(first.data.encode("utf-16-le")) // 2 <= LONGEST_MESSAGE
    sentence, hint, accepted, place = first.data.split("\n")
    assert sentence.endswith("… (4100 characters more)")
    assert hint.startswith("Do this. ")
    assert accepted.startswith("Waived by ")
    assert place.startswith(f"{PATH}:6:1 ")


def test_a_valid_state_is_no_annotation() -> None:
    assert diagnostics_as_github([]) == "No findings.\n"
