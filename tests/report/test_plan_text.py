"""Plans as text and on a terminal: the same content, and nothing in it takes effect."""

from __future__ import annotations

import re

import pytest

from reconciler.model.change import Action
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Plan
from reconciler.report.diagnostics_text import diagnostic_counts, diagnostics_as_text
from reconciler.report.plan_text import plan_as_text
from tests.report.printed import on_terminal
from tests.support.hostile import HOSTILE, hostile_plan
from tests.support.plan_inputs import change, difference, plan_with

STYLES = re.compile(r"\x1b\[[0-9;]*m")


def shown_on_terminal(plan: Plan) -> str:
    return on_terminal(plan, styled=True, width=200, whole=True, window_line=plan.installation)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_takes_effect_in_plain_text(text: str) -> None:
    shown = plan_as_text(hostile_plan(text), whole=True, window_line=text)
    assert not re.search(r"[^\x20-\x7e\n✓→…]", shown)
    assert shown.count("\n") == plan_as_text(hostile_plan("x"), whole=True, window_line="x").count(
        "\n"
    )
    for line in shown.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_takes_effect_on_a_terminal(text: str) -> None:
    shown = STYLES.sub("", shown_on_terminal(hostile_plan(text)))
    assert "\x1b" not in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", shown)
    for line in shown.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_rich_markup_in_a_value_is_shown_as_it_is() -> None:
    plan = plan_with(change(differences=(difference("/a", "[red]x[/red]", ":smile:"),)))
    shown = STYLES.sub("", shown_on_terminal(plan))
    assert '"[red]x[/red]"' in shown
    assert '":smile:"' in shown


def test_text_shows_old_and_new_of_a_reconfiguration() -> None:
    text = plan_as_text(plan_with(change(differences=(difference("/a", 1, 2),))))
    assert "      - /a: 1\n      + /a: 2\n" in text


def test_the_values_of_an_activation_are_listed_only_when_asked_for() -> None:
    made = change(action=Action.ACTIVATE, differences=(difference("/a", None, 2),))
    assert "1 value; -v lists them" in plan_as_text(plan_with(made))
    assert "+ /a: 2" in plan_as_text(plan_with(made), whole=True)


def test_findings_are_counted_by_severity_and_file() -> None:
    finding = hostile_plan("x").diagnostics[0]
    other = finding.model_copy(update={"severity": Severity.ERROR})
    assert diagnostic_counts([]) == "No findings."
    assert diagnostic_counts([finding]) == "1 warning in 1 file."
    assert diagnostic_counts([other, finding, other]) == "2 errors, 1 warning in 1 file."


def test_a_finding_is_shown_with_its_place_code_and_hint() -> None:
    text = diagnostics_as_text(hostile_plan("x").diagnostics)
    assert "desired-state/x.yaml:3:1: warning [unknown-key] key x is not known\n    x\n" in text
