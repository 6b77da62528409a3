"""The catalog: read leniently, relied on only where it was checked, and the rest reported."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.desired_folder import EXAMPLE
from tests.support.plant import Plant, needed, provided

FOUNDATION: dict[str, Any] = {
    "foundationTier": "foundation",
    "testing": {"coverage": 80, "testTypes": ["unit"], "cicdIntegration": True},
    "security": {
        "sandboxed": True,
        "signatureRequired": True,
        "securityLevel": "high",
        "vulnerabilityScanRequired": True,
        "auditLog": True,
    },
    "governance": {"requiresPlatformApproval": True, "approvalProcess": "board"},
}


def plant(*, enabled: bool = True, **fields: Any) -> Plant:
    """Return a plant with a manifest of which a site enables the version, or another one."""
    plant = Plant().offer("alpha", **fields).offer("alpha", "0.9.0")
    return plant.site("hartford", "alpha" if enabled else "alpha@0.9.0")


def found(plant: Plant) -> list[tuple[str, str]]:
    return [(each.code, each.severity.value) for each in plant.findings()]


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"performance": {"memory": "64Mi"}}, "/performance"),
        ({"tier": "gold"}, "/tier"),
        ({"schemaVersion": "2"}, "/schemaVersion"),
        ({"category": "dashboards"}, "/category"),
        ({"type": "widget"}, "/type"),
        ({"foundationTier": "basic"}, "/foundationTier"),
        ({"extensionSchemaVersion": "1.0"}, "/extensionSchemaVersion"),
        ({"keywords": "erp"}, "/keywords"),
        ({**FOUNDATION, "testing": {**FOUNDATION["testing"], "coverage": 79}}, "/testing/coverage"),
        ({**FOUNDATION, "testing": {"coverage": 90}}, "/testing"),
        ({**FOUNDATION, "governance": {"approvalProcess": "board"}}, "/governance"),
    ],
)
def test_what_the_reconciler_does_not_rely_on_is_a_warning_at_its_place(
    fields: dict[str, Any], place: str, enabled: bool
) -> None:
    findings = plant(enabled=enabled, **fields).findings()
    assert {(each.code, each.severity) for each in findings} == {("manifest-v2", "warning")}
    assert all(f" at {place}: " in each.message for each in findings)
    assert all(each.location.path.endswith("alpha/1.0.0.yaml") for each in findings)


def test_a_foundation_extension_that_keeps_to_its_tier_has_no_findings() -> None:
    assert plant(**FOUNDATION).codes() == []


@pytest.mark.parametrize("tier", ["application", "optional"])
def test_the_lower_tiers_need_no_tests_security_or_governance(tier: str) -> None:
    assert plant(foundationTier=tier).codes() == []


def test_a_manifest_that_lacks_what_v2_requires_is_still_used() -> None:
    bare = Plant().put(
        "catalog/extensions/alpha/1.0.0.yaml",
        {"id": "alpha", "version": "1.0.0", "name": "Alpha", "mesVersion": "9.0.0"},
    )
    codes = bare.site("hartford", "alpha").codes()
    assert set(codes) == {"manifest-v2", "mes-version-too-low"}
    assert codes.count("manifest-v2") == 6


def test_a_property_that_is_nearly_one_of_v2_is_told_which() -> None:
    (one,) = plant(deprecatedNotice="move on").findings()
    assert one.hint.endswith("Did you mean 'deprecationNotice'?")


def test_a_value_of_a_manifest_is_not_repeated_in_the_finding() -> None:
    (one,) = plant(license={"key": "hunter2"}).findings()
    assert "hunter2" not in one.message + one.hint


RELIED_ON: list[tuple[dict[str, Any], str]] = [
    ({"id": 7}, "manifest-invalid"),
    ({"mesVersion": "new"}, "manifest-invalid"),
    ({"apiVersion": "2"}, "manifest-invalid"),
    ({"dependencies": {"extensions": ["beta"]}}, "manifest-invalid"),
    ({"dependencies": {"extensions": {"beta": "latest"}}}, "manifest-invalid"),
    (
        {"dependencies": {"capabilities": [{"capability": "erp", "minVersion": "2"}]}},
        "manifest-invalid",
    ),
    ({"conflicts": {"explicit": [{"reason": "no id"}]}}, "manifest-invalid"),
    ({"conflicts": {"policyExclusions": [{"scope": "site", "policy": "p"}]}}, "manifest-invalid"),
    (
        {"conflicts": {"policyExclusions": [{"scope": "capability", "policy": "p"}]}},
        "manifest-invalid",
    ),
    (
        {
            "conflicts": {
                "policyExclusions": [{"scope": "resource", "policy": "p", "capability": "erp"}]
            }
        },
        "manifest-invalid",
    ),
    ({"capabilities": {"provides": [{"version": "v1"}]}}, "manifest-invalid"),
    ({"compliance": {"complianceModel": "strict"}}, "manifest-invalid"),
    ({"compliance": {"delegations": [{"aspect": "a", "delegatedTo": "qa"}]}}, "manifest-invalid"),
    ({"activationPolicy": {"canBeDisabled": "no"}}, "manifest-invalid"),
    ({"configuration": []}, "manifest-invalid"),
    ({"configuration": {"properties": {"a": {"type": "whole"}}}}, "manifest-schema-invalid"),
    ({"capabilities": {"providers": [{"name": "erp"}]}}, "manifest-dialect"),
    ({"capabilities": {"requires": ["erp"]}}, "manifest-dialect"),
    ({"compliance": {"delegations": {"a": "quality-manager"}}}, "manifest-dialect"),
]


@pytest.mark.parametrize(("fields", "code"), RELIED_ON)
def test_a_part_that_is_relied_on_is_an_error_where_a_site_enables_the_version(
    fields: dict[str, Any], code: str
) -> None:
    assert (code, "error") in found(plant(**fields))


@pytest.mark.parametrize(("fields", "code"), RELIED_ON)
def test_a_part_that_is_relied_on_is_a_warning_where_no_site_enables_the_version(
    fields: dict[str, Any], code: str
) -> None:
    findings = found(plant(enabled=False, **fields))
    assert (code, "warning") in findings
    assert all(severity == "warning" for _, severity in findings)


def test_a_version_is_enabled_as_well_where_only_a_profile_enables_it() -> None:
    broken = plant(enabled=False, mesVersion="new").offer("beta")
    broken.put("profiles/usual.yaml", {"extensions": {"alpha": {"version": "1.0.0"}}})
    broken.site("galway", profiles=["usual"])
    assert ("manifest-invalid", "error") in found(broken)


@pytest.mark.parametrize("written", ["v1.0.0", "1.0.0"])
def test_a_version_is_enabled_however_its_v_is_written(written: str) -> None:
    broken = plant(configuration={"type": "whole"}).enable("hartford", "alpha", written)
    assert ("manifest-schema-invalid", "error") in found(broken)


def test_a_file_of_the_catalog_that_is_no_yaml_is_always_an_error() -> None:
    broken = plant(enabled=False).put("catalog/extensions/alpha/1.0.0.yaml", "id: [\n")
    assert found(broken) == [("yaml-syntax", "error")]


def test_the_earlier_dialect_is_not_guessed_at() -> None:
    old = plant(capabilities={"providers": [provided("erp")]}).offer("beta", uses=[needed("erp")])
    assert found(old.enable("hartford", "beta")) == [("manifest-dialect", "error")]


@pytest.mark.parametrize(
    "fields",
    [
        {"incompatibilities": [{"policy": "p"}]},
        {"incompatibilities": [{"capability": "erp", "policy": "p", "scope": "site"}]},
        {"minMesVersion": "new"},
        {"compliance": {"signoffRole": "qa"}},
        {"version": 1},
        {"id": "sap"},
    ],
)
def test_a_contract_that_is_not_valid_is_an_error(fields: dict[str, Any]) -> None:
    broken = plant().put("catalog/capabilities/erp.yaml", {"id": "erp", "name": "ERP", **fields})
    code = "identity-mismatch" if "id" in fields else "manifest-invalid"
    assert found(broken) == [(code, "error")]


def test_a_contract_may_say_whatever_the_reconciler_does_not_rely_on() -> None:
    assert plant().contract("erp", stability="beta", policies=[{"id": 1}]).codes() == []


def test_a_capability_that_nothing_provides_is_a_warning_until_a_site_needs_it() -> None:
    waiting = plant(enabled=False, uses=[needed("erp", "v2")])
    assert found(waiting) == [("capability-unprovided", "warning")]
    waiting.enable("hartford", "alpha")
    assert found(waiting) == [
        ("capability-unprovided", "warning"),
        ("capability-missing", "error"),
    ]
    assert waiting.platform(erp="v2.0").codes() == []


def test_the_example_comes_with_a_catalog_without_findings() -> None:
    example = Plant()
    for path in EXAMPLE.rglob("*.yaml"):
        example.put(path.relative_to(EXAMPLE).as_posix(), path.read_text(encoding="utf-8"))
    paths = {found.location.path for found in example.findings()}
    assert not [path for path in paths if path.startswith("desired-state/catalog/")]


def test_a_manifest_in_json_is_read_as_one_in_yaml_is() -> None:
    plant_ = plant(mesVersion="9.0.0")
    content = plant_.files.pop("catalog/extensions/alpha/1.0.0.yaml")
    plant_.put("catalog/extensions/alpha/1.0.0.json", json.dumps(json.loads(content)))
    assert plant_.codes() == ["mes-version-too-low"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"complience": {}}, "compliance"),
        ({"conflict": {}}, "conflicts"),
        ({"dependency": {}}, "dependencies"),
        ({"activationpolicy": {"canBeDisabled": False}}, "activationPolicy"),
        ({"compliance": {"delegation": []}}, "delegations"),
        ({"capabilities": {"provide": []}}, "provides"),
    ],
)
def test_a_misspelt_key_that_would_switch_a_rule_off_is_an_error_where_it_is_enabled(
    written: dict[str, Any], meant: str
) -> None:
    plant = Plant().site("hartford", "alpha").offer("alpha", **written)
    (found,) = plant.findings()
    assert (found.code, found.severity) == ("manifest-misspelt", "error")
    assert repr(meant) in found.message


@pytest.mark.parametrize("written", [{"tier": "gold"}, {"performance": {}}, {"schemaVersion": "2"}])
def test_a_property_that_v2_does_not_know_is_no_misspelling(written: dict[str, Any]) -> None:
    plant = Plant().site("hartford", "alpha").offer("alpha", **written)
    assert [found.code for found in plant.findings()] == ["manifest-v2"]
