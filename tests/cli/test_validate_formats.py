"""``validate --format``: each format of a broken folder, through the program as people run it."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Command, Plants
from tests.support.findings import STEERING
from tests.support.workflow_runner import commands_in

FORMATS = ("text", "json", "sarif", "junit", "github")
GATEWAY = "desired-state/sites/penang/extensions/erp-file-gateway.yaml"
ODD = "desired-state/sites/köln süd/größe, 100%: alt.yaml"


@pytest.fixture
def broken(plants: Plants) -> Plants:
    """The example state with a mistaken value, and with a misplaced file of an odd name."""
    plants.folder.replace(
        GATEWAY.removeprefix("desired-state/"), "syncInterval: 300", "syncInterval: often"
    )
    plants.folder.write(ODD.removeprefix("desired-state/"), "")
    return plants


def places(form: str, text: str) -> list[tuple[str, int]]:
    """Return the file and line of each error in a report."""
    match form:
        case "json":
            found = [each["location"] for each in json.loads(text)["diagnostics"]]
            return [(place["path"], place["line"]) for place in found]
        case "junit":
            cases = ET.fromstring(text.encode()).iter("testcase")  # noqa: S314 - it is our own
            return [(case.get("file", ""), int(case.get("line", ""))) for case in cases]
        case "github":
            errors = [each.properties for each in commands_in(text) if each.name == "error"]
            return [(each["file"], int(each["line"])) for each in errors]
    raise AssertionError(form)


@pytest.mark.parametrize("form", ["json", "junit", "github"])
def test_each_format_names_every_file_and_line(broken: Plants, program: Command, form: str) -> None:
    done = program("validate", "--format", form, cwd=broken.root)
    assert (done.code, done.err) == (1, "")
    assert places(form, done.out) == [(ODD, 1), (GATEWAY, 8)]


def test_sarif_names_files_by_uri(broken: Plants, program: Command) -> None:
    done = program("validate", "--format", "sarif", cwd=broken.root)
    (run,) = json.loads(done.out)["runs"]
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert (done.code, done.err) == (1, "")
    assert uris == [
        "desired-state/sites/k%C3%B6ln%20s%C3%BCd/gr%C3%B6%C3%9Fe%2C%20100%25%3A%20alt.yaml",
        GATEWAY,
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_commit_is_reported_like_the_folder(broken: Plants, command: Command, form: str) -> None:
    folder = command("validate", "--format", form, cwd=broken.root)
    broken.repository.commit()
    commit = command("validate", "--format", form, "--ref", "HEAD", cwd=broken.root)
    assert (commit.code, commit.out) == (folder.code, folder.out)


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_file_name_takes_no_effect(plants: Plants, program: Command, form: str) -> None:
    plants.folder.write("sites/galway/a\n::stop-commands::x\n##[add-mask]b\x1b[2J\u202e.yaml", "")
    done = program("validate", "--format", form, cwd=plants.root, FORCE_COLOR="0")
    assert done.code == 1
    assert {each.name for each in commands_in(done.out)} <= {"error", "notice"}
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_value_takes_no_effect(plants: Plants, program: Command, form: str) -> None:
    key = json.dumps(f"{STEERING}]]>\n::set-output name=a::b".replace("\0", ""))
    plants.folder.write("sites/galway/site.yaml", f"{key}: 1\n")
    done = program("validate", "--format", form, cwd=plants.root)
    assert done.code == 1
    assert {each.name for each in commands_in(done.out)} <= {"error", "notice"}
    assert "\x1b" not in done.out
    if form == "junit":
        ET.fromstring(done.out.encode())  # noqa: S314 - it is our own


@pytest.mark.parametrize("form", FORMATS)
def test_the_report_of_a_valid_state_is_all_there_is_on_stdout(
    plants: Plants, program: Command, form: str
) -> None:
    done = program("validate", "--format", form, cwd=plants.root)
    quiet = program("validate", "--format", form, "-q", cwd=plants.root)
    assert (done.code, done.err) == (0, "Valid: 39 configurations at 4 sites.\n")
    assert (quiet.code, quiet.out, quiet.err) == (0, done.out, "")
    assert done.out


def test_json_has_two_names(broken: Plants, command: Command) -> None:
    outs = {
        command(*arguments, cwd=broken.root).out
        for arguments in (
            ("validate", "--json"),
            ("--json", "validate"),
            ("validate", "--format", "json"),
        )
    }
    (only,) = outs
    assert json.loads(only)["summary"]["errors"] == 2


@pytest.mark.parametrize(
    ("arguments", "environment", "begins"),
    [
        (("validate",), {"RECONCILER_VALIDATE_FORMAT": "junit"}, "<?xml"),
        (("validate", "--format", "github"), {"RECONCILER_VALIDATE_FORMAT": "junit"}, "::error"),
        (("validate", "--json"), {"RECONCILER_VALIDATE_FORMAT": "junit"}, '{\n  "diagnostics"'),
        (("--json", "validate"), {"RECONCILER_VALIDATE_FORMAT": "junit"}, '{\n  "diagnostics"'),
        (("validate", "--format", "junit"), {"RECONCILER_JSON": "1"}, "<?xml"),
        (("validate",), {"RECONCILER_JSON": "1"}, '{\n  "diagnostics"'),
    ],
)
def test_a_flag_goes_before_the_environment(
    broken: Plants,
    command: Command,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    begins: str,
) -> None:
    done = command(*arguments, cwd=broken.root, **environment)
    assert done.code == 1
    assert done.out.startswith(begins)


def test_two_flags_that_contradict_each_other_are_a_mistake(
    broken: Plants, command: Command
) -> None:
    done = command("validate", "--json", "--format", "junit", cwd=broken.root)
    assert (done.code, done.out) == (64, "")
    assert "contradict" in done.err


def test_text_is_plain_where_it_is_asked_for_by_name(broken: Plants, command: Command) -> None:
    named = command("validate", "--format", "text", cwd=broken.root, FORCE_COLOR="1")
    unnamed = command("validate", cwd=broken.root)
    assert named.out == unnamed.out


def test_what_sarif_leaves_out_is_said_beside_it(plants: Plants, command: Command) -> None:
    for number in range(5001):
        plants.folder.write(f"sites/galway/{number}.yml", "")
    done = command("validate", "--format", "sarif", cwd=plants.root)
    (run,) = json.loads(done.out)["runs"]
    assert len(run["results"]) == 5000
    assert done.err.startswith("1 of 5001 findings are left out:")
