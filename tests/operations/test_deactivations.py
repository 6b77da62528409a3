"""What a plan would take away: the foundation stays, and nobody is left without what it needs."""

from __future__ import annotations

from tests.support.installation import (
    BREMEN,
    BREMEN_ERP,
    BREMEN_SIGNATURE,
    CORK_ERP,
    Installation,
    site_file,
)

ERP_MANIFEST = "catalog/extensions/erp-adapter/3.0.0.yaml"
DASHBOARD_MANIFEST = "catalog/extensions/line-dashboard/1.0.0.yaml"
SIGNATURE_MANIFEST = "catalog/extensions/e-signature/2.0.0.yaml"
WAIVER = """\
waivers:
  - code: deactivation-breaks
    extension: erp-adapter
    subject: erp-adapter
    reason: The line runs without orders until the new adapter is there
    waivedBy: quality
    until: 2999-12-31
"""


def extend(installation: Installation, manifest: str, more: str) -> None:
    """Commit a manifest with something added."""
    text = (installation.folder / manifest).read_text(encoding="utf-8")
    installation.commit("Extend the manifest", {manifest: text + more})


def test_all_who_need_what_is_deactivated_are_named_in_one_finding(
    installation: Installation,
) -> None:
    needs = "dependencies:\n  extensions: {erp-adapter: ^3.0.0}\n"
    extend(installation, DASHBOARD_MANIFEST, needs)
    extend(installation, SIGNATURE_MANIFEST, needs)
    installation.commit("Retire", {BREMEN_ERP: None})
    plan = installation.plan()
    (found,) = [each for each in plan.diagnostics if each.code == "deactivation-breaks"]
    assert "2 extensions without what they need: e-signature, line-dashboard" in found.message
    assert str(found.location) == f"desired-state/{BREMEN_ERP}:1:1"
    assert not plan.applyable
    assert "1 finding of deactivation-breaks" in plan.why_blocked


def test_what_nobody_needs_may_go(installation: Installation) -> None:
    installation.commit("Retire", {CORK_ERP: None})
    plan = installation.plan()
    assert plan.summary.deactivate == 1
    assert plan.applyable


def test_a_foundation_extension_may_not_be_deactivated_by_deleting_its_file(
    installation: Installation,
) -> None:
    extend(installation, SIGNATURE_MANIFEST, "activationPolicy: {canBeDisabled: false}\n")
    installation.commit("Retire", {BREMEN_SIGNATURE: None})
    plan = installation.plan()
    assert "foundation-disabled" in [found.code for found in plan.diagnostics]
    assert not plan.applyable


def test_a_waiver_lets_it_be_applied_and_stands_in_the_plan_and_in_every_audit_row_of_the_site(
    installation: Installation,
) -> None:
    needs = "dependencies:\n  extensions: {erp-adapter: ^3.0.0}\n"
    extend(installation, SIGNATURE_MANIFEST, needs)
    lacking = WAIVER.replace("deactivation-breaks", "dependency-missing").replace(
        "extension: erp-adapter", "extension: e-signature"
    )
    waivers = WAIVER + lacking.removeprefix("waivers:\n")
    site = site_file(BREMEN, "Bremen Works", "standard") + waivers
    installation.commit("Accept it", {"sites/bremen/site.yaml": site, BREMEN_ERP: None})
    plan = installation.plan()
    assert plan.applyable
    waived = {found.code: found.waiver for found in plan.diagnostics if found.waiver}
    assert sorted(waived) == ["deactivation-breaks", "dependency-missing"]
    done = installation.apply()
    rows = installation.rows(
        "SELECT details -> 'waivers' FROM configuration_audit_log WHERE details ->> 'runId' = %s",
        [str(done.run_id)],
    )
    assert len(rows) == 1
    ((written,),) = rows
    assert sorted(entry["code"] for entry in written) == sorted(waived)
    assert {entry["waived_by"] for entry in written} == {"quality"}
    assert {entry["until"] for entry in written} == {"2999-12-31"}
    live = installation.rows(
        "SELECT validated, validation_errors -> 0 ->> 'code' FROM site_extension_configs "
        "WHERE site_id = %s AND extension_id = 'e-signature'",
        [BREMEN],
    )
    assert live == [(False, "dependency-missing")]
