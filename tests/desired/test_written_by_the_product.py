"""What the product itself writes reads back as the same value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import assume, given

from reconciler.desired.demonstration import make_repository
from reconciler.desired.scaffold import write_scaffold
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.canonical import canonical_json
from tests.support.hostile import HOSTILE, hostile_plan
from tests.support.json_values import json_objects, json_values


def read(path: str, content: str | bytes) -> Any:
    data = content.encode() if isinstance(content, str) else content
    reading = read_yaml(path, data)
    assert reading.document is not None, reading.diagnostics
    return reading.document.value


def assert_reads_as_pyyaml_does(files: list[Path]) -> None:
    """PyYAML's base loader keeps every scalar as it is written, so the shapes are compared."""
    assert files
    for path in files:
        written = path.read_text(encoding="utf-8")
        plain = yaml.load(written, Loader=yaml.CBaseLoader)  # noqa: S506 -- it makes texts only
        assert _shape(read(path.name, written)) == _shape(plain)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(held) for key, held in value.items()}
    return [_shape(held) for held in value] if isinstance(value, list) else "a scalar"


def test_the_scaffold_reads_back_without_a_finding(tmp_path: Path) -> None:
    files = [path for path in write_scaffold(tmp_path / "new") if path.suffix == ".yaml"]
    assert_reads_as_pyyaml_does(files)


def test_the_demonstration_state_reads_back(tmp_path: Path) -> None:
    make_repository(tmp_path / "demo")
    assert_reads_as_pyyaml_does(sorted((tmp_path / "demo").rglob("*.yaml")))


def test_a_plan_with_hostile_texts_reads_back_as_json() -> None:
    for text in HOSTILE:
        written = hostile_plan(text).to_json()
        assert read("plan.json", written) == json.loads(written)


@given(json_values())
def test_the_canonical_form_reads_back_as_the_same_json_value(value: Any) -> None:
    form = canonical_json(value)
    reading = read_yaml("f.json", form)
    if reading.document is None:  # a double beyond 2^53 is written without a point
        codes = {found.code for found in reading.diagnostics}
        assert codes <= {"yaml-number", "yaml-character"}
    else:
        assert canonical_json(reading.document.value) == form


@given(json_objects())
def test_a_value_written_as_indented_json_reads_back_the_same(value: dict[str, Any]) -> None:
    for indent in (None, 1, 4):
        written = json.dumps(value, ensure_ascii=False, indent=indent)
        assume("\\u0000" not in written)  # the one character that is refused everywhere
        assert repr(read("f.json", written)) == repr(value)
