"""The plan as a document: its schema, its bytes, its id."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.model.canonical import content_hash
from reconciler.model.change import Action, Drift, Origin, Signature
from reconciler.model.plan import ChangeWindow, DesiredRevision, NeededSignoff, Plan
from reconciler.model.schedule import WindowKind
from reconciler.model.visible_text import visible_json
from tests.support.hostile import HOSTILE, hostile_plan
from tests.support.json_values import json_values
from tests.support.plan_inputs import IDENTITY, change, difference, plan_with

SIGNATURE = Signature(
    aspect="a",
    signed_by="mlopez",
    role="quality-manager",
    meaning="approval",
    signed_at="2026-11-20T10:00:00+00:00",
    config_hash="sha256:" + "0" * 64,
)
RICH = plan_with(
    change(differences=(difference("/a", {"b": [1, None]}, "ö"),)),
    change(action=Action.SIGNOFF, signature=SIGNATURE),
    change(origin=Origin.DRIFT, drift=Drift(description="edited", session_user="x")),
    database=IDENTITY,
    base=DesiredRevision(commit="0" * 40),
    filters=("site=h*",),
    refreshes=("hartford",),
    windows=(
        ChangeWindow(
            site="hartford",
            kind=WindowKind.ALLOW,
            cron="0 2 * * SUN",
            duration="4h",
            timezone="America/New_York",
            reason="Maintenance",
        ),
    ),
    needed_signoffs=(
        NeededSignoff(
            site="a", extension="b", aspect="c", role="d", config_hash="e", enforced=True, path="f"
        ),
    ),
)


@pytest.mark.parametrize("plan", [RICH, plan_with(), Plan(errored=True).identified()])
def test_a_plan_validates_against_its_published_schema(plan: Plan) -> None:
    validator = jsonschema_rs.validator_for(Plan.model_json_schema(), validate_formats=True)
    validator.validate(json.loads(plan.to_json()))


def test_a_plan_survives_its_own_json() -> None:
    assert Plan.model_validate_json(RICH.to_json()) == RICH


@pytest.mark.parametrize("text", [*HOSTILE, "\x7f", "\U000e0041"])
def test_a_plan_s_json_steers_nothing_where_it_is_shown_and_holds_what_it_held(text: str) -> None:
    plan = hostile_plan(text)
    written = plan.to_json()
    assert all(line.isprintable() for line in written.splitlines())
    assert "##[" not in written
    assert json.loads(written) == plan.model_dump(mode="json")


def test_a_plan_s_json_is_the_same_bytes_with_every_table_of_unicode_characters() -> None:
    """What a version of Python does not know yet is left as it is."""
    assert "\U0001fae9" in plan_with(installation="\U0001fae9").to_json()


def test_whatever_this_python_knows_to_steer_is_escaped_in_a_plan_s_json() -> None:
    steering = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    known = (chr(code) for code in range(0x110000))
    text = " ".join(each for each in known if unicodedata.category(each) in steering)
    written = visible_json(json.dumps(text, ensure_ascii=False))
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == text


def test_letters_stay_readable_in_a_plan_s_json() -> None:
    assert '"ö"' in RICH.to_json()


def test_the_plan_id_is_the_hash_of_all_the_rest() -> None:
    content: dict[str, Any] = json.loads(RICH.to_json())
    plan_id = content.pop("plan_id")
    assert plan_id == content_hash(content)


@given(st.lists(json_values(), max_size=3))
def test_the_plan_id_is_the_hash_of_the_whole_whatever_values_its_changes_have(
    values: list[Any],
) -> None:
    changes = [change(differences=(difference("/ö", value, values),)) for value in values]
    content: dict[str, Any] = json.loads(plan_with(*changes).to_json())
    plan_id = content.pop("plan_id")
    assert plan_id == content_hash(content)


ALTERED: dict[str, Any] = {
    "applyable": False,
    "base": None,
    "blocked": [{"code": "finding", "message": "because"}],
    "changes": [],
    "complete": False,
    "database": None,
    "desired": {"commit": "1" * 40, "dirty": False},
    "diagnostics": [
        {
            "severity": "note",
            "gate": "apply",
            "code": "x",
            "message": "x",
            "hint": "x",
            "location": {"path": "x"},
        }
    ],
    "errored": True,
    "filters": [],
    "format_version": "1.1",
    "installation": "another",
    "live_fingerprint": "sha256:1",
    "needed_signoffs": [],
    "refreshes": ["another"],
    "scope": "drifted",
    "summary": {},
    "windows": [],
}


@pytest.mark.parametrize("field", sorted(set(Plan.model_fields) - {"plan_id"}))
def test_every_field_of_a_plan_is_covered_by_its_id(field: str) -> None:
    content: dict[str, Any] = json.loads(RICH.to_json())
    assert content[field] != ALTERED[field]
    altered = Plan.model_validate_json(json.dumps(content | {field: ALTERED[field]}))
    assert altered.content_id() != RICH.plan_id


def test_one_altered_value_in_a_change_is_covered_by_the_id() -> None:
    content = json.loads(RICH.to_json())
    content["changes"][0]["differences"][0]["new"] = "o"
    assert Plan.model_validate(content).content_id() != RICH.plan_id


def test_a_field_that_no_plan_has_is_refused() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate_json(RICH.to_json().replace('"errored"', '"erroneous"'))


def test_the_json_is_sorted_and_keeps_letters_as_they_are() -> None:
    text = RICH.to_json()
    assert json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n" == text
    assert "ö" in text


def test_a_plan_is_never_altered_once_made() -> None:
    with pytest.raises(ValidationError):
        RICH.changes = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "value"),
    [("timezone", "/etc/passwd"), ("duration", "999999d"), ("cron", "* * *"), ("kind", "maybe")],
)
def test_a_plan_with_a_change_window_that_is_none_is_refused(field: str, value: str) -> None:
    content = json.loads(RICH.to_json())
    content["windows"][0][field] = value
    with pytest.raises(ValidationError):
        Plan.model_validate(content)
