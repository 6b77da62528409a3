"""Extensions, versions and users that are named must exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.desired_folder import (
    EXTENSION_FILE,
    MANIFEST_FILE,
    SMALL,
    DesiredFolder,
    small_folder,
)


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def test_an_unknown_version_lists_those_there_are_lowest_first(folder: DesiredFolder) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0-rc.10", "2.0.0-rc.9", "2.0.0"):
        folder.manifest({}, version=version)
    folder.replace(EXTENSION_FILE, "1.0.0", "3.0.0")
    (found,) = folder.findings()
    assert found.code == "unknown-version"
    assert found.hint == "It has 1.0.0, 1.9.0, 1.10.0, 2.0.0-rc.9, 2.0.0-rc.10, 2.0.0."


def test_a_long_list_of_versions_is_cut_and_says_so(folder: DesiredFolder) -> None:
    for minor in range(1, 20):
        folder.manifest({}, version=f"1.{minor}.0")
    folder.replace(EXTENSION_FILE, "1.0.0", "3.0.0")
    (found,) = folder.findings()
    assert found.hint.endswith("1.11.0 and 8 more.")


@pytest.mark.parametrize(("written", "in_catalog"), [("v1.0.0", "1.0.0"), ("1.0.0", "v1.0.0")])
def test_a_version_is_found_with_or_without_its_leading_v(
    folder: DesiredFolder, written: str, in_catalog: str
) -> None:
    folder.replace(EXTENSION_FILE, "1.0.0", written)
    folder.replace(MANIFEST_FILE, "version: 1.0.0", f"version: {in_catalog}")
    assert folder.codes() == []
    assert folder.configuration().version == in_catalog


def test_an_unknown_extension_that_resembles_none_lists_the_catalog(folder: DesiredFolder) -> None:
    folder.write("sites/hartford/extensions/xyzzy.yaml", SMALL[EXTENSION_FILE])
    (found,) = folder.findings()
    assert (found.code, found.hint) == ("unknown-extension", "Known: line-dashboard.")
    assert (found.site, found.extension) == ("hartford", "xyzzy")


def test_an_extension_whose_manifest_cannot_be_read_is_not_called_unknown(
    folder: DesiredFolder,
) -> None:
    folder.write(MANIFEST_FILE, "id: [\n")
    assert folder.codes() == ["yaml-syntax"]


def test_a_service_user_who_is_no_user_is_found_where_it_is_named(folder: DesiredFolder) -> None:
    folder.replace("reconciler.yaml", "serviceUser: reconciler", "serviceUser: reconcile")
    (found,) = folder.findings()
    assert (found.code, found.hint) == ("unknown-user", "Did you mean 'reconciler'?")
    assert str(found.location) == "desired-state/reconciler.yaml:3:14"


@pytest.mark.parametrize(
    "version", ["1.0.0-01", "1.0.0-a..b", "1.0.0-", "1.0.0+", "01.0.0", "9999999999999999.0.0"]
)
def test_a_version_that_npm_would_refuse_is_refused(folder: DesiredFolder, version: str) -> None:
    folder.replace(EXTENSION_FILE, "1.0.0", version)
    assert folder.codes() == ["invalid-value"]
