"""Derived records: the same desired state gives the same digest, and every difference another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.derived import RecordedDigest, RequiredSignature
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.diagnostic import Diagnostic, Location, Severity
from reconciler.model.relations import (
    Conflict,
    DependencyType,
    Neighbourhood,
    Relations,
    Resolution,
)
from reconciler.planning.derived import DerivedRecords, QuietDigests, outdated_sites
from tests.support.desired_folder import DesiredFolder
from tests.support.installation import BREMEN, CORK, DASHBOARD, DAYTON, ERP, FILES, SIGNATURE
from tests.support.relations import WAIVER, accepted, conflict, relations, resolution

NAMES = (DASHBOARD, ERP, SIGNATURE)
PLANTS = {"bremen": BREMEN, "cork": CORK, "dayton": DAYTON}
MET = resolution(CORK, DASHBOARD, ERP, reason="as the catalog has it")
AT_ODDS = conflict((CORK, DASHBOARD), (CORK, ERP), capability="ledger")
KNOWN = relations([MET], [AT_ODDS])


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> DesiredState:
    """Three plants with three extensions; read once, since nothing here alters it."""
    folder = DesiredFolder(tmp_path_factory.mktemp("desired-state"))
    for path, text in FILES.items():
        folder.write(path, text)
    return folder.state()


def signed_by_quality(extension: str, _version: str) -> list[RequiredSignature]:
    return [RequiredSignature(extension, "review", "quality-manager", False)]


def records(
    head: DesiredState,
    known: Relations = KNOWN,
    diagnostics: Sequence[Diagnostic] = (),
) -> DerivedRecords:
    return DerivedRecords(head, known, diagnostics, signed_by_quality)


def digests(head: DesiredState, *given: Any) -> dict[UUID, str]:
    return {site: found.digest for site, found in records(head, *given).items()}


extensions = st.sampled_from(NAMES)
keys = st.builds(ConfigurationKey, st.sampled_from(list(PLANTS.values())), extensions)
resolutions = st.builds(
    Resolution,
    keys,
    st.sampled_from(DependencyType),
    extensions,
    st.sampled_from((None, "^1.0.0", "^2.0.0")),
    st.sampled_from((None, "1.2.0")),
    st.none(),
    st.booleans(),
    st.sampled_from((None, "why", "why not")),
)
conflicts = st.lists(keys, min_size=2, max_size=2, unique=True).flatmap(
    lambda pair: st.builds(
        lambda reason, policy: conflict(*pair, reason=reason, first_policy=policy),
        st.text(max_size=3),
        st.sampled_from((None, "merge")),
    )
)
findings = st.builds(accepted, st.sampled_from(sorted(PLANTS)), extensions, extensions)


@given(data=st.data())
def test_digests_do_not_depend_on_the_order_in_which_anything_was_found(
    head: DesiredState, data: st.DataObject
) -> None:
    met = data.draw(st.lists(resolutions, max_size=8))
    at_odds = data.draw(st.lists(conflicts, max_size=8))
    found = data.draw(st.lists(findings, max_size=5))
    shuffled = (
        relations(data.draw(st.permutations(met)), data.draw(st.permutations(at_odds))),
        data.draw(st.permutations(found)),
    )
    assert dict(records(head, relations(met, at_odds), found)) == dict(records(head, *shuffled))


@given(met=st.lists(resolutions, max_size=12), at_odds=st.lists(conflicts, max_size=12))
def test_each_record_is_there_once_and_none_is_lost(
    head: DesiredState, met: list[Resolution], at_odds: list[Conflict]
) -> None:
    found = records(head, relations(met, at_odds))
    kept = [each for site in found.values() for each in site.resolutions]
    identities = [(each.key, each.type, each.dependency) for each in kept]
    assert sorted(identities) == sorted({(each.key, each.type, each.dependency) for each in met})
    for site_id, site in found.items():
        seen = [each.identity for each in site.conflicts]
        assert len(seen) == len(set(seen))
        reasons = "".join(each.reason for each in site.conflicts)
        mine = [it for it in at_odds if site_id in (it.first.site_id, it.second.site_id)]
        assert all(each.reason in reasons for each in mine)


def test_a_dependency_found_twice_is_kept_as_the_one_that_is_not_met(head: DesiredState) -> None:
    met = resolution(CORK, DASHBOARD, ERP)
    unmet = resolution(CORK, DASHBOARD, ERP, wanted="^4.0.0", satisfied=False)
    assert records(head, relations((met, unmet)))[CORK].resolutions == (unmet,)


@pytest.mark.parametrize(
    "other",
    [
        relations([], [AT_ODDS]),
        relations([MET]),
        relations((MET._replace(wanted="^4.0.0"),), [AT_ODDS]),
        relations((MET._replace(satisfied=False),), [AT_ODDS]),
        relations((MET._replace(reason=None),), [AT_ODDS]),
        relations([MET], (replace(AT_ODDS, reason="other"),)),
        relations([MET], (replace(AT_ODDS, capability=None),)),
    ],
)
def test_what_relates_otherwise_gives_the_site_another_digest_and_no_other(
    head: DesiredState, other: Relations
) -> None:
    before, after = digests(head), digests(head, other)
    assert {site for site in before if before[site] != after[site]} == {CORK}


def test_a_waiver_gives_the_site_another_digest_and_another_one_again(head: DesiredState) -> None:
    longer = WAIVER.model_copy(update={"until": "2027-06-30"})
    waived = accepted("cork", DASHBOARD, ERP)
    seen = {
        digests(head, KNOWN, found)[CORK]
        for found in ([], [waived], [waived.model_copy(update={"waiver": longer})])
    }
    assert len(seen) == 3


def test_a_line_that_moves_in_a_file_changes_no_digest(head: DesiredState) -> None:
    first, second = accepted("cork", DASHBOARD, ERP), accepted("cork", DASHBOARD, SIGNATURE)
    moved = first.model_copy(update={"location": Location(path="z", line=99)})
    assert digests(head, KNOWN, [first, second]) == digests(head, KNOWN, [second, moved])


def test_an_error_that_nobody_accepted_is_said_as_well(head: DesiredState) -> None:
    found = accepted("cork", ERP, "x", waiver=None, severity=Severity.ERROR)
    verdicts = {it.key.extension_id: it for it in records(head, KNOWN, [found])[CORK].verdicts}
    assert [error["waiver"] for error in verdicts[ERP].errors] == [None]
    assert (verdicts[ERP].validated, verdicts[DASHBOARD].validated) == (False, True)


def test_a_warning_that_was_never_an_error_leaves_a_configuration_validated(
    head: DesiredState,
) -> None:
    found = accepted("cork", ERP, "x", waiver=None)
    assert all(it.validated for it in records(head, KNOWN, [found])[CORK].verdicts)


def test_a_waiver_about_another_pair_or_another_site_accepts_nothing_of_a_conflict(
    head: DesiredState,
) -> None:
    for found in (
        accepted("cork", ERP, SIGNATURE),
        accepted("bremen", ERP, DASHBOARD),
        accepted("cork", ERP, f"{DASHBOARD} in ledger", code="conflict-policy"),
    ):
        (kept,) = records(head, KNOWN, [found])[CORK].conflicts
        assert kept.severity is Severity.ERROR
    found = accepted("cork", ERP, f"{DASHBOARD} in ledger")
    (kept,) = records(head, KNOWN, [found])[CORK].conflicts
    assert kept.severity is Severity.WARNING


@given(met=st.lists(resolutions, max_size=6), found=st.lists(findings, max_size=2))
def test_a_digest_that_is_known_of_a_quiet_site_is_the_one_of_its_records(
    head: DesiredState, met: list[Resolution], found: list[Diagnostic]
) -> None:
    met = [each for each in met if each.key in head.configurations]
    known = relations(met, [conflict((DAYTON, DASHBOARD), (DAYTON, ERP))])
    digests = QuietDigests(signed_by_quality)
    quiet = {
        site_id: digests.of(
            enabled,
            [
                Neighbourhood(
                    tuple(
                        each
                        for each in known.resolutions.get(site_id, ())
                        if each.key.extension_id == extension
                    )
                )
                for extension in enabled.extensions
            ],
        )
        for site_id, enabled in head.enabled.items()
    }
    told = DerivedRecords(head, known, found, signed_by_quality, quiet)
    for site_id, each in records(head, known, found).items():
        assert told.digest(site_id) == each.digest


def test_outdated_sites_are_those_whose_digest_is_another_and_that_nothing_touches(
    head: DesiredState,
) -> None:
    wanted = records(head)
    run = uuid4()
    recorded = {site: RecordedDigest(found.digest, run) for site, found in wanted.items()}
    sites = list(head.sites.values())

    def outdated(changed: dict[UUID, RecordedDigest], touched: set[UUID]) -> list[str]:
        return [it.site for it in outdated_sites(sites, wanted, recorded | changed, touched)]

    stale = {site: RecordedDigest("sha256:old", run) for site in (DAYTON, BREMEN)}
    assert outdated({}, set()) == []
    assert outdated(stale, set()) == ["bremen", "dayton"]
    assert outdated(stale, {BREMEN}) == ["dayton"]
    assert outdated({CORK: RecordedDigest(None, run)}, set()) == ["cork"]
    assert [it.site for it in outdated_sites(sites, wanted, {}, ())] == sorted(PLANTS)
