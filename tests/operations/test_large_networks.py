"""Networks of extensions far beyond real ones, read from a folder and checked by every rule."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.model.diagnostic import Diagnostic
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.rules.relation_findings import MOST_CONFLICTS
from tests.support.plant import Plant, exclusion, needed, provided

MOST_SECONDS = 5.0
"""Of this process's own time, so that a busy machine makes no difference."""
Checker = Callable[[Plant], tuple[Diagnostic, ...]]


@pytest.fixture
def checked(tmp_path: Path) -> Checker:
    """Write a plant into a folder and check it, within the time there is."""

    def check(plant: Plant) -> tuple[Diagnostic, ...]:
        folder = plant.write(tmp_path / "desired-state")
        started = time.process_time()
        findings = check_desired_state(Source(folder.path)).diagnostics
        assert time.process_time() - started < MOST_SECONDS
        return findings

    return check


def names(number: int, stem: str = "ext") -> list[str]:
    return [f"{stem}-{each:04}" for each in range(number)]


def chain(number: int) -> Plant:
    """Return a plant in which each extension depends on the next."""
    plant, every = Plant(), names(number)
    for name, following in zip(every, [*every[1:], ""], strict=True):
        plant.offer(name, needs={following: "^1.0.0"} if following else {})
    return plant.site("hartford", *every)


def providers(number: int, scope: str = "") -> Plant:
    """Return a plant whose extensions provide one capability, each alone in ``scope`` if given."""
    plant = Plant().offer("user", uses=[needed("erp", "v1")])
    for name in names(number):
        alone = [exclusion(scope, name, capability="erp")] if scope else []
        plant.offer(name, provides=[provided("erp", policy=name)], excludes=alone)
    return plant


def test_a_chain_of_1000_extensions_has_no_findings(checked: Checker) -> None:
    assert checked(chain(1000)) == ()


def test_a_chain_of_1000_that_lacks_its_last_names_who_lacks_it(checked: Checker) -> None:
    plant = chain(1000)
    del plant.files["sites/hartford/extensions/ext-0999.yaml"]
    (found,) = checked(plant)
    assert (found.code, found.extension) == ("dependency-missing", "ext-0998")
    assert found.hint == "Enable ext-0999 1.0.0."


def test_a_circle_of_1000_is_named_as_a_whole(checked: Checker) -> None:
    plant = chain(1000).offer("ext-0999", needs={"ext-0000": "^1.0.0"})
    (found,) = checked(plant)
    assert found.code == "dependency-cycle"
    assert found.message.endswith(" → ".join([*names(1000), "ext-0000"]))


def test_200_providers_of_one_capability_have_no_findings(checked: Checker) -> None:
    assert checked(providers(200).site("hartford", "user", *names(200))) == ()


def test_of_200_providers_that_could_be_enabled_a_few_are_advised(checked: Checker) -> None:
    (found,) = checked(providers(200).site("hartford", "user"))
    assert found.hint.startswith("Enable ext-0000 1.0.0; or enable ext-0001 1.0.0; or ")
    assert found.hint.endswith(", or 194 other ways.")


def test_200_providers_that_all_conflict_are_listed_up_to_a_bound(checked: Checker) -> None:
    findings = checked(providers(200, "capability").site("hartford", *names(200)))
    assert [found.code for found in findings] == [
        *["conflict-policy"] * MOST_CONFLICTS,
        "conflict-findings",
    ]
    assert {found.severity for found in findings} == {"error"}
    assert findings[-1].message.startswith("more than 500 conflicts at hartford")


def test_200_sites_that_all_conflict_are_listed_up_to_a_bound(checked: Checker) -> None:
    plant = providers(200, "global")
    for name in names(200):
        plant.site(name.replace("ext", "s"), name)
    findings = checked(plant)
    codes = [found.code for found in findings]
    assert codes == ["conflict-findings", *["conflict-policy"] * MOST_CONFLICTS]
    assert "between sites" in findings[0].message


def test_500_circles_of_two_are_a_finding_each(checked: Checker) -> None:
    plant = Plant()
    for one, other in zip(names(500, "a"), names(500, "b"), strict=True):
        plant.offer(one, needs={other: "*"}).offer(other, needs={one: "*"})
    findings = checked(plant.site("hartford", *names(500, "a"), *names(500, "b")))
    assert [found.extension for found in findings] == names(500, "a")


def test_an_extension_that_1000_depend_on_names_them_all_when_it_is_opted_out_of(
    checked: Checker,
) -> None:
    plant = Plant().offer("beta")
    for name in names(1000):
        plant.offer(name, needs={"beta": "*"})
    plant.put("profiles/usual.yaml", {"extensions": {"beta": {"version": "1.0.0"}}})
    plant.site("hartford", *names(1000), profiles=["usual"])
    plant.put("sites/hartford/extensions/beta.yaml", {"enabled": False})
    findings = checked(plant)
    assert len(findings) == 1001
    (breaks,) = [found for found in findings if found.code == "deactivation-breaks"]
    assert breaks.message.endswith(", ".join(names(1000)))
