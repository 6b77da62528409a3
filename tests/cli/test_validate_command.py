"""Five files, five mistakes, one run, and no connection before the desired state is valid."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Command, Plants


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that stands where the database would."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        yield listening


@pytest.fixture
def broken(plants: Plants) -> Plants:
    """The example state with a mistake of a kind of its own in each of five files."""
    plants.folder.replace(
        "sites/penang/extensions/erp-file-gateway.yaml", "syncInterval: 300", "syncInterval: often"
    )
    plants.folder.replace(
        "sites/hartford/site.yaml", "apiVersion: v2.4", "apiVersion: v2.4\nprofile: baseline"
    )
    plants.folder.replace(
        "sites/stuttgart/extensions/opcua-gateway.yaml", "version: 1.8.0", "version: 1.8.1"
    )
    plants.folder.replace(
        "sites/hartford/extensions/spc-engine.yaml",
        "configuration:",
        "reason: twice\nconfiguration:",
    )
    plants.folder.write("sites/galway/extensions/serial-genealogy.yaml", "version: [1.4.0\n")
    return plants


def test_five_mistakes_in_five_files_are_all_reported_in_one_run(
    broken: Plants, command: Command
) -> None:
    done = command("validate", "--json", cwd=broken.root)
    found = [
        (
            finding["location"]["path"].removeprefix("desired-state/sites/"),
            finding["location"]["line"],
            finding["location"]["column"],
            finding["code"],
        )
        for finding in json.loads(done.out)["diagnostics"]
    ]
    assert done.code == 1
    assert found == [
        ("galway/extensions/serial-genealogy.yaml", 2, 1, "yaml-syntax"),
        ("hartford/extensions/spc-engine.yaml", 8, 1, "yaml-duplicate-key"),
        ("hartford/site.yaml", 6, 1, "unknown-key"),
        ("penang/extensions/erp-file-gateway.yaml", 8, 17, "configuration-type"),
        ("stuttgart/extensions/opcua-gateway.yaml", 1, 10, "unknown-version"),
    ]


def test_each_mistake_is_shown_with_place_code_and_hint(broken: Plants, program: Command) -> None:
    done = program("validate", cwd=broken.root)
    lines = done.out.splitlines()
    assert done.code == 1
    place = "desired-state/sites/hartford/site.yaml:6:1: error [unknown-key] "
    (number,) = [index for index, line in enumerate(lines) if line.startswith(place)]
    assert lines[number + 1] == "    Did you mean 'profiles'?"
    assert lines[-1] == "5 errors in 5 files."
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments", [("plan",), ("apply", "--yes"), ("drift",), ("db", "bootstrap")]
)
def test_no_connection_is_opened_for_an_invalid_desired_state(
    broken: Plants, command: Command, listener: socket.socket, arguments: tuple[str, ...]
) -> None:
    url = f"postgresql://u:p@127.0.0.1:{listener.getsockname()[1]}/db"
    done = command(*arguments, cwd=broken.root, DATABASE_URL=url)
    assert done.code == 1
    assert "unknown-version" in done.out + done.err
    with pytest.raises(TimeoutError):
        listener.accept()


def test_the_plan_of_an_invalid_state_is_errored_and_lists_the_findings(
    broken: Plants, command: Command
) -> None:
    done = command("plan", "--json", cwd=broken.root, DATABASE_URL="postgresql://127.0.0.1:1")
    plan = json.loads(done.out)
    assert done.code == 1
    assert (plan["errored"], plan["complete"], plan["applyable"]) == (True, False, False)
    assert len(plan["diagnostics"]) == 5
    assert plan["database"] is None


def test_a_valid_state_says_what_is_valid_beside_the_result(
    plants: Plants, command: Command
) -> None:
    done = command("validate", cwd=plants.root)
    assert (done.code, done.out) == (0, "No findings.\n")
    assert done.err == "Valid: 39 configurations at 4 sites.\n"
    assert command("validate", "-q", cwd=plants.root).err == ""


def test_a_commit_is_validated_without_the_working_tree(broken: Plants, command: Command) -> None:
    assert command("validate", "--ref", "main", cwd=broken.root).code == 0
