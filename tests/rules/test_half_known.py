"""Nothing is concluded from what cannot be known, and nothing is lost once it can be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.plant import Plant, needed, provided

BETA = "sites/hartford/extensions/beta.yaml"
MANIFEST = "catalog/extensions/beta/1.0.0.yaml"


def plant() -> Plant:
    """Return a plant where all depend on ``beta`` in one way each, and one not on it at all."""
    plant = Plant().offer("beta", provides=[provided("erp")])
    plant.offer("alpha", needs={"beta": "^1.0.0"}).offer("delta", uses=[needed("erp", "v1")])
    plant.offer("vault", activationPolicy={"requiredForOperation": True})
    return plant.site("hartford", "alpha", "beta", "delta", "vault")


def without(plant: Plant, path: str) -> Plant:
    del plant.files[path]
    return plant


UNKNOWN: dict[str, tuple[Callable[[Plant], Plant], list[str]]] = {
    "its file is no YAML": (lambda plant: plant.put(BETA, "version: [\n"), ["yaml-syntax"]),
    "its file has a slip": (
        lambda plant: plant.put(BETA, {"version": "1.0.0", "enable": True}),
        ["unknown-key"],
    ),
    "it names no version": (lambda plant: plant.put(BETA, {}), ["missing-version"]),
    "it names a version there is not": (
        lambda plant: plant.enable("hartford", "beta", "7.0.0"),
        ["unknown-version"],
    ),
    "its manifest is no YAML": (lambda plant: plant.put(MANIFEST, "id: [\n"), ["yaml-syntax"]),
    "its manifest is not valid": (lambda plant: plant.put(MANIFEST, {}), ["manifest-invalid"] * 3),
    "its manifest is in the earlier dialect": (
        lambda plant: plant.offer("beta", capabilities={"providers": []}),
        ["manifest-dialect"],
    ),
    "the catalog has nothing of it": (
        lambda plant: without(plant, MANIFEST),
        ["capability-unprovided", "unknown-extension"],
    ),
}
EVERY = pytest.mark.parametrize("name", UNKNOWN)


def mistaken(name: str, at: Plant) -> tuple[Plant, list[str]]:
    change, codes = UNKNOWN[name]
    return change(at), codes


def test_the_plant_has_no_findings_as_it_is() -> None:
    assert plant().codes() == []


@EVERY
def test_an_extension_that_is_not_understood_brings_no_findings_about_others(name: str) -> None:
    found, codes = mistaken(name, plant())
    assert found.codes() == codes


@EVERY
def test_what_has_nothing_to_do_with_it_is_found_all_the_same(name: str) -> None:
    worse = plant().offer("gamma", needs={"missing": "*"}, uses=[needed("printing")])
    found, codes = mistaken(name, worse.enable("hartford", "gamma"))
    assert "dependency-missing" in found.codes()
    assert set(codes) <= set(found.codes())


@EVERY
def test_what_was_wrong_with_others_shows_once_it_is_understood(name: str) -> None:
    worse = plant().offer("alpha", needs={"beta": "^2.0.0"})
    worse.offer("delta", uses=[needed("erp", "v2")])
    files = dict(worse.files)
    found, _ = mistaken(name, worse)
    assert not {"dependency-version", "capability-version"} & set(found.codes())
    found.files = files
    assert found.codes() == ["dependency-version", "capability-version"]


def test_an_extension_whose_version_is_unknown_still_meets_what_its_version_meets() -> None:
    found = plant().enable("hartford", "beta", "1.7.0")
    (resolution,) = [each for each in found.resolutions() if each.key.extension_id == "alpha"]
    assert (resolution.satisfied, resolution.resolved_version) == (True, "1.7.0")


def test_a_site_whose_profile_cannot_be_read_is_not_judged_by_what_is_left_of_it() -> None:
    found = plant().site("hartford", profiles=["usual"])
    del found.files[BETA]
    found.put("profiles/usual.yaml", "extensions: [\n")
    assert found.codes() == ["yaml-syntax"]
    found.put("profiles/usual.yaml", {"extensions": {}})
    assert found.codes() == ["dependency-missing", "capability-missing"]


def test_two_ranges_are_not_set_apart_where_a_version_between_cannot_be_read() -> None:
    found = plant().offer("alpha", needs={"beta": ">=1.0.0"})
    found.offer("gamma", needs={"beta": "^1.0.0 || ^3.0.0"}).offer("beta", "2.0.0")
    found.offer("alpha", needs={"beta": "^2.0.0 || ^3.0.0"}).enable("hartford", "gamma")
    assert "conflict-dependency" in found.codes()
    found.put("catalog/extensions/beta/3.0.0.yaml", "id: [\n")
    assert "conflict-dependency" not in found.codes()
