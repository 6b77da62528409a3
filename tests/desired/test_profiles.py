"""Profiles and a site's own files, merged: what is effective, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.desired_folder import EXTENSION_FILE, SITE, DesiredFolder, small_folder

OPEN = {"additionalProperties": True}
OWN = f"desired-state/{EXTENSION_FILE}"
FIRST, SECOND = "desired-state/profiles/first.yaml", "desired-state/profiles/second.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    folder = small_folder(tmp_path / "desired-state")
    folder.manifest(OPEN)
    folder.replace(f"sites/{SITE}/site.yaml", "signers:", "profiles: [first, second]\nsigners:")
    profile(folder, "first")
    profile(folder, "second")
    return folder


def profile(folder: DesiredFolder, name: str, *, version: str | None = None, **keys: Any) -> None:
    given = {"version": version} if version else {}
    entry = {**given, "configuration": keys}
    folder.write_value(f"profiles/{name}.yaml", {"extensions": {"line-dashboard": entry}})


def test_profiles_merge_in_their_order_and_the_site_has_the_last_word(
    folder: DesiredFolder,
) -> None:
    profile(folder, "first", a=1, b=1, c=1, nested={"x": 1, "y": 1})
    profile(folder, "second", b=2, c=2, nested={"y": 2})
    folder.configure({"c": 3, "nested": {"z": 3}})
    merged = folder.configuration()
    assert merged.configuration == {"a": 1, "b": 2, "c": 3, "nested": {"x": 1, "y": 2, "z": 3}}
    sources = {
        path: merged.source(path).document.path
        for path in [("a",), ("b",), ("c",), ("nested", "x"), ("nested", "y"), ("nested", "z")]
    }
    assert list(sources.values()) == [FIRST, SECOND, OWN, FIRST, SECOND, OWN]


def test_a_null_of_the_site_takes_a_profiles_key_away(folder: DesiredFolder) -> None:
    profile(folder, "first", a=1, b=1)
    folder.configure({"b": None})
    assert folder.configuration().configuration == {"a": 1}


def test_a_list_is_replaced_as_a_whole(folder: DesiredFolder) -> None:
    profile(folder, "first", shifts=["early", "late"])
    folder.configure({"shifts": ["night"]})
    merged = folder.configuration()
    assert merged.configuration == {"shifts": ["night"]}
    assert merged.source(("shifts", 0)).document.path == OWN


def test_the_version_may_come_from_a_profile(folder: DesiredFolder) -> None:
    profile(folder, "first", version="1.0.0", a=1)
    folder.write_value(EXTENSION_FILE, {"configuration": {"b": 1}})
    assert folder.codes() == []
    assert folder.configuration().version == "1.0.0"


def test_the_last_version_given_is_taken(folder: DesiredFolder) -> None:
    for version in ("1.1.0", "1.2.0"):
        folder.manifest(OPEN, version=version)
    profile(folder, "first", version="1.1.0")
    profile(folder, "second", version="1.2.0")
    assert folder.configuration().version == "1.0.0"
    folder.remove(EXTENSION_FILE)
    assert folder.configuration().version == "1.2.0"


def test_a_profile_brings_an_extension_in_by_itself(folder: DesiredFolder) -> None:
    profile(folder, "first", version="1.0.0", a=1)
    folder.remove(EXTENSION_FILE)
    brought = folder.configuration()
    assert brought.configuration == {"a": 1}
    assert brought.path == SECOND


def test_a_site_opts_out_of_what_a_profile_brings(folder: DesiredFolder) -> None:
    profile(folder, "first", version="1.0.0", a=1)
    folder.write(EXTENSION_FILE, "enabled: false\n")
    assert folder.codes() == []
    assert not folder.state().configurations


def test_an_opt_out_of_what_no_profile_brings_is_useless(folder: DesiredFolder) -> None:
    for name in ("first", "second"):
        folder.write_value(f"profiles/{name}.yaml", {})
    folder.write(EXTENSION_FILE, "enabled: false\n")
    assert folder.codes() == ["useless-opt-out"]


def test_a_profile_that_cannot_be_read_is_not_called_unknown(folder: DesiredFolder) -> None:
    folder.write("profiles/first.yaml", "extensions: [\n")
    assert folder.codes() == ["yaml-syntax"]


def test_an_opt_out_is_not_called_useless_while_a_profile_cannot_be_read(
    folder: DesiredFolder,
) -> None:
    folder.write_value("profiles/second.yaml", {})
    folder.write("profiles/first.yaml", "extensions: [\n")
    folder.write(EXTENSION_FILE, "enabled: false\n")
    assert folder.codes() == ["yaml-syntax"]


def test_an_unknown_profile_is_found_where_it_is_named(folder: DesiredFolder) -> None:
    folder.remove("profiles/second.yaml")
    (found,) = folder.findings()
    assert found.code == "unknown-profile"
    assert str(found.location) == f"desired-state/sites/{SITE}/site.yaml:5:19"


def test_a_profiles_mistake_is_told_for_each_site_in_one_order(folder: DesiredFolder) -> None:
    folder.manifest({"properties": {"interval": {"type": "integer"}}})
    profile(folder, "first", version="1.0.0", interval="often")
    folder.write(EXTENSION_FILE, "{}\n")
    names = ["derby", "bremen", "cork", "aachen", "essen"]
    for number, name in enumerate(names):
        site = (folder.path / f"sites/{SITE}/site.yaml").read_text(encoding="utf-8")
        other = site.replace("11111111", f"1111111{number + 2}").replace("[mlopez]", "[]")
        folder.write(f"sites/{name}/site.yaml", other)
    found = folder.findings()
    assert {finding.location.path for finding in found} == {FIRST}
    assert [finding.site for finding in found] == sorted([*names, SITE])
