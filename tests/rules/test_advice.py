"""What is advised mends what it is about, brings nothing new, and is as small as can be."""

from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.semver import is_prerelease
from reconciler.rules.advice import MOST_CHANGES
from reconciler.rules.network import Network
from reconciler.rules.problems import Problem, platform_too_old, relations_at
from reconciler.rules.relations import Installation
from reconciler.rules.steps import Step
from tests.support.plant import Plant, exclusion, needed, provided

NAMES = ["alpha", "beta", "gamma", "delta"]
VERSIONS = ["1.0.0", "1.1.0", "2.0.0"]


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """Return what one version of an extension says of others; most say little."""
    others = st.sampled_from(NAMES)
    ranges = st.sampled_from(["*", "^1.0.0", "^2.0.0", "1.0.0"])
    minimums = st.sampled_from([None, "v1", "v2"])
    capabilities = st.sampled_from(["erp", "printing"])
    policy = draw(st.sampled_from([None, "p", "q"]))
    provides = draw(
        st.lists(st.tuples(capabilities, st.sampled_from(["v1.0", "v2.0"])), max_size=1)
    )
    excludes = [exclusion("capability", policy, capability=name) for name, _ in provides if policy]
    needs = draw(st.dictionaries(others, ranges, max_size=1))
    uses = draw(st.lists(st.tuples(capabilities, minimums), max_size=1))
    forbids = draw(st.dictionaries(others, st.just("one port"), max_size=1))
    keep = draw(st.booleans())
    return {
        "needs": needs,
        "uses": [needed(name, minimum) for name, minimum in uses],
        "provides": [provided(name, version, policy) for name, version in provides],
        "excludes": excludes if keep else [],
        "forbids": forbids if keep else {},
        "mesVersion": draw(st.sampled_from(["4.0.0", "4.0.0", "4.0.0", "9.0.0"])),
        "deprecated": draw(st.integers(0, 9)) == 0,
        "activationPolicy": {"requiredForOperation": draw(st.integers(0, 11)) == 0},
    }


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """Return a small catalog and one site that enables a part of it, right or wrong."""
    plant = Plant()
    offered: dict[str, list[str]] = {}
    for name in NAMES:
        offered[name] = draw(
            st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=2, unique=True)
        )
        for version in offered[name]:
            plant.offer(name, version, **draw(manifests()))
    plant.site("hartford")
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        plant.enable("hartford", name, draw(st.sampled_from(offered[name])))
    return plant


def taken(network: Network, steps: tuple[Step, ...]) -> Network:
    for step in steps:
        network = network.with_version(step.extension, step.version)
    return network


def mends(network: Network, problem: Problem, steps: tuple[Step, ...]) -> bool:
    """Say whether steps make a problem go and bring no other."""
    before, after = (
        set(relations_at(network).problems),
        set(relations_at(taken(network, steps)).problems),
    )
    return problem not in after and after <= before


def choices_at(network: Network, extension: str) -> list[Step]:
    """Return every step that may be advised for one extension, by what the rules of advice say."""
    now = network.versions.get(extension)
    runnable = [
        manifest.content
        for manifest in network.catalog.manifests.get(extension, {}).values()
        if manifest.content.version != now
        and not manifest.content.deprecated
        and not platform_too_old(network, manifest.content)
        and not is_prerelease(manifest.content.version)
    ]
    steps = [Step(extension, content.version, now) for content in runnable]
    held = network.manifests.get(extension)
    if now is not None and (held is None or not held.activation_policy.required):
        steps.append(Step(extension, None, now))
    return steps


def exists(network: Network, problem: Problem, size: int) -> bool:
    """Say whether any set of ``size`` steps mends a problem, by trying them all."""
    return any(
        mends(network, problem, steps)
        for extensions in combinations(NAMES, size)
        for steps in product(*(choices_at(network, extension) for extension in extensions))
    )


