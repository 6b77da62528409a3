"""Which aspects need whose signature, and which signoffs count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.desired_folder import DesiredFolder, GitRepository, small_folder

OPEN = {"additionalProperties": True}
ASPECT = "data-transfer-validation"


def signoff(config_hash: str, **different: str) -> dict[str, str]:
    entry = {
        "aspect": ASPECT,
        "signedBy": "mlopez",
        "role": "quality-manager",
        "meaning": "approval",
        "signedAt": "2026-11-20T10:00:00Z",
        "configHash": config_hash,
    }
    return entry | different


def compliance(model: str | None = "enforced", **different: Any) -> dict[str, Any]:
    delegation = {"aspect": ASPECT, "delegatedTo": "quality-manager", "requiresSignoff": True}
    stated = {"complianceModel": model} if model else {}
    return {**stated, "delegations": [delegation | different]}


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    repository = GitRepository(tmp_path)
    folder = small_folder(tmp_path / "desired-state")
    folder.manifest(OPEN, compliance=compliance())
    folder.configure({"interval": 60})
    repository.commit()
    return folder


def test_an_enforced_aspect_that_nobody_signed_blocks_and_names_the_hash(
    folder: DesiredFolder,
) -> None:
    (found,) = folder.findings()
    assert (found.code, found.severity, found.gate) == ("signoff-missing", "error", "apply")
    assert folder.configuration().config_hash in found.hint
    assert "quality-manager" in found.hint


@pytest.mark.parametrize("model", ["enabled", "delegated", None])
def test_an_aspect_of_a_weaker_model_only_warns(folder: DesiredFolder, model: str | None) -> None:
    folder.manifest(OPEN, compliance=compliance(model))
    (found,) = folder.findings()
    assert (found.code, found.severity) == ("signoff-recommended", "warning")


def test_a_delegation_that_asks_for_no_signature_needs_none(folder: DesiredFolder) -> None:
    folder.manifest(OPEN, compliance=compliance(requiresSignoff=False))
    assert folder.codes() == []


def test_a_signoff_of_the_right_hash_by_a_listed_signer_counts(folder: DesiredFolder) -> None:
    config_hash = folder.configuration().config_hash
    folder.configure({"interval": 60}, signoffs=[signoff(config_hash)])
    assert folder.codes() == []


@pytest.mark.parametrize(
    ("different", "codes"),
    [
        ({"configHash": "sha256:" + "0" * 64}, ["signoff-missing", "signoff-void"]),
        ({"signedBy": "reconciler"}, ["signoff-missing", "signoff-void"]),
        ({"signedBy": "nobody"}, ["signoff-missing", "signoff-void"]),
        ({"role": "site-manager"}, ["signoff-missing", "signoff-void"]),
        ({"aspect": "another-aspect"}, ["signoff-missing", "signoff-unasked"]),
        ({"signedAt": "2999-01-01T00:00:00Z"}, ["signoff-missing", "signoff-void"]),
    ],
)
def test_a_signoff_that_differs_in_anything_does_not_count(
    folder: DesiredFolder, different: dict[str, str], codes: list[str]
) -> None:
    entry = signoff(folder.configuration().config_hash, **different)
    folder.configure({"interval": 60}, signoffs=[entry])
    assert sorted(folder.codes()) == codes


def test_a_changed_configuration_voids_its_signoff_and_a_return_finds_it_again(
    folder: DesiredFolder,
) -> None:
    signed = signoff(folder.configuration().config_hash)
    folder.configure({"interval": 61}, signoffs=[signed])
    assert sorted(folder.codes()) == ["signoff-missing", "signoff-void"]
    folder.configure({"interval": 60}, signoffs=[signed])
    assert folder.codes() == []


def test_a_changed_version_voids_a_signoff_of_the_same_configuration(folder: DesiredFolder) -> None:
    signed = signoff(folder.configuration().config_hash)
    folder.manifest(OPEN, version="1.0.1", compliance=compliance())
    folder.configure({"interval": 60}, version="1.0.1", signoffs=[signed])
    assert sorted(folder.codes()) == ["signoff-missing", "signoff-void"]


def test_an_old_signoff_beside_a_counting_one_is_no_finding(folder: DesiredFolder) -> None:
    good = signoff(folder.configuration().config_hash)
    folder.configure({"interval": 60}, signoffs=[signoff("sha256:" + "0" * 64), good])
    assert folder.codes() == []


def test_a_capability_contract_asks_for_signatures_as_well(folder: DesiredFolder) -> None:
    contract = {
        "id": "erp-integration",
        "name": "ERP",
        "compliance": {"signoffRequired": True, "signoffRole": "compliance-officer"},
    }
    folder.write_value("catalog/capabilities/erp-integration.yaml", contract)
    provided = {"provides": [{"name": "erp-integration", "version": "v1"}]}
    folder.manifest(OPEN, compliance={"complianceModel": "enforced"}, capabilities=provided)
    (found,) = folder.findings()
    assert found.code == "signoff-missing"
    assert "'erp-integration' needs the signature of a compliance-officer" in found.message
