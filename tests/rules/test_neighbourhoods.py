"""Neighbourhoods: a site is quiet by them where all rules, asked about the whole, find nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.loader import load
from reconciler.rules.dependencies import other_providers
from reconciler.rules.neighbourhoods import Neighbourhoods
from reconciler.rules.network import Networks, surroundings_of
from reconciler.rules.problems import relations_at
from tests.support.plant import Plant, exclusion, needed, provided

NAMES = ("alpha", "beta", "delta", "gamma")
NAME = st.sampled_from(NAMES)
RANGES = (">=1.0.0", "^1.0.0", "^2.0.0", "*")
USES: list[tuple[str | None, str | None]] = [(None, None), ("v1.0", None), ("v2.0", "beta")]
POLICIES = st.sampled_from([None, "queued", "direct"])


RELATIONS = st.one_of(
    st.builds(lambda name, range_: {"needs": {name: range_}}, NAME, st.sampled_from(RANGES)),
    st.builds(lambda name: {"forbids": {name: "One port"}}, NAME),
    st.builds(lambda asked: {"uses": [needed("erp", *asked)]}, st.sampled_from(USES)),
    st.builds(lambda policy: {"provides": [provided("erp", "v1.2", policy)]}, POLICIES),
    st.just({"provides": [provided("erp", "v2.0")]}),
    st.just({"excludes": [exclusion("capability", "queued", capability="erp")]}),
    st.just({"mesVersion": "4.3.0"}),
    st.just({"activationPolicy": {"requiredForOperation": True}}),
)


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """Draw a catalog in which few have to do with each other, in any way, and some sites."""
    plant = Plant()
    for name in NAMES:
        for version in ("1.0.0", "2.0.0"):
            said: dict[str, Any] = draw(RELATIONS) if draw(st.integers(0, 3)) == 0 else {}
            if name in (*said.get("needs", ()), *said.get("forbids", ())):
                said = {}
            plant.offer(name, version, **said)
    for number in range(draw(st.integers(1, 4))):
        enabled = draw(
            st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1.0.0", "2.0.0", "9.0.0"]))
        )
        mes = draw(st.sampled_from(["4.2.0", "4.2.0", "4.4.0"]))
        plant.site(f"plant-{number}", *(f"{n}@{v}" for n, v in enabled.items()), mesVersion=mes)
    return plant


@settings(max_examples=400)
@given(plants())
def test_a_site_is_quiet_by_its_neighbourhoods_where_the_rules_have_nothing_to_say(
    plant: Plant,
) -> None:
    state = load(plant.tree).state
    assert state is not None
    neighbourhoods = Neighbourhoods(surroundings_of(state))
    for site_id, network in Networks(state).items():
        found = relations_at(network)
        said = next(other_providers(network, found.resolutions), None)
        quiet = neighbourhoods.at(network.site, network.versions)
        if found.problems or said is not None or network.unknown:
            assert quiet is None
            continue
        assert quiet is not None
        assert len(quiet) == len(network.versions)
        met = [each for near in quiet for each in near.resolutions]
        assert sorted(each[1:] for each in met) == sorted(each[1:] for each in found.resolutions)
        assert [near.resolutions[0].key.extension_id for near in quiet if near.resolutions] == [
            name for name in network.versions if any(r.key.extension_id == name for r in met)
        ]
        assert site_id == network.site_id


def quiet_at(plant: Plant) -> dict[str, bool]:
    """Return of each site whether it is quiet, asked one after the other."""
    state = load(plant.tree).state
    assert state is not None
    known = Neighbourhoods(surroundings_of(state))
    return {
        it.site.slug: known.at(it.site, it.versions) is not None for it in Networks(state).values()
    }


def test_what_is_known_of_one_platform_says_nothing_of_another() -> None:
    plant = Plant().offer("alpha", mesVersion="4.3.0")
    plant.site("hartford", "alpha", mesVersion="4.4.0").site("lyon", "alpha", mesVersion="4.2.0")
    assert quiet_at(plant) == {"hartford": True, "lyon": False}


def test_what_is_known_of_one_provider_says_nothing_of_others() -> None:
    plant = Plant().offer("alpha", uses=[needed("erp", "v1.0", "beta")])
    plant.offer("beta", provides=[provided("erp")]).offer("gamma", provides=[provided("erp")])
    plant.site("hartford", "alpha", "beta").site("lyon", "alpha").site("osaka", "alpha", "gamma")
    assert quiet_at(plant) == {"hartford": True, "lyon": False, "osaka": False}


def test_what_is_known_of_one_site_serves_at_another() -> None:
    plant = Plant().offer("alpha", needs={"beta": "^1.0.0"}).offer("beta")
    for slug in ("hartford", "lyon"):
        plant.site(slug, "alpha", "beta")
    state = load(plant.tree).state
    assert state is not None
    neighbourhoods = Neighbourhoods(surroundings_of(state))
    one, other = (
        neighbourhoods.at(network.site, network.versions) for network in Networks(state).values()
    )
    assert one is not None
    assert one == other, "they are the same objects"
