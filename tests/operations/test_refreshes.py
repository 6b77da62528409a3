"""Refreshes: sites whose records follow the catalog, though no configuration changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from reconciler.model.errors import BlockedError, ReconcilerError, StalePlanError
from reconciler.model.plan import Scope
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    CORK,
    CORK_ERP,
    DASHBOARD,
    DAYTON,
    DAYTON_ERP,
    ERP,
    FILES,
    PROFILE,
    SIGNATURE,
    Installation,
    erp_file,
    profile_file,
    site_file,
)
from tests.support.relations import (
    accepted,
    apply_knowing,
    conflict,
    plan_knowing,
    relations,
    resolution,
)

EBRO = UUID("0e000000-0000-4000-8000-000000000004")
ERP_MANIFEST = "catalog/extensions/erp-adapter/3.0.0.yaml"
ASKS = """\
compliance:
  complianceModel: delegated
  delegations:
    - {aspect: ledger-review, delegatedTo: site-manager, requiresSignoff: true}
"""
REQUIREMENTS = (
    "SELECT site_id, extension_id, aspect, required_role, enforced FROM compliance_requirements "
    "ORDER BY 1, 2, 3"
)
SIGNS = (BREMEN, SIGNATURE, "signature-validation", "quality-manager", False)
REVIEWS = [(site, ERP, "ledger-review", "site-manager", False) for site in (BREMEN, CORK, DAYTON)]
DIGESTS = "SELECT site_id, digest IS NOT NULL FROM site_derived_records ORDER BY 1"
WRITTEN_BY_A_REFRESH = {
    "reconcile_runs",
    "compliance_requirements",
    "site_derived_records",
    "reporting_refreshes",
    "v_unsigned_compliance",
}
KNOWN = relations(
    (resolution(CORK, ERP, DASHBOARD),),
    (conflict((CORK, DASHBOARD), (CORK, ERP)),),
)
WAIVED = (accepted("cork", ERP, DASHBOARD),)


def ask_for_reviews(installation: Installation) -> str:
    return installation.commit("Have it reviewed", {ERP_MANIFEST: FILES[ERP_MANIFEST] + ASKS})


def changed_tables(installation: Installation, before: dict[str, tuple[Any, ...]]) -> set[str]:
    return {table for table, digest in installation.digest().items() if digest != before[table]}


def test_a_signature_that_the_catalog_newly_asks_for_reaches_the_database_by_itself(
    installation: Installation,
) -> None:
    ask_for_reviews(installation)
    before = installation.digest()
    done = installation.apply()
    assert (done.plan.changes, done.plan.refreshes) == ((), ("bremen", "cork", "dayton"))
    assert installation.rows(REQUIREMENTS) == sorted([SIGNS, *REVIEWS])
    assert changed_tables(installation, before) == WRITTEN_BY_A_REFRESH
    assert installation.rows(
        "SELECT kind, status, summary -> 'sites_refreshed', summary -> 'sites_touched' "
        "FROM reconcile_runs WHERE id = %s",
        [done.run_id],
    ) == [("apply", "applied", 3, 0)]


def test_a_second_apply_after_a_refresh_writes_nothing(installation: Installation) -> None:
    ask_for_reviews(installation)
    installation.apply()
    before = installation.digest()
    done = installation.apply()
    assert (done.run_id, done.plan.differs, installation.digest()) == (None, False, before)


def test_a_signature_that_the_catalog_no_longer_asks_for_is_removed(
    installation: Installation,
) -> None:
    ask_for_reviews(installation)
    installation.apply()
    installation.commit("Ask another", {ERP_MANIFEST: FILES[ERP_MANIFEST]})
    installation.apply()
    assert installation.rows(REQUIREMENTS) == [SIGNS]


def test_a_plan_with_refreshes_alone_may_be_applied_and_writes_nothing_itself(
    installation: Installation,
) -> None:
    ask_for_reviews(installation)
    before = installation.digest()
    plan = installation.plan()
    assert (plan.applyable, plan.changes, plan.summary.sites_refreshed) == (True, (), 3)
    assert installation.digest() == before
    assert installation.plan() == plan


def test_a_site_that_a_change_touches_is_no_refresh_and_is_written_all_the_same(
    installation: Installation,
) -> None:
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    ask_for_reviews(installation)
    done = installation.apply()
    assert [change.site for change in done.plan.changes] == ["cork"]
    assert done.plan.refreshes == ("bremen", "dayton")
    assert installation.rows(REQUIREMENTS) == sorted([SIGNS, *REVIEWS])
    assert not installation.plan().differs


def test_refreshes_are_of_the_selected_sites(installation: Installation) -> None:
    ask_for_reviews(installation)
    chosen = Selection(sites=("c*",))
    assert installation.apply(selection=chosen).plan.refreshes == ("cork",)
    assert installation.rows(REQUIREMENTS) == sorted([SIGNS, REVIEWS[1]])
    assert installation.plan().refreshes == ("bremen", "dayton")


@pytest.mark.parametrize(
    "options",
    [
        {"selection": Selection(extensions=(ERP,))},
        {"scope": Scope.DRIFTED},
        {"scope": Scope.HEALABLE},
    ],
    ids=["extension", "drifted", "healable"],
)
def test_a_plan_about_less_than_whole_sites_refreshes_none(
    installation: Installation, options: dict[str, Any]
) -> None:
    ask_for_reviews(installation)
    plan = installation.plan(**options)
    assert (plan.differs, plan.applyable) == (False, False)


def test_a_database_from_before_there_were_records_is_refreshed_once(
    installation: Installation,
) -> None:
    installation.rows("DELETE FROM site_derived_records")
    assert installation.apply().plan.refreshes == ("bremen", "cork", "dayton")
    assert installation.apply().run_id is None


def test_a_site_with_nothing_enabled_is_never_refreshed(installation: Installation) -> None:
    empty = site_file(EBRO, "Ebro Plant", "")
    installation.commit("A plant to be", {"sites/ebro/site.yaml": empty})
    installation.bootstrap()
    before = installation.digest()
    done = installation.apply()
    assert (done.run_id, installation.digest()) == (None, before)


def test_a_site_that_was_emptied_is_written_once(installation: Installation) -> None:
    installation.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    installation.apply()
    assert (DAYTON, True) in installation.rows(DIGESTS)
    assert installation.apply().run_id is None


def test_a_refresh_of_what_is_not_committed_is_refused(installation: Installation) -> None:
    installation.write(ERP_MANIFEST, FILES[ERP_MANIFEST] + ASKS)
    with pytest.raises(BlockedError, match="not committed"):
        installation.apply()
    assert installation.rows(REQUIREMENTS) == [SIGNS]


def test_a_reviewed_refresh_is_applied_once(installation: Installation) -> None:
    ask_for_reviews(installation)
    reviewed = {"expected": installation.plan()}
    assert installation.apply(apply_options=reviewed).run_id is not None
    with pytest.raises(StalePlanError, match="was applied before"):
        installation.apply(apply_options=reviewed)


def test_a_refresh_that_was_planned_before_another_run_is_stale(
    installation: Installation,
) -> None:
    ask_for_reviews(installation)
    reviewed = installation.plan()
    chosen = Selection(sites=("cork",))
    installation.apply(selection=chosen)
    with pytest.raises(StalePlanError):
        installation.apply(apply_options={"expected": reviewed})


def test_the_same_refresh_a_second_time_is_another_plan(installation: Installation) -> None:
    ids = set()
    for known in (KNOWN, relations(), KNOWN, relations()):
        ids.add(apply_knowing(installation, known, WAIVED if known is KNOWN else ()).plan.plan_id)
    assert len(ids) == 4


def test_a_filtered_apply_says_nothing_about_what_is_not_live(unapplied: Installation) -> None:
    apply_knowing(unapplied, KNOWN, WAIVED, selection=Selection(extensions=(DASHBOARD,)))
    for table in ("extension_dependency_cache", "extension_conflicts_detected"):
        assert unapplied.digest()[table][0] == 0
    assert unapplied.rows(DIGESTS) == [(BREMEN, False), (CORK, False)]
    done = apply_knowing(unapplied, KNOWN, WAIVED, selection=Selection(extensions=(ERP,)))
    assert done.plan.refreshes == ()
    for table in ("extension_dependency_cache", "extension_conflicts_detected"):
        assert unapplied.digest()[table][0] == 1
    assert unapplied.rows(DIGESTS) == [(BREMEN, False), (CORK, True), (DAYTON, True)]


def test_a_filtered_apply_leaves_open_what_is_between_configurations_that_are_not_as_desired(
    installation: Installation,
) -> None:
    apply_knowing(installation, KNOWN, WAIVED)
    installation.commit(
        "Settle it at the ERP",
        {CORK_ERP: erp_file("cork", interval=90), PROFILE: profile_file(refresh=10)},
    )
    unresolved = "SELECT count(*) FROM extension_conflicts_detected WHERE resolved_at IS NULL"
    apply_knowing(installation, relations(), selection=Selection(extensions=(DASHBOARD,)))
    assert installation.rows(unresolved) == [(1,)]
    assert (CORK, False) in installation.rows(DIGESTS)
    apply_knowing(installation, relations(), selection=Selection(extensions=(ERP,)))
    assert installation.rows(unresolved) == [(0,)]
    assert not plan_knowing(installation, relations()).differs


def test_records_written_in_part_are_written_whole_when_git_goes_back(
    installation: Installation,
) -> None:
    before = installation.rows(REQUIREMENTS)
    first = FILES[CORK_ERP]
    ask_for_reviews(installation)
    installation.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    installation.apply(selection=Selection(sites=("cork",), extensions=(ERP,)))
    assert REVIEWS[1] in installation.rows(REQUIREMENTS)
    installation.commit(
        "All as it was",
        {CORK_ERP: first, PROFILE: FILES[PROFILE], ERP_MANIFEST: FILES[ERP_MANIFEST]},
    )
    installation.apply()
    assert installation.rows(REQUIREMENTS) == before
    assert not installation.plan().differs


REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER refuse BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()
"""
WRITES = [
    ("INSERT", "extension_dependency_cache"),
    ("DELETE", "extension_dependency_cache"),
    ("INSERT", "extension_conflicts_detected"),
    ("UPDATE", "extension_conflicts_detected"),
    ("INSERT", "compliance_requirements"),
    ("INSERT", "site_derived_records"),
    ("UPDATE", "site_extension_configs"),
]


@pytest.mark.parametrize("body", ["RETURN NULL;", "RAISE EXCEPTION 'no';"], ids=["drop", "raise"])
@pytest.mark.parametrize(("event", "table"), WRITES, ids=str)
def test_a_refresh_of_which_one_row_is_not_taken_leaves_nothing(
    installation: Installation, event: str, table: str, body: str
) -> None:
    apply_knowing(installation, KNOWN, WAIVED)
    ask_for_reviews(installation)
    other = relations(
        (resolution(CORK, DASHBOARD, ERP),),
        (conflict((BREMEN, DASHBOARD), (BREMEN, ERP)),),
    )
    installation.rows(REFUSE.format(body=body, event=event, table=table))
    before = installation.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(ReconcilerError):
        apply_knowing(installation, other)
    assert installation.digest(leaving_out=("reconcile_runs",)) == before
    assert installation.rows(
        "SELECT status FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1"
    ) == [("failed",)]
    installation.rows(f"DROP TRIGGER refuse ON {table}")
    assert apply_knowing(installation, other).run_id is not None
    assert not plan_knowing(installation, other).differs
