"""Change windows and limits as the files say them: what is wrong is found, all of it, in place."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from reconciler.model.files import ProjectFile, SiteFile
from reconciler.model.schedule import cron_problem
from tests.support.desired_folder import SITE, SMALL, DesiredFolder, small_folder

SITE_FILE = f"sites/{SITE}/site.yaml"
PROJECT = "reconciler.yaml"
GOOD = """\
windows:
  - kind: allow
    cron: 0 2 * * SUN
    duration: 4h
    timezone: Europe/Berlin
    reason: No shift runs on a Sunday night
  - {kind: deny, cron: "0 0 20 12 *", duration: 14d, timezone: America/New_York, reason: Year-end}
"""
BAD = """\
windows:
  - kind: allowed
    cron: 0 25 * * *
    duration: 0h
    timezone: Europe/Berln
    reason: Night
  - {kind: deny, cron: "0 2 * *", duration: 32d, timezone: localtime, reason: "", until: 3}
"""


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def add(folder: DesiredFolder, relative: str, text: str) -> None:
    folder.write(relative, SMALL[relative] + text)


@pytest.mark.parametrize("relative", [SITE_FILE, PROJECT])
def test_windows_of_a_site_and_of_the_project_are_read(
    folder: DesiredFolder, relative: str
) -> None:
    add(folder, relative, GOOD)
    assert folder.findings() == []
    state = folder.state()
    windows = state.sites[SITE].windows if relative == SITE_FILE else state.project.windows
    assert [(each.kind.value, each.cron, each.duration) for each in windows] == [
        ("allow", "0 2 * * SUN", "4h"),
        ("deny", "0 0 20 12 *", "14d"),
    ]


@pytest.mark.parametrize("relative", [SITE_FILE, PROJECT])
def test_every_mistake_in_the_windows_is_found_at_once_and_in_its_place(
    folder: DesiredFolder, relative: str
) -> None:
    add(folder, relative, BAD)
    line = SMALL[relative].count("\n")
    found = [
        (each.location.line - line, each.location.column, each.code, each.message.split(" ")[0])
        for each in folder.findings()
        if each.location.path == f"desired-state/{relative}"
    ]
    assert found == [
        (2, 11, "invalid-value", "/windows/0/kind"),
        (3, 11, "invalid-value", "/windows/0/cron"),
        (4, 15, "invalid-value", "/windows/0/duration"),
        (5, 15, "invalid-value", "/windows/0/timezone"),
        (7, 24, "invalid-value", "/windows/1/cron"),
        (7, 45, "invalid-value", "/windows/1/duration"),
        (7, 60, "invalid-value", "/windows/1/timezone"),
        (7, 79, "invalid-value", "/windows/1/reason"),
        (7, 83, "unknown-key", "key"),
    ]


def test_a_number_is_no_duration(folder: DesiredFolder) -> None:
    add(folder, SITE_FILE, GOOD.replace("4h", "4"))
    assert folder.codes() == ["wrong-type"]


@pytest.mark.parametrize(
    "cron",
    ["0 2 * * SUN", "*/15 2-4 1,15 JAN-MAR *", "0 0 L * *", "0 0 * 2 MON#5", "0\t2  * * 0"],
)
def test_a_cron_expression_that_comes_is_taken(cron: str) -> None:
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("", "the five fields"),
        ("@daily", "the five fields"),
        ("0 0 2 * * *", "the five fields"),
        ("\u0660 2 * * *", "the five fields"),
        ("60 2 * * *", "its minute is none"),
        ("0 2 * * MONDAY", "its day-of-week is none"),
        ("0 0 30 2 *", "its day-of-month is none"),
        ("0 0 */10 2 MON#5", "never does"),
    ],
)
def test_a_cron_expression_that_never_comes_is_refused(cron: str, problem: str) -> None:
    assert problem in (cron_problem(cron) or "")


@pytest.mark.parametrize(
    "limits",
    [
        "{maxChangedPercent: 0}",
        "{maxChangedPercent: 101}",
        "{maxChangedPercent: 30.5}",
        "{minimumConfigurations: 0}",
        "{maxSitesTouched: 0}",
        "{maxSitesTouched: many}",
        "{maxChangedPercents: 30}",
    ],
)
def test_a_limit_out_of_bounds_is_found(folder: DesiredFolder, limits: str) -> None:
    add(folder, PROJECT, f"safety: {limits}\n")
    found = folder.findings()[0]
    assert found.location.path == f"desired-state/{PROJECT}"
    assert found.code in ("invalid-value", "wrong-type", "unknown-key")


def test_limits_that_are_not_given_are_30_percent_of_10_and_any_number_of_sites(
    folder: DesiredFolder,
) -> None:
    safety = folder.state().project.safety
    limits = safety.max_changed_percent, safety.minimum_configurations, safety.max_sites_touched
    assert limits == (30, 10, None)


def test_a_site_cannot_set_its_own_limits(folder: DesiredFolder) -> None:
    add(folder, SITE_FILE, "safety: {maxChangedPercent: 100}\n")
    assert folder.codes() == ["unknown-key"]


def test_the_schemas_for_editors_know_windows_and_limits() -> None:
    project = {"formatVersion": "1.0", "installation": "a", "serviceUser": "b"}
    window = {"kind": "deny", "cron": "0 2 * * *", "duration": "4h", "timezone": "UTC"}
    whole = window | {"reason": "Night"}
    check = jsonschema_rs.validator_for(ProjectFile.model_json_schema(by_alias=True)).is_valid
    assert check(project | {"windows": [whole], "safety": {"maxSitesTouched": 3}})
    assert not check(project | {"windows": [window]})
    assert not check(project | {"windows": [whole | {"duration": "4 hours"}]})
    assert not check(project | {"safety": {"maxChangedPercent": 101}})
    assert "windows" in SiteFile.model_json_schema(by_alias=True)["properties"]
