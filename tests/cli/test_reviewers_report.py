"""What a reviewer reads of a one-file pull request while forty rows drift: that file first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.terminal import on_terminal
from tests.report.markdown_page import Page
from tests.support.installation import Installation, erp_file
from tests.support.many_sites import (
    colleague,
    edit_behind_back,
    many_sites,
    plant,
    plant_file,
    plant_id,
)

# At fewer sites so much drift would be over the limit of what one plan may change.
SITES, DRIFTED = 150, 40
PULL_REQUEST = ("plan", "--ref", "HEAD", "--base", "HEAD~1")
STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
TIME = r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An installation where ``colleague`` edited forty rows, and git has one change more."""

    installation: Installation
    colleague: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.installation.url}


@pytest.fixture(scope="module")
def reviewed(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reviewed]:
    """Forty of 150 sites are edited by hand, thirty of them alike; the pull request changes one."""
    folder = tmp_path_factory.mktemp("reviewed")
    with (
        many_sites(server_url, template, folder, SITES) as installation,
        colleague(installation) as role,
    ):
        alike = [plant_id(number) for number in range(30)]
        others = [plant_id(number) for number in range(30, DRIFTED)]
        assert edit_behind_back(installation, role, alike, 5) == 30
        assert edit_behind_back(installation, role, others, 7) == 10
        changed: dict[str, str | None] = {plant_file(41): erp_file(plant(41), interval=90)}
        installation.commit("Raise the interval at one plant", changed)
        yield Reviewed(installation, role)


@pytest.fixture
def planned(reviewed: Reviewed, program: Command) -> Callable[..., str]:
    """Plan the pull request as its workflow does, and return what is written."""

    def ran(*arguments: str) -> str:
        folder = reviewed.installation.repository
        done = program(*PULL_REQUEST, *arguments, cwd=folder, **reviewed.environment())
        assert (done.code, done.err) == (0, "")
        return done.out

    return ran


def test_markdown_leads_with_exactly_the_one_change(planned: Callable[..., str]) -> None:
    text = planned("--format", "markdown")
    assert text.splitlines()[0] == (
        "## 📝 Plan: 1 to reconfigure, at 1 site. 40 other changes are not from this pull request."
    )
    lead = text[: text.index("<details><summary><strong>Not from this pull request")]
    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == ["Changes of this pull request"]
    assert re.findall(r"^\| [~+✓-] \| (.*?) \|", lead, re.MULTILINE) == [f"`{plant(41)}`"]
    assert "- /syncInterval: 60\n+ /syncInterval: 90\n" in lead
    assert f"From `desired-state/{plant_file(41)}`" in lead
    assert set(re.findall(r"plant-\d+", lead)) == {plant(41)}


def test_markdown_has_the_drift_in_one_collapsed_part_with_who_and_when(
    planned: Callable[..., str], reviewed: Reviewed
) -> None:
    text = planned("--format", "markdown")
    own, rest = Page(text).collapsed
    drifted = {plant(number) for number in range(DRIFTED)}
    assert set(re.findall(r"plant-\d+", own)) == {plant(41)}
    assert "Not from this pull request (40 changes)" in rest
    assert set(re.findall(r"plant-\d+", rest)) == drifted
    assert text.count("<details>") == 2
    assert re.search(
        rf"- 40 drifted at 40 sites, by `{reviewed.colleague}` using `psql`.* "
        rf"(at `{TIME}`|between `{TIME}` and `{TIME}`)\n",
        text,
    )
    assert reviewed.colleague not in text[: text.index("Not from this pull request")]


def test_the_same_edit_at_many_sites_is_one_entry(planned: Callable[..., str]) -> None:
    rest = planned("--format", "markdown").partition("Not from this pull request")[2]
    assert rest.count("\n| ~ |") == 2
    assert "| `plant-000`, `plant-001` and 28 more |" in rest
    assert "@@ erp-adapter at 30 sites @@" in rest
    assert "@@ erp-adapter at 10 sites @@" in rest
    assert "from each site's own file" in rest


def test_text_counts_the_drift_in_a_line_and_lists_it_only_when_asked(
    planned: Callable[..., str], reviewed: Reviewed
) -> None:
    short, whole = planned(), planned("-v")
    lead, _, rest = short.partition("Not from this pull request (40 changes); -v lists them\n")
    assert lead.count("  reconfigure  ") == 1
    assert "      - /syncInterval: 60\n      + /syncInterval: 90\n" in lead
    assert set(re.findall(r"plant-\d+", short)) == {plant(41)}
    who_and_when = rf"  40 drifted at 40 sites, by {reviewed.colleague} using psql.* (at|between) "
    assert re.match(who_and_when + TIME, rest)
    assert set(re.findall(r"plant-\d+", whole)) == {
        plant(number) for number in (*range(DRIFTED), 41)
    }
    assert "  ~ erp-adapter at 30 sites  reconfigure  3.0.0\n" in whole


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_terminal_shows_the_one_change_and_one_line_of_drift(
    reviewed: Reviewed, columns: str
) -> None:
    environment = reviewed.environment() | {"TERM": "xterm", "COLUMNS": columns}
    folder = reviewed.installation.repository
    shown = on_terminal(folder, *PULL_REQUEST, answers={}, **environment)
    text = STEERING.sub("", shown.out).replace("\r", "\n")
    assert shown.code == 0
    assert set(re.findall(r"plant-\d+", text)) == {plant(41)}
    assert "Changes of this pull request" in text
    assert "Not from this pull request (40 changes); -v lists them" in text
    assert "40 drifted at 40 sites" in text
    assert reviewed.colleague in text
    assert max(map(len, text.splitlines())) <= int(columns)


def test_a_report_of_drift_leads_with_the_drift(reviewed: Reviewed, program: Command) -> None:
    folder = reviewed.installation.repository
    done = program("drift", "--ref", "HEAD", cwd=folder, **reviewed.environment())
    assert done.out.startswith("Drift: 40 configurations changed outside git, at 40 sites.\n")
    assert "\nDrift: changed in the database, outside git\n  ~ erp-adapter at 30 sites" in done.out
    assert "Not from this pull request" not in done.out
    assert re.search(rf"by {reviewed.colleague} using psql.* (at|between) {TIME}", done.out)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_one_change_at_every_site_is_one_entry_and_unsafe(
    server_url: str, template: str, tmp_path: Path, program: Command, form: str
) -> None:
    with many_sites(server_url, template, tmp_path / "plants", 12) as installation:
        files: dict[str, str | None] = {
            plant_file(number): erp_file(plant(number), interval=90) for number in range(12)
        }
        installation.commit("Raise the interval everywhere", files)
        arguments = (*PULL_REQUEST, "--format", form)
        done = program(*arguments, cwd=installation.repository, DATABASE_URL=installation.url)
    assert done.code == 3
    first = 'Unsafe: 12 to reconfigure, and only apply --force "<reason>" applies it.\n'
    assert done.out.removeprefix("## ⚠️ ").startswith(first)
    assert "erp-adapter at 12 sites" in re.sub("</?code>", "", done.out)
    assert "plant-000, plant-001 and 10 more" in done.out.replace("`", "")
    assert done.out.count("+ /syncInterval: 90\n") == 1
    assert "Blocked:" not in done.out
