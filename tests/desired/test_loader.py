"""From files to the desired state: every file is read, every finding kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.layout import place_of
from reconciler.desired.loader import load
from reconciler.desired.source_tree import ReadFiles, SourceTree
from reconciler.model.desired import Revision
from tests.support.desired_folder import (
    EXTENSION_FILE,
    SITE,
    SMALL,
    DesiredFolder,
    GitRepository,
    example_folder,
    small_folder,
)


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def test_the_example_state_has_no_findings(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    folder = example_folder(tmp_path / "desired-state")
    repository.commit("Describe the plants")
    assert folder.findings() == []
    assert len(folder.state().sites) == 4


@pytest.mark.parametrize(
    "relative",
    [
        "reconcilers.yaml",
        "extra/notes.yaml",
        "profiles/deep/er.yaml",
        "profiles/Upper.yaml",
        "sites/site.yaml",
        "sites/hartford/extension/line-dashboard.yaml",
        "sites/hartford/extensions/Line_Dashboard.yaml",
        "sites/hartford/extensions/ab.json",
        "sites/-derby/site.yaml",
        "sites/der by/site.yaml",
        "catalog/extensions/line-dashboard.yaml",
        "catalog/extensions/line-dashboard/1.0.0/manifest.yaml",
    ],
)
def test_a_file_that_has_no_place_is_found(folder: DesiredFolder, relative: str) -> None:
    folder.write(relative, "a: 1\n")
    (found,) = folder.findings()
    assert (found.code, found.location.path) == ("misplaced-file", f"desired-state/{relative}")


def test_a_file_that_ends_in_yml_is_told_its_name(folder: DesiredFolder) -> None:
    folder.write("users.yml", "users: []\n")
    (found,) = folder.findings()
    assert found.hint == "Rename it to end in .yaml: users.yaml"


@pytest.mark.parametrize(
    "relative", ["README.md", "sites/hartford/notes.txt", ".hidden.yaml", ".github/ci.yaml"]
)
def test_what_is_no_part_of_a_desired_state_is_left_alone(
    folder: DesiredFolder, relative: str
) -> None:
    folder.write(relative, "{{{")
    assert folder.codes() == []


@pytest.mark.parametrize("name", ["reconciler.yaml", "users.yaml", f"sites/{SITE}/site.yaml"])
def test_a_missing_file_is_named(folder: DesiredFolder, name: str) -> None:
    folder.remove(name)
    assert f"the file {name} is missing" in [found.message for found in folder.findings()]


def test_a_manifest_may_be_json(folder: DesiredFolder) -> None:
    written = folder.manifest({})
    written.rename(written.with_suffix(".json"))
    assert folder.codes() == ["configuration-unknown", "configuration-unknown"]


def test_a_file_that_breaks_does_not_hide_the_findings_of_the_others(
    folder: DesiredFolder,
) -> None:
    folder.write("profiles/baseline.yaml", "extensions: [\n")
    folder.replace(EXTENSION_FILE, "interval: 60", "intervall: 60")
    assert folder.codes() == ["yaml-syntax", "configuration-unknown"]


def test_repeating_the_identity_in_the_file_is_allowed(folder: DesiredFolder) -> None:
    text = SMALL[EXTENSION_FILE] + f"site: {SITE}\nextension: line-dashboard\n"
    folder.write(EXTENSION_FILE, text)
    assert folder.codes() == []


@pytest.mark.parametrize(
    ("relative", "text"),
    [
        (EXTENSION_FILE, ""),
        (EXTENSION_FILE, "# nothing yet\n"),
        (EXTENSION_FILE, "- a list\n"),
        ("users.yaml", "users: none\n"),
        ("reconciler.yaml", "null\n"),
        (f"sites/{SITE}/site.yaml", "7\n"),
    ],
)
def test_a_file_of_another_shape_is_a_wrong_type(
    folder: DesiredFolder, relative: str, text: str
) -> None:
    folder.write(relative, text)
    assert "wrong-type" in folder.codes()


@pytest.mark.parametrize("old", ["mesVersion: 4.2.0", f"name: {SITE.title()}", "apiVersion: v2.4"])
def test_a_missing_key_is_found_at_its_mapping(folder: DesiredFolder, old: str) -> None:
    folder.replace(f"sites/{SITE}/site.yaml", f"{old}\n", "")
    (found,) = folder.findings()
    assert (found.code, found.location.line) == ("missing-key", 1)
    assert repr(old.partition(":")[0]) in found.message


def test_a_version_longer_than_the_databases_column_is_an_error(folder: DesiredFolder) -> None:
    folder.replace(EXTENSION_FILE, "1.0.0", "1.0.0-alpha.beta.gamma.1")
    assert folder.codes() == ["invalid-value"]


def test_the_order_of_files_does_not_matter() -> None:
    files = {path: text.encode() for path, text in SMALL.items()}
    files["sites/derby/site.yaml"] = SMALL[f"sites/{SITE}/site.yaml"].encode()
    revision = Revision(None, dirty=True)
    one = load(SourceTree("x", ReadFiles(files), revision))
    other = load(SourceTree("x", ReadFiles(dict(reversed(files.items()))), revision))
    assert one.diagnostics == other.diagnostics
    assert one.state is not None
    assert other.state is not None
    assert list(one.state.configurations) == list(other.state.configurations)


@pytest.mark.parametrize(
    ("relative", "kind"),
    [
        ("reconciler.yaml", "project"),
        ("users.yaml", "users"),
        ("profiles/baseline.yaml", "profile"),
        ("catalog/extensions/line-dashboard/1.0.0.yaml", "manifest"),
        ("catalog/extensions/line-dashboard/1.0.0.json", "manifest"),
        ("catalog/capabilities/erp-integration.yaml", "contract"),
        ("sites/hartford/site.yaml", "site"),
        ("sites/hartford/extensions/line-dashboard.yaml", "extension"),
        ("sites/hartford/extensions/line-dashboard.yaml\n", None),
        ("x/sites/hartford/site.yaml", None),
    ],
)
def test_a_path_says_what_a_file_is(relative: str, kind: str | None) -> None:
    place = place_of(relative)
    assert (place.kind if place else None) == kind
