"""What each extension needs at its site: other extensions, capabilities, a platform new enough."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.relations import Resolution
from tests.support.plant import Plant, needed, provided

ERP = "erp-integration"


def only(plant: Plant, code: str) -> Diagnostic:
    """Return the one finding of a plant, which has this code."""
    (found,) = plant.findings()
    assert found.code == code
    return found


def resolution(plant: Plant) -> Resolution:
    (found,) = plant.resolutions()
    return found


def dependent(range_: str, *versions: str) -> Plant:
    """Return a plant whose site has the first of ``versions`` of what ``alpha`` depends on."""
    plant = Plant().offer("alpha", needs={"beta": range_})
    for version in versions:
        plant.offer("beta", version)
    return plant.site("hartford", "alpha", f"beta@{versions[0]}")


def user_of(minimum: str | None, *providers: str, **asked: str) -> Plant:
    """Return a plant where ``alpha`` uses a capability that extensions provide at versions."""
    plant = Plant().offer("alpha", uses=[needed(ERP, minimum, **asked)]).site("hartford", "alpha")
    for each in providers:
        name, _, version = each.partition("@")
        plant.offer(name, provides=[provided(ERP, version)]).enable("hartford", name)
    return plant


@pytest.mark.parametrize(
    ("range_", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2.3", "v1.2.3"),
        ("^1.2.3", "1.2.3"),
        ("^1.2.3", "1.99.0"),
        ("^1.2.3", "v1.2.4"),
        ("^0.2.3", "0.2.9"),
        ("~1.2.3", "1.2.9"),
        (">=1.2.3", "7.0.0"),
        ("<=1.2.3", "1.2.3"),
        ("1.2.3 - 2.3", "2.3.9"),
        (">=1.2.3 <2.0.0", "1.9.0"),
        ("^1.2.3-beta.2", "1.2.3-beta.4"),
        ("*", "1.0.0"),
        ("^1.0.0 || ^3.0.0", "3.1.0"),
    ],
)
def test_an_extension_in_the_range_is_enough(range_: str, version: str) -> None:
    plant = dependent(range_, version)
    assert plant.codes() == []
    assert resolution(plant).satisfied
    assert resolution(plant).resolved_version == version


@pytest.mark.parametrize(
    ("range_", "version"),
    [
        ("1.2.3", "1.2.4"),
        ("^1.2.3", "1.2.2"),
        ("^1.2.3", "2.0.0"),
        ("^1.2.3", "2.0.0-rc.1"),
        ("^1.2.3", "1.3.0-rc.1"),
        ("^0.2.3", "0.3.0"),
        ("^0.0.3", "0.0.4"),
        ("~1.2.3", "1.3.0"),
        ("<=1.2.3", "1.2.4"),
        ("1.2.3 - 2.3", "2.4.0"),
        (">=1.2.3 <2.0.0", "2.0.0"),
        ("^1.2.3-beta.2", "1.2.3-beta.1"),
        ("*", "1.0.0-rc.1"),
    ],
)
def test_an_extension_outside_the_range_is_not(range_: str, version: str) -> None:
    found = only(dependent(range_, version), "dependency-version")
    assert (found.severity, found.gate) == ("error", "apply")
    assert (found.site, found.extension, found.subject) == ("hartford", "alpha", "beta")
    assert range_ in found.message
    assert version in found.message


def test_an_extension_that_is_not_enabled_is_named_with_a_version_to_enable() -> None:
    plant = Plant().offer("alpha", needs={"beta": "^1.0.0"}).site("hartford", "alpha")
    for version in ("1.0.0", "1.4.0", "2.0.0"):
        plant.offer("beta", version)
    found = only(plant, "dependency-missing")
    assert str(found.location) == "desired-state/sites/hartford/extensions/alpha.yaml:2:13"
    assert found.hint == "Enable beta 1.4.0; or enable beta 1.0.0."


def test_an_extension_enabled_at_another_site_only_is_missing() -> None:
    plant = Plant().offer("alpha", needs={"beta": "^1.0.0"}).offer("beta")
    plant.site("galway", "beta").site("hartford", "alpha")
    assert only(plant, "dependency-missing").site == "hartford"


def test_a_version_that_satisfies_is_advised_however_many_newer_ones_there_are() -> None:
    versions = ["2.0.0", "1.0.7", *(f"2.{minor}.0" for minor in range(1, 30))]
    assert only(dependent("^1.0.0", *versions), "dependency-version").hint == "Set beta to 1.0.7."


def test_a_pre_release_is_advised_where_no_release_is_in_the_range() -> None:
    found = only(dependent("^2.0.0-rc.1", "1.0.0", "2.0.0-rc.2"), "dependency-version")
    assert found.hint == "Set beta to 2.0.0-rc.2."


def test_a_release_is_advised_rather_than_a_pre_release() -> None:
    versions = ("1.0.0", "2.0.0-rc.1", "2.0.0-rc.2", "2.0.0+build-7")
    found = only(dependent("^2.0.0-rc.1", *versions), "dependency-version")
    assert found.hint == "Set beta to 2.0.0+build-7."


def test_where_nothing_can_satisfy_the_versions_there_are_are_listed() -> None:
    found = only(dependent("^3.0.0", "1.0.0", "2.0.0"), "dependency-version")
    assert found.hint == "The catalog has 1.0.0, 2.0.0 of beta. Disable alpha."


@pytest.mark.parametrize("range_", ["latest", ">=", "1.2.3.4", "git://x/y", "=>1.0.0"])
def test_what_is_no_range_is_said_of_the_manifest_and_nothing_of_the_dependency(
    range_: str,
) -> None:
    found = only(dependent(range_, "1.0.0"), "manifest-invalid")
    assert (found.severity, found.gate) == ("error", "input")
    assert found.location.path.endswith("catalog/extensions/alpha/1.0.0.yaml")


def test_what_is_no_range_is_a_warning_where_nobody_enables_the_version() -> None:
    plant = dependent("^1.0.0", "1.0.0").offer("alpha", "2.0.0", needs={"beta": "latest"})
    assert only(plant, "manifest-invalid").severity == "warning"


@pytest.mark.parametrize(
    ("minimum", "version", "enough"),
    [
        ("v2", "v2.0", True),
        ("v2", "v2", True),
        ("v2", "v2.9", True),
        ("v2", "v2.0.1", True),
        ("v2", "v3.0", False),
        ("v2", "v1.9", False),
        ("v2.1", "v2.0", False),
        ("v2.1", "v2.1.0", True),
        ("v2.1", "v2.10", True),
        (None, "v1.0", True),
        (None, "v9", True),
    ],
)
def test_a_capability_is_enough_from_its_minimum_on_within_one_major_version(
    minimum: str | None, version: str, enough: bool
) -> None:
    plant = user_of(minimum, f"beta@{version}")
    assert plant.codes() == ([] if enough else ["capability-version"])
    met = resolution(plant)
    assert (met.satisfied, met.resolved_provider, met.resolved_version) == (enough, "beta", version)


def test_a_capability_that_nothing_provides_names_the_provider_to_enable() -> None:
    plant = user_of("v2").offer("beta", provides=[provided(ERP, "v2.1")])
    found = only(plant, "capability-missing")
    assert (found.severity, found.subject, found.hint) == ("error", ERP, "Enable beta 1.0.0.")


def test_the_provider_asked_for_is_advised_first_then_the_default_of_the_contract() -> None:
    plant = user_of("v2", provider="delta").contract(ERP, defaultProvider="gamma")
    for name in ("beta", "gamma", "delta"):
        plant.offer(name, provides=[provided(ERP, "v2.0")])
    assert only(plant, "capability-missing").hint == (
        "Enable delta 1.0.0; or enable gamma 1.0.0; or enable beta 1.0.0."
    )


def test_a_provider_is_advised_together_with_what_it_needs_itself() -> None:
    plant = user_of(None).offer("beta", provides=[provided(ERP)], needs={"gamma": "^1.0.0"})
    plant.offer("gamma", needs={"delta": "^1.0.0"}).offer("delta")
    assert only(plant, "capability-missing").hint == (
        "Enable beta 1.0.0, and enable gamma 1.0.0, and enable delta 1.0.0; or disable alpha."
    )


@pytest.mark.parametrize(("version", "codes"), [("v2.1", []), ("v1.9", ["capability-version"])])
def test_the_platform_itself_may_provide_a_capability(version: str, codes: list[str]) -> None:
    plant = user_of("v2").platform(erp_integration=version)
    assert plant.codes() == codes
    assert resolution(plant).resolved_provider == "platform"


def test_an_extension_may_provide_what_it_uses_itself() -> None:
    plant = Plant().offer("alpha", uses=[needed(ERP, "v1")], provides=[provided(ERP, "v1")])
    assert plant.site("hartford", "alpha").codes() == []
    assert resolution(plant).resolved_provider == "alpha"


def test_what_an_extension_provides_itself_it_does_not_wait_for_from_another() -> None:
    itself: dict[str, Any] = {"uses": [needed(ERP)], "provides": [provided(ERP)]}
    plant = Plant().offer("beta", **itself)
    plant.offer("alpha", provides=[provided(ERP)], needs={"beta": "*"})
    assert plant.site("hartford", "alpha", "beta").codes() == []


def test_the_provider_asked_for_is_the_one_that_is_resolved() -> None:
    plant = user_of("v2", "beta@v2.0", "gamma@v2.0", provider="gamma")
    assert plant.codes() == []
    assert resolution(plant).resolved_provider == "gamma"


def test_another_provider_than_the_one_asked_for_is_only_noted() -> None:
    found = only(user_of("v2", "beta@v2.0", provider="gamma"), "capability-provider")
    assert (found.severity, found.subject) == ("note", ERP)
    assert "gamma" in found.message
    assert "beta" in found.message


def test_the_provider_asked_for_is_passed_over_where_its_version_is_too_low() -> None:
    plant = user_of("v2", "beta@v2.0", "gamma@v1.0", provider="gamma")
    only(plant, "capability-provider")
    assert resolution(plant).resolved_provider == "beta"


@pytest.mark.parametrize(
    ("field", "minimum", "code"),
    [
        ("mesVersion", "4.2.0", None),
        ("mesVersion", "4.2.0-rc.1", None),
        ("mesVersion", "v4.1.9", None),
        ("mesVersion", "3.9.9", None),
        ("mesVersion", "4.2.1", "mes-version-too-low"),
        ("mesVersion", "4.10.0", "mes-version-too-low"),
        ("mesVersion", "5.0.0", "mes-version-too-low"),
        ("apiVersion", "v2.4", None),
        ("apiVersion", "v2.4.0", None),
        ("apiVersion", "v1.9", None),
        ("apiVersion", "v2.4.1", "api-version-too-low"),
        ("apiVersion", "v2.10", "api-version-too-low"),
        ("apiVersion", "v3", "api-version-too-low"),
    ],
)
def test_an_extension_runs_from_its_minimum_of_the_platform_on(
    field: str, minimum: str, code: str | None
) -> None:
    fields: dict[str, Any] = {field: minimum}
    plant = Plant().offer("alpha", "1.1.0", **fields).offer("alpha", "1.0.0")
    plant.site("hartford", "alpha@1.1.0", mesVersion="4.2.0", apiVersion="v2.4")
    assert plant.codes() == ([code] if code else [])
    for found in plant.findings():
        assert (found.severity, found.subject) == ("error", minimum)
        assert found.hint == "Set alpha to 1.0.0."


@pytest.mark.parametrize(("minimum", "codes"), [("4.2.0", []), ("4.2.1", ["mes-version-too-low"])])
def test_a_provider_runs_from_the_minimum_of_its_contract_on(
    minimum: str, codes: list[str]
) -> None:
    plant = Plant().offer("alpha", provides=[provided(ERP)]).contract(ERP, minMesVersion=minimum)
    assert plant.site("hartford", "alpha", mesVersion="4.2.0").codes() == codes


def test_a_version_that_the_site_cannot_run_is_not_advised() -> None:
    plant = Plant().offer("alpha", needs={"beta": "*"}).site("hartford", "alpha")
    plant.offer("beta", "1.0.0").offer("beta", "2.0.0", mesVersion="9.0.0")
    plant.offer("beta", "1.5.0", deprecated=True)
    assert only(plant, "dependency-missing").hint == "Enable beta 1.0.0."


def test_two_sites_with_the_same_fault_have_a_finding_each() -> None:
    plant = Plant().offer("alpha", needs={"beta": "*"}).offer("beta")
    plant.site("galway", "alpha").site("hartford", "alpha")
    assert [found.site for found in plant.findings()] == ["galway", "hartford"]
