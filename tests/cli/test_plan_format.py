"""The plan document's schema and its page are those of the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from reconciler.cli.schema import plan_schema
from reconciler.model.change import Change
from reconciler.model.plan import BlockedReason, Plan
from tests.cli.conftest import BRANCH, Command, Plants

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "plan-format.md").read_text(encoding="utf-8")


def test_the_kept_schema_is_what_the_program_prints(command: Command) -> None:
    kept = (DOCS / "plan.schema.json").read_text(encoding="utf-8")
    assert command("schema", "plan").out == kept, "run `make docs`"


@pytest.mark.parametrize(
    "field", sorted({*Plan.model_fields, *Change.model_fields, *BlockedReason.model_fields})
)
def test_the_page_names_every_key(field: str) -> None:
    assert re.search(rf"`{field}`", PAGE)


def test_a_plan_with_everything_in_it_is_of_the_schema(installed: Plants, command: Command) -> None:
    installed.execute("UPDATE site_extension_configs SET configuration = '{}'")
    arguments = ("plan", "--ref", BRANCH, "--base", "main", "--json")
    printed = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url).out
    plan = json.loads(printed)
    jsonschema_rs.validator_for(plan_schema()).validate(plan)
    assert [key for key in ("changes", "blocked") if not plan[key]] == []


def test_a_plan_of_another_version_of_the_format_is_named_as_that(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    environment = {"cwd": installed.root, "DATABASE_URL": installed.url}
    assert command("plan", "--ref", BRANCH, "--out", str(path), **environment).code == 0
    path.write_text(path.read_text("utf-8").replace('version": "1.0"', 'version": "2.0"'), "utf-8")
    done = command("apply", str(path), "--yes", **environment)
    assert done.code == 1
    assert "is a plan of format 2.0, and this program reads 1.0" in done.err


def test_the_plan_says_when_it_may_be_applied_in_every_form_but_the_document(
    installed: Plants, command: Command
) -> None:
    installed.repository.git("checkout", "--quiet", BRANCH)
    window = "{cron: '0 0 1 1 *', duration: 1h, timezone: UTC, kind: allow, reason: Once a year}"
    path = installed.folder.path / "reconciler.yaml"
    path.write_text(f"{path.read_text('utf-8')}windows: [{window}]\n", encoding="utf-8")
    installed.repository.commit("Change at new year only")
    environment = {"cwd": installed.root, "DATABASE_URL": installed.url}
    said = re.compile(r"May be applied from 20\d\d-01-01 00:00 .*Once a year")
    for form in ("text", "markdown"):
        printed = command("plan", "--ref", BRANCH, "--format", form, **environment).out
        assert said.search(printed), printed
    printed = command("plan", "--ref", BRANCH, "--json", **environment).out
    assert "May be applied" not in printed
    assert json.loads(printed)["windows"][0]["reason"] == "Once a year"
    refused = command("apply", "--ref", BRANCH, "--yes", "-q", **environment)
    assert refused.code == 3
    assert "Once a year" in refused.err