def smallest_of_all(installation: Installation) -> dict[Problem, tuple[Step, ...] | None]:
    (found,) = installation.sites.values()
    return {problem: installation.adviser.smallest(found, problem) for problem in found.problems}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_what_is_advised_makes_the_problem_go_and_brings_no_other(plant: Plant) -> None:
    installation = plant.installation()
    (found,) = installation.sites.values()
    for problem in found.problems:
        steps = installation.adviser.smallest(found, problem)
        ways = installation.adviser.choices(found, problem)
        for way in [*ways, *([steps] if steps else [])]:
            assert 1 <= len(way) <= MOST_CHANGES
            assert len({step.extension for step in way}) == len(way)
            assert mends(found.network, problem, way), (problem, way)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_no_smaller_set_of_steps_would_do(plant: Plant) -> None:
    installation = plant.installation()
    (found,) = installation.sites.values()
    for problem, steps in smallest_of_all(installation).items():
        beyond = len(steps) if steps else len(NAMES) + 1
        for size in range(1, min(beyond, 3)):
            assert not exists(found.network, problem, size), (problem, steps, size)


@settings(max_examples=60, deadline=None)
@given(plants(), st.randoms(use_true_random=False))
def test_advice_is_the_same_in_any_order_of_files(plant: Plant, shuffled: random.Random) -> None:
    other = Plant()
    paths = list(plant.files)
    shuffled.shuffle(paths)
    other.files = {path: plant.files[path] for path in paths}
    assert other.findings() == plant.findings()
    assert smallest_of_all(other.installation()) == smallest_of_all(plant.installation())


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_chain_of_what_is_missing_is_advised_as_a_whole_up_to_four_steps(length: int) -> None:
    plant = Plant().site("hartford", "ext-0")
    for number in range(length + 1):
        needs = {f"ext-{number + 1}": "*"} if number < length else {}
        plant.offer(f"ext-{number}", needs=needs)
    (found,) = plant.findings()
    ways = found.hint.removesuffix(".").split("; or ")
    whole = ", and ".join(f"enable ext-{number + 1} 1.0.0" for number in range(length))
    assert ways[0].lower() == whole
    assert ways[1:] == (["disable ext-0"] if length > 1 else [])


def test_what_cannot_be_mended_in_four_steps_says_where_to_look() -> None:
    plant = Plant().site("hartford", "vault")
    plant.offer("vault", needs={"beta": "*"}, activationPolicy={"requiredForOperation": True})
    (found,) = plant.findings()
    assert found.hint == (
        "The catalog has no extension beta. Known: vault. "
        "`reconciler explain hartford vault` shows what depends on what."
    )


def test_nothing_is_advised_that_clashes_with_another_site() -> None:
    plant = Plant().offer("alpha", uses=[needed("erp")])
    alone = [exclusion("global", "p", capability="erp")]
    plant.offer("beta", provides=[provided("erp", policy="p")], excludes=alone)
    plant.offer("gamma", provides=[provided("erp", policy="q")])
    (found,) = plant.site("galway", "gamma").site("hartford", "alpha").findings()
    assert found.hint == "Enable gamma 1.0.0."


def test_a_conflict_between_sites_is_mended_at_the_site_that_takes_less() -> None:
    plant = Plant().offer("beta", provides=[provided("erp", policy="q")])
    alone = [exclusion("global", "p", capability="erp")]
    plant.offer("alpha", provides=[provided("erp", policy="p")], excludes=alone)
    plant.offer("delta", uses=[needed("erp")])
    (found,) = plant.site("galway", "alpha").site("hartford", "beta", "delta").findings()
    assert found.hint == "At galway: disable alpha."


def test_the_work_for_advice_is_bounded_and_what_is_left_is_found_all_the_same() -> None:
    plant = Plant()
    for number in range(300):
        plant.offer(f"ext-{number:03}", needs={f"missing-{number}": "*"})
    plant.site("hartford", *(f"ext-{number:03}" for number in range(300)))
    findings = plant.findings()
    assert [found.code for found in findings] == ["dependency-missing"] * 300
    assert findings[0].hint.endswith("Disable ext-000.")
    assert findings[-1].hint.endswith("shows what depends on what.")
