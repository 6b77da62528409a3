"""Extensions that depend on each other in a circle."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.rules.dependencies import cycles
from tests.support.plant import Plant, needed, provided

GRAPHS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=4), max_size=8
)


def circle(*names: str) -> Plant:
    """Return a plant in which each extension depends on the next, and the last on the first."""
    plant = Plant()
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        plant.offer(name, needs={following: "^1.0.0"})
    return plant.site("hartford", *names)


@pytest.mark.parametrize("length", [1, 2, 3, 50])
def test_a_circle_is_named_from_its_lowest_extension_on(length: int) -> None:
    names = [f"ext-{number:02}" for number in range(length)]
    (found,) = circle(*names[3:], *names[:3]).findings()
    assert (found.code, found.severity, found.gate) == ("dependency-cycle", "error", "apply")
    assert found.extension == "ext-00"
    assert found.message.endswith(" → ".join([*names, "ext-00"]))


def test_a_chain_is_no_circle() -> None:
    plant = circle("alpha", "beta", "gamma").offer("gamma")
    assert plant.codes() == []


def test_a_circle_through_a_capability_is_one() -> None:
    plant = Plant().offer("alpha", uses=[needed("erp", "v1")])
    plant.offer("beta", provides=[provided("erp")], needs={"alpha": "^1.0.0"})
    (found,) = plant.site("hartford", "alpha", "beta").findings()
    assert found.message.endswith("alpha → beta → alpha")


def test_a_circle_through_a_capability_that_the_platform_provides_is_none() -> None:
    plant = Plant().offer("alpha", uses=[needed("erp", "v1")]).platform(erp="v1.0")
    plant.offer("beta", provides=[provided("erp")], needs={"alpha": "^1.0.0"})
    assert plant.site("hartford", "alpha", "beta").codes() == []


def test_a_circle_is_broken_by_a_version_that_does_not_depend_on_the_next() -> None:
    plant = circle("alpha", "beta", "gamma").offer("beta", "1.1.0")
    (found,) = plant.findings()
    assert found.hint == "Set beta to 1.1.0."
    assert plant.enable("hartford", "beta", "1.1.0").codes() == []


def test_circles_apart_are_a_finding_each() -> None:
    plant = Plant()
    for one, other in (("alpha", "beta"), ("gamma", "delta")):
        plant.offer(one, needs={other: "*"}).offer(other, needs={one: "*"})
    plant.site("hartford", "alpha", "beta", "gamma", "delta")
    assert [found.extension for found in plant.findings()] == ["alpha", "delta"]


def is_circle(graph: dict[str, list[str]], way: tuple[str, ...]) -> bool:
    steps = zip(way, [*way[1:], way[0]], strict=True)
    return len(set(way)) == len(way) and all(to in graph.get(here, ()) for here, to in steps)


def without_circles(graph: dict[str, list[str]]) -> bool:
    left = {here: set(targets) & graph.keys() for here, targets in graph.items()}
    while free := [here for here, targets in left.items() if not targets]:
        for here in free:
            del left[here]
        for targets in left.values():
            targets.difference_update(free)
    return not left


@given(GRAPHS)
def test_what_is_called_a_circle_is_one_and_no_two_share_an_extension(
    graph: dict[str, list[str]],
) -> None:
    found = cycles(graph)
    named = [extension for way in found for extension in way]
    assert all(is_circle(graph, way) and way[0] == min(way) for way in found)
    assert len(set(named)) == len(named)


@given(GRAPHS)
def test_nothing_but_the_circles_named_keeps_an_order_from_existing(
    graph: dict[str, list[str]],
) -> None:
    named = {extension for way in cycles(graph) for extension in way}
    assert without_circles({here: to for here, to in graph.items() if here not in named})
    assert bool(named) != without_circles(graph)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_circles_are_the_same_in_any_order(
    graph: dict[str, list[str]], shuffled: random.Random
) -> None:
    nodes = list(graph)
    shuffled.shuffle(nodes)
    other = {here: shuffled.sample(graph[here], len(graph[here])) for here in nodes}
    assert cycles(other) == cycles(graph)
