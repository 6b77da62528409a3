"""``explain`` as a person has it: the chain, what would help, and that following it helps."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Plants
from tests.support.desired_folder import DesiredFolder, small_folder

SITE = "sites/hartford"
OPEN = {"additionalProperties": True}


def provider(name: str = "erp", version: str = "v1.2") -> dict[str, Any]:
    return {"provides": [{"name": name, "version": version}]}


def needs(capability: str, minimum: str = "v1") -> dict[str, Any]:
    return {"capabilities": [{"capability": capability, "minVersion": minimum}]}


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    """A site whose extension `planner` needs a capability that nothing there provides."""
    folder = small_folder(tmp_path / "desired-state")
    folder.manifest(OPEN, "planner", dependencies=needs("erp"))
    folder.manifest({"required": ["plant"], **OPEN}, "sap-adapter", capabilities=provider())
    folder.manifest(OPEN, "sap-adapter", "2.0.0", capabilities=provider(version="v2.0"))
    folder.manifest(
        OPEN, "oracle-adapter", capabilities=provider(), dependencies={"extensions": {"tls": "^1"}}
    )
    folder.manifest(OPEN, "tls")
    folder.manifest(OPEN, "edge-adapter", mesVersion="9.0.0", capabilities=provider())
    folder.manifest(OPEN, "old-adapter", capabilities=provider(), deprecated=True)
    folder.manifest(
        OPEN,
        "rival-adapter",
        capabilities=provider(),
        conflicts={"explicit": [{"id": "line-dashboard", "reason": "Both draw the same screen."}]},
    )
    folder.write(f"{SITE}/extensions/planner.yaml", "version: 1.0.0\n")
    return folder


def explained(program: Command, folder: DesiredFolder, *arguments: str) -> dict[str, Any]:
    done = program("explain", "hartford", *arguments, "--json", cwd=folder.path.parent)
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    return document


def follow(folder: DesiredFolder, steps: list[dict[str, Any]]) -> None:
    """Do what an advice says, as an engineer would: a file a step."""
    for step in steps:
        path = f"{SITE}/extensions/{step['extension']}.yaml"
        if step["version"] is None:
            folder.remove(path)
        elif (folder.path / path).is_file():
            text = (folder.path / path).read_text(encoding="utf-8")
            folder.write(path, re.sub(r"(?m)^version: .*$", f"version: {step['version']}", text))
        else:
            folder.write(path, f"version: {step['version']}\nconfiguration: {{plant: '0001'}}\n")


def errors(folder: DesiredFolder) -> list[str]:
    return [found.code for found in folder.findings() if found.severity == "error"]


def test_an_unmet_capability_is_explained_by_every_extension_and_version_that_would_do(
    program: Command, folder: DesiredFolder
) -> None:
    (planner,) = explained(program, folder, "planner")["extensions"]
    (link,) = planner["chain"]
    assert link["resolution"]["satisfied"] is False
    ways = [[(step["extension"], step["version"]) for step in way["steps"]] for way in link["ways"]]
    assert ways[0] == [("sap-adapter", "1.0.0")]
    assert [("oracle-adapter", "1.0.0"), ("tls", "1.0.0")] in ways
    assert link["ways"][0]["configuration"] == ["plant"]
    assert {way[0][0] for way in ways} == {"sap-adapter", "oracle-adapter", "rival-adapter"}


def test_what_would_provide_it_and_cannot_be_used_is_named_with_the_reason(
    program: Command, folder: DesiredFolder
) -> None:
    done = program("explain", "hartford", "planner", cwd=folder.path.parent)
    assert "not edge-adapter 1.0.0: edge-adapter needs a newer MES" in done.out
    assert "not old-adapter 1.0.0: it is deprecated" in done.out
    assert "sap-adapter 2.0.0" not in done.out  # provides another major version


def test_following_any_of_the_ways_makes_the_finding_go(
    program: Command, folder: DesiredFolder, tmp_path: Path
) -> None:
    assert errors(folder) == ["capability-missing"]
    (planner,) = explained(program, folder, "planner")["extensions"]
    ways = planner["chain"][0]["ways"]
    before = {path: path.read_bytes() for path in folder.path.rglob("*.yaml")}
    for way in ways:
        follow(folder, way["steps"])
        assert errors(folder) == []
        for path in set(folder.path.rglob("*.yaml")) - before.keys():
            path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
    assert len(ways) == 3


def test_a_conflict_is_explained_by_a_smallest_change_that_removes_it(
    program: Command, folder: DesiredFolder
) -> None:
    folder.remove(f"{SITE}/extensions/planner.yaml")
    folder.write(f"{SITE}/extensions/rival-adapter.yaml", "version: 1.0.0\n")
    assert errors(folder) == ["conflict-explicit"]
    rival, dashboard = (
        explained(program, folder, extension)["extensions"][0]["clashes"][0]
        for extension in ("rival-adapter", "line-dashboard")
    )
    assert (rival["other"], dashboard["other"]) == ("line-dashboard", "rival-adapter")
    assert len(rival["way"]["steps"]) == 1
    follow(folder, rival["way"]["steps"])
    assert errors(folder) == []


def test_a_later_version_without_the_conflict_is_advised_before_disabling_anything(
    program: Command, folder: DesiredFolder
) -> None:
    folder.remove(f"{SITE}/extensions/planner.yaml")
    folder.manifest(OPEN, "rival-adapter", "1.1.0", capabilities=provider())
    folder.write(f"{SITE}/extensions/rival-adapter.yaml", "version: 1.0.0\n")
    (rival,) = explained(program, folder, "rival-adapter")["extensions"]
    (step,) = rival["clashes"][0]["way"]["steps"]
    assert (step["extension"], step["version"]) == ("rival-adapter", "1.1.0")
    follow(folder, [step])
    assert errors(folder) == []


def test_the_whole_chain_is_shown_below_an_extension_each_part_once(
    program: Command, folder: DesiredFolder
) -> None:
    folder.write(f"{SITE}/extensions/oracle-adapter.yaml", "version: 1.0.0\n")
    folder.write(f"{SITE}/extensions/tls.yaml", "version: 1.0.0\n")
    done = program("explain", "hartford", "planner", cwd=folder.path.parent)
    assert done.out.splitlines()[2:5] == [
        "planner 1.0.0",
        "  ✓ needs capability erp v1: oracle-adapter provides v1.2",
        "    ✓ needs tls ^1: enabled at 1.0.0",
    ]
    tls = program("explain", "hartford", "tls", cwd=folder.path.parent)
    assert "needed by oracle-adapter" in tls.out


def test_an_extension_that_is_not_enabled_is_explained_by_what_enabling_it_takes(
    program: Command, folder: DesiredFolder
) -> None:
    folder.remove(f"{SITE}/extensions/planner.yaml")
    done = program("explain", "hartford", "oracle-adapter", cwd=folder.path.parent)
    assert "oracle-adapter, not enabled" in done.out
    assert "→ enable oracle-adapter 1.0.0, and enable tls 1.0.0" in done.out
    edge = program("explain", "hartford", "edge-adapter", cwd=folder.path.parent)
    assert "not edge-adapter 1.0.0: edge-adapter needs a newer MES" in edge.out


def test_an_extension_that_a_site_opted_out_of_is_explained_by_the_file_that_says_so(
    plants: Plants, program: Command
) -> None:
    path = "desired-state/sites/penang/extensions/andon-dashboard.yaml"
    asked = ("explain", "penang", "andon-dashboard")
    told = f"opted out at {path}:2:10: without that file, a profile brings 1.5.0"
    assert told in program(*asked, cwd=plants.root).out
    (found,) = json.loads(program(*asked, "--json", cwd=plants.root).out)["extensions"]
    assert found["opted_out"] == {
        "location": {"path": path, "line": 2, "column": 10},
        "version": "1.5.0",
    }


def test_a_site_is_explained_with_its_signatures_and_findings(
    plants: Plants, program: Command
) -> None:
    plants.folder.remove("sites/galway/extensions/serial-genealogy.yaml")
    done = program("explain", "galway", cwd=plants.root)
    assert done.code == 0
    assert "✗ needs serial-genealogy ~1.4.0: serial-genealogy is not enabled" in done.out
    assert "→ enable serial-genealogy 1.4.0" in done.out
    assert "✓ software-validation: signed by kdoyle as compliance-officer" in done.out
    assert "error [dependency-missing]" in done.out
    assert "subject serial-genealogy" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hartfrod",), "Did you mean 'hartford'?"),
        (("hartford", "sap-s4-adaptor"), "Did you mean 'sap-s4-adapter'?"),
    ],
)
def test_a_misspelt_name_is_a_mistake_in_use_with_advice(
    plants: Plants, program: Command, arguments: tuple[str, ...], said: str
) -> None:
    done = program("explain", *arguments, cwd=plants.root)
    assert (done.code, done.out) == (64, "")
    assert said in done.err


def test_no_database_is_needed(plants: Plants, program: Command) -> None:
    done = program("explain", "penang", cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert done.code == 0


def test_no_value_of_a_manifest_steers_the_terminal(
    program: Command, folder: DesiredFolder
) -> None:
    reason = "\x1b[2J::error::gone\u202e"
    conflicts = {"explicit": [{"id": "line-dashboard", "reason": reason}]}
    folder.manifest(OPEN, "planner", dependencies=needs("erp"), conflicts=conflicts)
    done = program("explain", "hartford", cwd=folder.path.parent)
    assert "conflicts with line-dashboard" in done.out
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
