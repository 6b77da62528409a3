"""Every kind of finding, by a folder that has it: which findings, where, and nothing else.

A scenario is a folder named after the code: ``desired-state`` is laid over a small valid folder,
``removed.txt`` names what is missing from it, ``expected.txt`` lists every finding. What a
repository cannot hold as text is made by a function below.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds import ALL_KINDS
from tests.support.desired_folder import EXTENSION_FILE, DesiredFolder, small_folder

HERE = Path(__file__).parent
SCENARIOS = sorted(path.name for path in HERE.iterdir() if (path / "expected.txt").is_file())
SHOWN = f"desired-state/{EXTENSION_FILE}"


def _outside_link(folder: DesiredFolder) -> list[str]:
    (folder.path.parent / "secret.yaml").write_text("version: 1.0.0\n", encoding="utf-8")
    folder.remove(EXTENSION_FILE)
    (folder.path / EXTENSION_FILE).symlink_to("../../../../secret.yaml")
    return [f"{SHOWN}:1:1 error outside-link"]


def _fifo(folder: DesiredFolder) -> list[str]:
    folder.remove(EXTENSION_FILE)
    os.mkfifo(folder.path / EXTENSION_FILE)
    return [f"{SHOWN}:1:1 error not-a-file"]


def _circle(folder: DesiredFolder) -> list[str]:
    folder.remove(EXTENSION_FILE)
    (folder.path / EXTENSION_FILE).symlink_to("line-dashboard.yaml")
    return [f"{SHOWN}:1:1 error unreadable-file"]


def _latin_1(folder: DesiredFolder) -> list[str]:
    folder.write(EXTENSION_FILE, "version: 1.0.0\nreason: Übernahme\n".encode("latin-1"))
    return [f"{SHOWN}:2:9 error yaml-encoding"]


def _too_large(folder: DesiredFolder) -> list[str]:
    start = b"version: 1.0.0\n#"
    folder.write(EXTENSION_FILE, start + b"-" * (1024 * 1024 + 1 - len(start)))
    return [f"{SHOWN}:1:1 error yaml-size"]


def _many_findings(folder: DesiredFolder) -> list[str]:
    folder.write(EXTENSION_FILE, "version: 1.0.0\nconfiguration:\n" + "  7: x\n" * 2000)
    keys = [f"{SHOWN}:{line}:3 error yaml-key-not-string" for line in range(3, 1003)]
    return [*keys, f"{SHOWN}:1003:3 error yaml-too-many-findings"]


def _many_problems(folder: DesiredFolder) -> list[str]:
    folder.configure({f"key-{number:04}": 1 for number in range(502)})
    first = [f"{SHOWN}:{line}:3 error configuration-unknown" for line in range(4, 504)]
    return [f"{SHOWN}:3:19 error configuration-findings", *first]


def _many_unknown_signers(folder: DesiredFolder) -> list[str]:
    names = "\n".join(f"   - nobody{number}" for number in range(1002))
    folder.replace("sites/hartford/site.yaml", " [mlopez]", "\n" + names)
    shown = "desired-state/sites/hartford/site.yaml"
    first = [f"{shown}:{line}:6 error unknown-user" for line in range(7, 1007)]
    return [*first, f"{shown}:1:1 error too-many-findings"]


def _many_values(folder: DesiredFolder) -> list[str]:
    folder.write(EXTENSION_FILE, "version: 1.0.0\nsignoffs:\n" + "- 1\n" * 20_001)
    return [f"{SHOWN}:20003:3 error yaml-values"]


def _too_large_to_check(folder: DesiredFolder) -> list[str]:
    folder.manifest({"properties": {"a": {"items": {"enum": [*range(2_000)]}}}})
    folder.configure({"a": [*range(2_000)]})
    return [f"{SHOWN}:3:19 error configuration-too-large"]


BUILT: dict[str, Callable[[DesiredFolder], list[str]]] = {
    "outside-link": _outside_link,
    "configuration-findings": _many_problems,
    "configuration-too-large": _too_large_to_check,
    "too-many-findings": _many_unknown_signers,
    "yaml-values": _many_values,
    "not-a-file": _fifo,
    "unreadable-file": _circle,
    "yaml-encoding": _latin_1,
    "yaml-size": _too_large,
    "yaml-too-many-findings": _many_findings,
}


def lines_of(findings: list[Diagnostic]) -> list[str]:
    return [f"{found.location} {found.severity} {found.code}" for found in findings]


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_scenario_has_exactly_the_findings_it_lists(code: str, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "desired-state")
    removed = HERE / code / "removed.txt"
    for name in removed.read_text(encoding="utf-8").split() if removed.is_file() else []:
        folder.remove(name)
    shutil.copytree(HERE / code / "desired-state", folder.path, dirs_exist_ok=True)
    found = folder.findings()
    expected = (HERE / code / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert lines_of(found) == expected
    assert code in {finding.code for finding in found}


@pytest.mark.parametrize("code", sorted(BUILT))
def test_a_scenario_that_no_text_can_hold_has_its_findings(code: str, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "desired-state")
    expected = BUILT[code](folder)
    found = folder.findings()
    assert lines_of(found) == expected
    assert code in {finding.code for finding in found}


def test_every_kind_of_finding_has_a_scenario() -> None:
    assert sorted([*SCENARIOS, *BUILT]) == sorted(ALL_KINDS)


def test_every_code_is_written_in_kebab_case_and_told_once() -> None:
    assert all(code == kind.code for code, kind in ALL_KINDS.items())
    assert all(part.isalnum() for code in ALL_KINDS for part in code.split("-"))


@pytest.mark.parametrize("code", SCENARIOS)
def test_every_finding_says_what_to_do(code: str, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "desired-state")
    shutil.copytree(HERE / code / "desired-state", folder.path, dirs_exist_ok=True)
    for finding in folder.findings():
        assert finding.message
        assert finding.hint
        assert "{" not in finding.hint.replace("{$secret:", "")


def test_the_small_folder_has_no_findings(tmp_path: Path) -> None:
    assert small_folder(tmp_path / "desired-state").findings() == []
