"""Each type and scope of conflict: the pair, its mirror, and the nearest pairs that go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.model.relations import Conflict
from tests.support.plant import Plant, exclusion, provided, site_id

ERP = "erp-integration"
REASON = "p stands alone"
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """Two extensions that conflict: what the manifests of ``alpha`` and ``beta`` say."""

    alpha: Fields
    beta: Fields
    scope: str | None = None
    capability: str | None = None
    resource: str | None = None
    contract: Fields = field(default_factory=dict)
    apart: bool = False
    """At two sites."""
    policies: tuple[str | None, str | None] = (None, None)
    type: str = "policy"
    reason: str = REASON

    def plant(self, *, mirrored: bool = False) -> Plant:
        first, second = self.alpha, self.beta
        if mirrored:
            first, second = renamed(self.beta), renamed(self.alpha)
        plant = Plant().offer("alpha", **first).offer("beta", **second)
        for version in ("1.0.0", "2.0.0"):
            plant.offer("third", version)
        if self.contract:
            plant.contract(ERP, {"reason": REASON, **self.contract})
        enabled = ("alpha", "third") if self.apart else ("alpha", "beta", "third")
        plant.site("galway", *enabled)
        return plant.site("hartford", "beta") if self.apart else plant


def renamed(fields: Fields) -> Fields:
    """Return what one of the two says as the other of them would say it."""
    other = {"alpha": "beta", "beta": "alpha"}
    forbidden = {other.get(name, name): why for name, why in fields.get("forbids", {}).items()}
    return {**fields, "forbids": forbidden}


def follows(policy: str, capability: str = ERP) -> dict[str, Any]:
    return {"provides": [provided(capability, policy=policy)]}


def shuts_out(scope: str, policy: str = "p", **given: Any) -> dict[str, Any]:
    """Return an extension that follows ``policy`` and excludes others."""
    capability = given.get("capability", ERP)
    return {**follows(policy, capability), "excludes": [exclusion(scope, policy, **given)]}


def on(resource: str, policy: str, capability: str = ERP, **given: Any) -> dict[str, Any]:
    """Return an extension that follows ``policy`` in a resource and excludes ``nobody``."""
    given = {"capability": capability, "conflicts_with": ["nobody"], **given}
    return {"excludes": [exclusion("resource", policy, resource=resource, **given)]}


def alone_on(resource: str, **given: Any) -> dict[str, Any]:
    """Return an extension that follows ``p`` in a resource and excludes others."""
    given = {"capability": ERP, **given}
    return {"excludes": [exclusion("resource", "p", resource=resource, **given)]}


PQ = ("p", "q")
PAIRS: dict[str, Pair] = {
    "explicit": Pair(
        {"forbids": {"beta": "one port for both"}},
        {},
        type="explicit",
        reason="one port for both",
    ),
    "capability, policies named": Pair(
        shuts_out("capability", capability=ERP, conflicts_with=["q"]),
        follows("q"),
        "capability",
        ERP,
        policies=PQ,
    ),
    "capability, any other policy": Pair(
        shuts_out("capability", capability=ERP), follows("q"), "capability", ERP, policies=PQ
    ),
    "resource, policies named": Pair(
        alone_on("orders", conflicts_with=["q"]),
        on("orders", "q"),
        "resource",
        ERP,
        "orders",
        policies=PQ,
    ),
    "resource, any other policy": Pair(
        alone_on("orders"), on("orders", "q"), "resource", ERP, "orders", policies=PQ
    ),
    "global, policies named": Pair(
        shuts_out("global", capability=ERP, conflicts_with=["q"]),
        follows("q"),
        "global",
        ERP,
        apart=True,
        policies=PQ,
    ),
    "global, any other policy": Pair(
        shuts_out("global", capability=ERP),
        follows("q"),
        "global",
        ERP,
        apart=True,
        policies=PQ,
    ),
    "global, at one site": Pair(
        shuts_out("global", capability=ERP), follows("q"), "global", ERP, policies=PQ
    ),
    "global, without a capability": Pair(
        {"excludes": [exclusion("global", "p", conflicts_with=["q"])]},
        {"excludes": [exclusion("global", "q", conflicts_with=["nobody"])]},
        "global",
        apart=True,
        policies=PQ,
    ),
    "contract, capability": Pair(
        follows("p"),
        follows("q"),
        "capability",
        ERP,
        contract={"policy": "p", "scope": "capability"},
        policies=PQ,
    ),
    "contract, resource": Pair(
        on("orders", "p"),
        on("orders", "q"),
        "resource",
        ERP,
        "orders",
        contract={"policy": "p", "scope": "resource"},
        policies=PQ,
    ),
    "contract, global": Pair(
        follows("p"),
        follows("q"),
        "global",
        ERP,
        contract={"policy": "p", "scope": "global"},
        apart=True,
        policies=PQ,
    ),
    "dependency": Pair(
        {"needs": {"third": "^1.0.0"}}, {"needs": {"third": "^2.0.0"}}, type="dependency"
    ),
}
EVERY = pytest.mark.parametrize("name", PAIRS)


def facts(conflict: Conflict) -> tuple[Any, ...]:
    scope = conflict.scope.value if conflict.scope else None
    return conflict.type.value, scope, conflict.capability, conflict.resource


@EVERY
def test_a_pair_is_found_once_with_all_that_is_known_of_it(name: str) -> None:
    pair = PAIRS[name]
    (conflict,) = pair.plant().conflicts()
    assert facts(conflict) == (pair.type, pair.scope, pair.capability, pair.resource)
    assert (conflict.first.extension_id, conflict.second.extension_id) == ("alpha", "beta")
    assert (conflict.first_policy, conflict.second_policy) == pair.policies
    assert conflict.second.site_id == site_id("hartford" if pair.apart else "galway")


@EVERY
def test_its_mirror_is_the_same_conflict_with_the_sides_changed(name: str) -> None:
    pair = PAIRS[name]
    (conflict,) = pair.plant(mirrored=True).conflicts()
    assert facts(conflict) == (pair.type, pair.scope, pair.capability, pair.resource)
    assert (conflict.first_policy, conflict.second_policy) == pair.policies[::-1]


@EVERY
@pytest.mark.parametrize("mirrored", [False, True])
def test_it_is_an_error_that_keeps_the_plan_from_being_applied(name: str, mirrored: bool) -> None:
    pair = PAIRS[name]
    found = [each for each in pair.plant(mirrored=mirrored).findings() if "conflict" in each.code]
    assert [(each.code, each.severity, each.gate) for each in found] == [
        (f"conflict-{pair.type}", "error", "apply")
    ]
    other = "beta@hartford" if pair.apart else "beta"
    words = [part for part in (pair.scope, pair.capability, pair.resource, other) if part]
    assert all(word in found[0].message for word in ["alpha", *words])
    assert (found[0].site, found[0].extension) == ("galway", "alpha")
    assert (found[0].subject or "").startswith(other)


@pytest.mark.parametrize("name", [name for name in PAIRS if name != "dependency"])
def test_the_reason_is_said_in_the_words_of_whoever_declared_it(name: str) -> None:
    (conflict,) = PAIRS[name].plant().conflicts()
    assert conflict.reason == PAIRS[name].reason


NEAREST: list[tuple[str, Fields, Fields, dict[str, Any]]] = [
    # type and scope, what alpha says, what beta says, and further parts of the pair
    ("explicit", {"forbids": {"gamma": "one port"}}, {}, {}),
    ("explicit", {"forbids": {"alpha": "itself"}}, {}, {}),
    ("explicit", {"forbids": {"beta": "one port"}}, {}, {"apart": True}),
    ("capability", shuts_out("capability", capability=ERP), follows("p"), {}),
    ("capability", shuts_out("capability", capability=ERP), follows("q", "printing"), {}),
    ("capability", shuts_out("capability", capability=ERP), {"provides": [provided(ERP)]}, {}),
    ("capability", shuts_out("capability", capability=ERP), follows("q"), {"apart": True}),
    (
        "capability",
        shuts_out("capability", capability=ERP, conflicts_with=["r"]),
        follows("q"),
        {},
    ),
    (
        "capability",
        shuts_out("capability", capability=ERP, conflicts_with=["q"]),
        follows("q", "printing"),
        {},
    ),
    ("resource", alone_on("orders"), on("orders", "p"), {}),
    ("resource", alone_on("orders"), on("stock", "q"), {}),
    ("resource", alone_on("orders"), on("orders", "q", "printing"), {}),
    ("resource", alone_on("orders"), on("orders", "q"), {"apart": True}),
    ("resource", alone_on("orders", conflicts_with=["r"]), on("orders", "q"), {}),
    ("resource", alone_on("orders"), follows("q"), {}),
    ("global", shuts_out("global", capability=ERP), follows("p"), {"apart": True}),
    ("global", shuts_out("global", capability=ERP), follows("q", "printing"), {"apart": True}),
    (
        "global",
        shuts_out("global", capability=ERP, conflicts_with=["r"]),
        follows("q"),
        {"apart": True},
    ),
    (
        "global without a capability",
        {"excludes": [exclusion("global", "p")]},
        {"excludes": [exclusion("global", "q", conflicts_with=["nobody"])]},
        {"apart": True},
    ),
    ("contract", follows("q"), follows("r"), {"contract": {"policy": "p"}}),
    ("contract", follows("p"), follows("p"), {"contract": {"policy": "p"}}),
    ("contract", follows("p"), follows("q", "printing"), {"contract": {"policy": "p"}}),
    ("contract", follows("p"), follows("q"), {"contract": {"policy": "p"}, "apart": True}),
    (
        "contract",
        follows("p"),
        follows("q"),
        {"contract": {"policy": "p", "scope": "resource"}},
    ),
    (
        "contract of another capability",
        follows("p"),
        follows("q"),
        {"contract": {"policy": "p", "capability": "printing"}},
    ),
    ("dependency", {"needs": {"third": "^1.0.0"}}, {"needs": {"third": ">=1.0.0"}}, {}),
    ("dependency", {"needs": {"third": "^1.0.0"}}, {"needs": {"fourth": "^2.0.0"}}, {}),
    (
        "dependency",
        {"needs": {"third": "^1.0.0"}},
        {"needs": {"third": "^2.0.0"}},
        {"apart": True},
    ),
]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("kind", "alpha", "beta", "more"), NEAREST)
def test_the_nearest_pair_does_not_conflict(
    kind: str, alpha: Fields, beta: Fields, more: dict[str, Any], mirrored: bool
) -> None:
    assert Pair(alpha, beta, **more).plant(mirrored=mirrored).conflicts() == (), kind


@EVERY
def test_nothing_conflicts_with_an_extension_that_is_disabled(name: str) -> None:
    plant = PAIRS[name].plant()
    slug = "hartford" if PAIRS[name].apart else "galway"
    plant.put(f"sites/{slug}/extensions/beta.yaml", {"enabled": False})
    assert plant.conflicts() == ()


@EVERY
def test_nothing_conflicts_at_a_version_whose_manifest_says_nothing(name: str) -> None:
    plant = PAIRS[name].plant().offer("alpha", "1.1.0").enable("galway", "alpha", "1.1.0")
    assert plant.conflicts() == ()


@EVERY
def test_one_extension_does_not_conflict_with_itself(name: str) -> None:
    fields = {**PAIRS[name].beta, **PAIRS[name].alpha}
    plant = Plant().offer("alpha", **fields).offer("third").site("galway", "alpha")
    assert plant.conflicts() == ()


def test_a_pair_with_several_causes_is_found_once_for_each() -> None:
    alpha = {**shuts_out("capability", capability=ERP), "needs": {"third": "^1.0.0"}}
    beta = {**follows("q"), "needs": {"third": "^2.0.0"}}
    conflicts = Pair({**alpha, "forbids": {"beta": "one port"}}, beta).plant().conflicts()
    assert sorted(each.type for each in conflicts) == ["dependency", "explicit", "policy"]


def test_what_both_sides_declare_is_one_conflict_with_both_reasons() -> None:
    pair = Pair({"forbids": {"beta": "one port"}}, {"forbids": {"alpha": "one licence"}})
    (conflict,) = pair.plant().conflicts()
    assert conflict.reason == "one port; one licence"


def test_a_pair_apart_on_two_dependencies_is_one_conflict_with_both_reasons() -> None:
    needs = {"third": "^1.0.0", "fourth": "^1.0.0"}
    other = {"third": "^2.0.0", "fourth": "^2.0.0"}
    plant = Pair({"needs": needs}, {"needs": other}).plant()
    plant.offer("fourth", "1.0.0").offer("fourth", "2.0.0")
    (conflict,) = plant.conflicts()
    assert "third ^1.0.0" in conflict.reason
    assert "fourth ^1.0.0" in conflict.reason


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("scope", ["global", "capability"])
def test_a_pair_apart_in_two_capabilities_is_found_once_for_each(scope: str, apart: bool) -> None:
    topics = (ERP, "printing")
    alpha = {
        "provides": [provided(topic, policy="p") for topic in topics],
        "excludes": [exclusion(scope, "p", capability=topic) for topic in topics],
    }
    beta = {"provides": [provided(topic, policy="q") for topic in topics]}
    conflicts = Pair(alpha, beta, apart=apart).plant().conflicts()
    expected = [] if apart and scope == "capability" else list(topics)
    assert [each.capability for each in conflicts] == expected


def test_a_policy_that_excludes_itself_may_be_followed_at_one_site_of_all() -> None:
    alpha = shuts_out("global", capability=ERP, conflicts_with=["p"])
    plant = Plant().offer("alpha", **alpha).site("galway", "alpha")
    assert plant.conflicts() == ()
    (conflict,) = plant.site("hartford", "alpha").conflicts()
    assert conflict.first_policy == conflict.second_policy == "p"
    assert conflict.first.site_id != conflict.second.site_id


def test_two_ranges_between_which_no_version_is_known_are_no_conflict() -> None:
    alpha, beta = {"needs": {"third": "^1.0.0"}}, {"needs": {"third": "^7.0.0"}}
    assert Pair(alpha, beta).plant().conflicts() == ()


def test_two_ranges_that_a_version_nobody_enables_is_in_are_no_conflict() -> None:
    alpha, beta = {"needs": {"third": ">=1.0.0"}}, {"needs": {"third": "^2.0.0"}}
    assert Pair(alpha, beta).plant().conflicts() == ()


def test_beyond_a_bound_many_sites_are_folded_and_the_reason_says_how_many() -> None:
    plant = Plant().offer("alpha", **shuts_out("global", capability=ERP, conflicts_with=["q"]))
    plant.offer("beta", **follows("q"))
    for number in range(11):
        plant.site(f"a{number:02}", "alpha").site(f"b{number:02}", "beta")
    conflicts = plant.conflicts()
    assert len(conflicts) == 11
    assert all(each.reason.endswith("and 10 times more at other sites") for each in conflicts)
