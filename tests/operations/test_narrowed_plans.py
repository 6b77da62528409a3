"""A plan of a part is judged by what it would leave live, together with what is not selected."""

from __future__ import annotations

import pytest

from reconciler.model.errors import BlockedError
from reconciler.model.plan import Scope
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN_ERP,
    BREMEN_SIGNATURE,
    CORK_ERP,
    DASHBOARD,
    ERP,
    SIGNATURE,
    Installation,
    erp_file,
    signature_file,
)

CATALOG = "catalog/extensions"
DASHBOARD_MANIFEST = f"{CATALOG}/line-dashboard/1.0.0.yaml"
ERP_MANIFEST = f"{CATALOG}/erp-adapter/3.0.0.yaml"
RIVAL = "sites/bremen/extensions/rival-adapter.yaml"


def rival(installation: Installation, text: str) -> None:
    """Commit an extension at Bremen whose manifest is the ERP adapter's with ``text`` added."""
    manifest = (installation.folder / ERP_MANIFEST).read_text(encoding="utf-8")
    named = manifest.replace("erp-adapter", "rival-adapter")
    files: dict[str, str | None] = {
        f"{CATALOG}/rival-adapter/3.0.0.yaml": named + text,
        RIVAL: erp_file("bremen"),
    }
    installation.commit("Add a rival", files)


CONFLICT = "conflicts:\n  explicit:\n    - {id: erp-adapter, reason: Both write the ledger}\n"


@pytest.mark.parametrize("selected", ["rival-adapter", "rival-*"])
def test_a_conflict_with_what_is_live_blocks_although_only_one_side_is_selected(
    installation: Installation, selected: str
) -> None:
    rival(installation, CONFLICT)
    narrowed = Selection(extensions=(selected,))
    plan = installation.plan(selection=narrowed)
    assert not plan.applyable
    (reason,) = plan.why_blocked
    assert "at bremen erp-adapter and rival-adapter conflict" in reason
    assert "leave --site and --extension out" in reason
    before = installation.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(BlockedError):
        installation.apply(selection=narrowed)
    assert installation.digest(leaving_out=("reconcile_runs",)) == before


def test_lowering_what_an_unselected_extension_needs_blocks(installation: Installation) -> None:
    text = (installation.folder / DASHBOARD_MANIFEST).read_text(encoding="utf-8")
    needs = text + "dependencies:\n  extensions: {erp-adapter: 3.0.0}\n"
    installation.commit("Depend", {DASHBOARD_MANIFEST: needs})
    installation.commit("Raise", {BREMEN_ERP: erp_file("bremen", version="3.1.0")})
    plan = installation.plan(selection=Selection(extensions=(ERP,)))
    assert not plan.applyable
    assert any(f"{DASHBOARD} needs {ERP} 3.0.0" in reason for reason in plan.why_blocked)


def test_what_others_have_pending_does_not_block_what_goes_together_with_what_is_live(
    installation: Installation,
) -> None:
    rival(installation, CONFLICT)
    installation.commit("Faster", {CORK_ERP: erp_file("cork", interval=30)})
    installation.commit("Less typing", {BREMEN_SIGNATURE: signature_file(minutes=20)})
    for narrowed in (Selection(sites=("cork",)), Selection(extensions=(SIGNATURE,))):
        plan = installation.plan(selection=narrowed)
        assert plan.summary.reconfigure == 1
        assert plan.applyable
    assert not installation.plan().applyable


def test_healing_goes_on_although_a_conflict_was_merged_meanwhile(
    installation: Installation,
) -> None:
    installation.edit(
        "DELETE FROM site_extension_configs WHERE extension_id = 'erp-adapter' "
        "AND site_id = '0b000000-0000-4000-8000-000000000001'"
    )
    rival(installation, CONFLICT)
    healing = installation.plan(scope=Scope.HEALABLE)
    assert [change.extension for change in healing.changes] == [ERP]
    assert healing.applyable
    assert not installation.plan().applyable
