"""The platform's foundation is enabled everywhere, and what others need is not taken away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plant import Plant, needed, provided

KEPT: dict[str, Any] = {"activationPolicy": {"canBeDisabled": False}}


def plant_with(policy: dict[str, Any], **fields: Any) -> Plant:
    return Plant().offer("vault", activationPolicy=policy, **fields).offer("alpha")


def opted_out(plant: Plant, extension: str) -> Plant:
    """Have a profile bring an extension in, and the site opt out of it."""
    plant.put("profiles/usual.yaml", {"extensions": {extension: {"version": "1.0.0"}}})
    return plant.put(f"sites/hartford/extensions/{extension}.yaml", {"enabled": False})


@pytest.mark.parametrize("policy", ["preActivatedByDefault", "requiredForOperation"])
def test_a_required_extension_is_missing_at_each_site_that_lacks_it(policy: str) -> None:
    plant = plant_with({policy: True})
    plant.site("galway", "alpha").site("hartford", "vault").site("penang")
    found = plant.findings()
    assert [(each.code, each.site, each.extension) for each in found] == [
        ("foundation-missing", "galway", "vault"),
        ("foundation-missing", "penang", "vault"),
    ]
    assert {(each.severity, each.gate, each.hint) for each in found} == {
        ("error", "apply", "Enable vault 1.0.0.")
    }


@pytest.mark.parametrize(
    "policy", [{}, {"requiredForOperation": False, "preActivatedByDefault": False}]
)
def test_an_extension_that_is_not_required_may_be_missing(policy: dict[str, Any]) -> None:
    assert plant_with(policy).site("hartford", "alpha").codes() == []


@pytest.mark.parametrize("too_new", [{"mesVersion": "9.0.0"}, {"apiVersion": "v9"}])
def test_a_required_extension_that_the_site_cannot_run_is_not_asked_for(
    too_new: dict[str, Any],
) -> None:
    plant = plant_with({"requiredForOperation": True}, **too_new)
    assert plant.site("hartford", "alpha").codes() == []


def test_a_required_extension_is_asked_for_where_one_version_can_be_run() -> None:
    plant = plant_with({"requiredForOperation": True}, mesVersion="9.0.0")
    plant.offer("vault", "0.9.0", activationPolicy={"requiredForOperation": True})
    (found,) = plant.site("hartford", "alpha").findings()
    assert found.hint == "Enable vault 0.9.0."


def test_a_required_extension_is_advised_together_with_what_it_needs() -> None:
    plant = plant_with({"requiredForOperation": True}, needs={"beta": "*"}).offer("beta")
    (found,) = plant.site("hartford", "alpha").findings()
    assert found.hint == "Enable vault 1.0.0, and enable beta 1.0.0."


def test_a_required_extension_is_missing_where_the_site_opts_out_of_it() -> None:
    plant = plant_with({"canBeDisabled": False, "requiredForOperation": True})
    plant.site("hartford", "alpha", profiles=["usual"])
    assert opted_out(plant, "vault").codes() == ["foundation-disabled", "foundation-missing"]


def test_a_required_extension_is_never_advised_to_be_disabled() -> None:
    plant = plant_with({"requiredForOperation": True}, needs={"beta": "^1.0.0"})
    (found,) = plant.site("hartford", "vault").findings()
    assert found.code == "dependency-missing"
    assert "isable" not in found.hint


@pytest.mark.parametrize(
    ("can_be_disabled", "codes"), [(True, []), (False, ["foundation-disabled"])]
)
def test_a_site_may_opt_out_of_what_can_be_disabled_only(
    can_be_disabled: bool, codes: list[str]
) -> None:
    plant = plant_with({"canBeDisabled": can_be_disabled})
    plant.site("hartford", "alpha", profiles=["usual"])
    assert opted_out(plant, "vault").codes() == codes


def test_opting_out_names_everyone_who_is_left_without_what_they_need() -> None:
    plant = Plant().offer("beta", provides=[provided("erp")]).offer("other")
    plant.offer("alpha", needs={"beta": "^1.0.0"}).offer("delta", uses=[needed("erp", "v1")])
    plant.site("hartford", "alpha", "delta", "other", profiles=["usual"])
    found = {each.code: each for each in opted_out(plant, "beta").findings()}
    assert found.keys() == {"deactivation-breaks", "dependency-missing", "capability-missing"}
    breaks = found["deactivation-breaks"]
    assert breaks.message == (
        "deactivating beta at hartford leaves 2 extensions without what they need: alpha, delta"
    )
    assert (breaks.severity, breaks.gate, breaks.subject) == ("error", "apply", "beta")


def test_opting_out_breaks_nothing_that_another_provider_is_left_for() -> None:
    plant = Plant().offer("alpha", uses=[needed("erp")])
    plant.offer("beta", provides=[provided("erp")]).offer("gamma", provides=[provided("erp")])
    plant.site("hartford", "alpha", "gamma", profiles=["usual"])
    assert opted_out(plant, "beta").codes() == []


def test_opting_out_is_not_blamed_for_what_was_missing_before() -> None:
    plant = Plant().offer("alpha", needs={"beta": "^2.0.0"}).offer("beta")
    plant.site("hartford", "alpha", profiles=["usual"])
    assert opted_out(plant, "beta").codes() == ["dependency-missing"]
