"""The plan: what is in it, why, in which order, and whether it may be applied."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.change import Action, Change, Origin, Signature
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.diagnostic import Diagnostic, Location, sorted_diagnostics
from reconciler.model.kinds.compliance import SIGNOFF_MISSING
from reconciler.model.kinds.files import UNKNOWN_USER, USELESS_OPT_OUT
from reconciler.planning.plan import invalid_plan
from tests.support.desired_folder import (
    EXTENSION_FILE,
    SITE,
    SMALL,
    DesiredFolder,
    small_folder,
)
from tests.support.plan_inputs import KEY, change, plan_of, plan_with

LIVE: dict[str, Any] = {"title": "Line 1", "interval": 60}
HERE = Location(path="desired-state/users.yaml")
BLOCKING = SIGNOFF_MISSING.at(HERE, aspect="a", role="r", config_hash="h")
HARMLESS = USELESS_OPT_OUT.at(HERE, extension="x")


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def state(folder: DesiredFolder, **configuration: Any) -> DesiredState:
    folder.configure(LIVE | configuration)
    return folder.state()


def test_nothing_is_planned_where_live_is_as_desired(folder: DesiredFolder) -> None:
    plan = plan_of(folder.state(), {KEY: LIVE})
    assert plan.changes == ()
    assert (plan.complete, plan.applyable, plan.errored) == (True, False, False)
    assert plan.summary.unchanged == 1


def test_what_is_not_live_is_activated(folder: DesiredFolder) -> None:
    (planned,) = plan_of(folder.state(), {}).changes
    assert (planned.action, planned.old_version, planned.new_version) == (
        Action.ACTIVATE,
        None,
        "1.0.0",
    )
    assert [found.pointer for found in planned.differences] == ["/interval", "/title"]
    assert {found.source for found in planned.differences} == {f"desired-state/{EXTENSION_FILE}"}


def test_what_has_no_file_is_deactivated(folder: DesiredFolder) -> None:
    folder.remove(EXTENSION_FILE)
    (planned,) = plan_of(folder.state(), {KEY: LIVE}).changes
    assert (planned.action, planned.new_hash) == (Action.DEACTIVATE, None)
    assert planned.path == f"desired-state/{EXTENSION_FILE}"


def test_what_differs_is_reconfigured_field_by_field(folder: DesiredFolder) -> None:
    plan = plan_of(state(folder, interval=90), {KEY: LIVE})
    (planned,) = plan.changes
    (found,) = planned.differences
    assert (planned.action, found.pointer, found.old, found.new) == (
        Action.RECONFIGURE,
        "/interval",
        60,
        90,
    )
    assert (plan.complete, plan.applyable) == (True, True)


@pytest.mark.parametrize(
    ("before", "wanted", "live", "applied", "expected"),
    [
        (60, 90, 60, 60, Origin.PULL_REQUEST),
        (90, 90, 60, 60, Origin.PENDING),
        (60, 60, 30, 60, Origin.DRIFT),
        (60, 90, 30, 60, Origin.PULL_REQUEST),
        (90, 90, 30, 60, Origin.PENDING),
        (None, 90, None, None, Origin.PULL_REQUEST),
    ],
)
def test_a_change_has_the_origin_that_its_four_inputs_give_it(
    folder: DesiredFolder,
    before: int | None,
    wanted: int,
    live: int | None,
    applied: int | None,
    expected: Origin,
) -> None:
    if before is None:
        folder.remove(EXTENSION_FILE)
        base = folder.state()
    else:
        base = state(folder, interval=before)
    head = state(folder, interval=wanted)
    lives = {KEY: LIVE | {"interval": live}} if live else {}
    was = {KEY: LIVE | {"interval": applied}} if applied else {}
    (planned,) = plan_of(head, lives, applied=was, base=base).changes
    assert planned.origin is expected
    assert (planned.drift is not None) == (live != applied)


def test_a_change_through_a_profile_alone_is_the_profiles(folder: DesiredFolder) -> None:
    folder.replace(f"sites/{SITE}/site.yaml", "signers:", "profiles: [base]\nsigners:")
    entry: dict[str, Any] = {"version": "1.0.0", "configuration": {"interval": 60}}
    folder.write(EXTENSION_FILE, "configuration: {title: Line 1}\n")
    folder.write_value("profiles/base.yaml", {"extensions": {"line-dashboard": entry}})
    base = folder.state()
    entry["configuration"]["interval"] = 90
    folder.write_value("profiles/base.yaml", {"extensions": {"line-dashboard": entry}})
    (planned,) = plan_of(folder.state(), {KEY: LIVE}, base=base).changes
    assert planned.origin is Origin.PROFILE
    assert planned.differences[0].source == "desired-state/profiles/base.yaml"


def test_an_error_that_only_stops_apply_blocks_the_plan_and_shows_it(
    folder: DesiredFolder,
) -> None:
    plan = plan_of(state(folder, interval=90), {KEY: LIVE}, diagnostics=[BLOCKING])
    assert plan.why_blocked == ("1 finding of signoff-missing",)
    assert (plan.complete, plan.applyable, plan.errored) == (True, False, False)
    assert len(plan.changes) == 1


def test_a_warning_does_not_block(folder: DesiredFolder) -> None:
    plan = plan_of(state(folder, interval=90), {KEY: LIVE}, diagnostics=[HARMLESS])
    assert plan.applyable
    assert plan.diagnostics == (HARMLESS,)


def test_an_invalid_desired_state_gives_a_plan_that_says_so(folder: DesiredFolder) -> None:
    wrong = UNKNOWN_USER.at(HERE, username="x", suggestion="y")
    plan = invalid_plan(folder.state(), (wrong,), ())
    assert (plan.complete, plan.applyable, plan.errored) == (False, False, True)
    assert plan.why_blocked == ("1 error in the desired state",)
    assert plan.database is None
    assert plan.plan_id == plan.content_id()


def many(folder: DesiredFolder) -> tuple[DesiredState, dict[ConfigurationKey, dict[str, Any]]]:
    """Return a state of nine sites and live rows that differ everywhere."""
    site = SMALL[f"sites/{SITE}/site.yaml"]
    live = {}
    for number in range(2, 10):
        slug = f"plant-{(number * 7) % 10}"
        folder.write(f"sites/{slug}/site.yaml", site.replace("1111111-", f"111111{number}-"))
        folder.write(f"sites/{slug}/extensions/line-dashboard.yaml", SMALL[EXTENSION_FILE])
        site_id = UUID(f"1111111{number}-1111-4111-8111-111111111111")
        live[ConfigurationKey(site_id, "line-dashboard")] = LIVE | {"interval": number}
    return folder.state(), live


def test_a_plan_does_not_depend_on_the_order_of_its_inputs(folder: DesiredFolder) -> None:
    head, live = many(folder)
    straight = plan_of(head, live)
    turned = plan_of(
        replace(head, configurations=dict(list(head.configurations.items())[::-1])),
        dict(reversed(live.items())),
    )
    assert straight.to_json() == turned.to_json()
    assert [planned.site for planned in straight.changes] == sorted(
        planned.site for planned in straight.changes
    )


SIGNATURES = st.builds(
    Signature,
    aspect=st.sampled_from("ab"),
    signed_by=st.sampled_from("xy"),
    role=st.sampled_from(["quality-manager", "site-manager"]),
    meaning=st.just("approval"),
    signed_at=st.sampled_from(["2026-11-20T10:00:00+00:00", "2026-11-21T10:00:00+00:00"]),
    config_hash=st.just("sha256:0"),
)


@given(st.lists(SIGNATURES, unique=True, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_changes_leaves_nothing_to_chance(
    signatures: list[Signature], random: Any
) -> None:
    changes = [change(action=Action.SIGNOFF, signature=each) for each in signatures]
    changes.append(change())
    shuffled: list[Change] = list(changes)
    random.shuffle(shuffled)
    ordered = sorted(changes, key=lambda each: each.sort_key)
    assert sorted(shuffled, key=lambda each: each.sort_key) == ordered
    assert ordered[0].action is Action.RECONFIGURE


FINDINGS = st.builds(
    lambda line, site, username: UNKNOWN_USER.at(
        Location(path="p", line=line), site=site, username="u", suggestion=username
    ),
    st.integers(1, 2),
    st.sampled_from(["a", "b", None]),
    st.sampled_from("st"),
)


@given(st.lists(FINDINGS), st.randoms(use_true_random=False))
def test_the_order_of_findings_leaves_nothing_to_chance(
    findings: list[Diagnostic], random: Any
) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)
    assert sorted_diagnostics(shuffled) == sorted_diagnostics(findings)
    assert len(set(sorted_diagnostics(findings))) == len(sorted_diagnostics(findings))


def test_the_fingerprint_moves_with_the_rows_concerned(folder: DesiredFolder) -> None:
    head = state(folder, interval=90)
    one, other = (plan_of(head, {KEY: LIVE | {"interval": live}}) for live in (60, 61))
    assert one.live_fingerprint != other.live_fingerprint
    assert one.plan_id != other.plan_id


def test_with_origin_keeps_the_order_of_the_plan() -> None:
    drifted = change(site="b", origin=Origin.DRIFT)
    plan = plan_with(change(site="a"), drifted, change(site="c"))
    assert plan.with_origin(Origin.DRIFT) == (drifted,)
    assert [found.site for found in plan.with_origin(Origin.PENDING)] == ["a", "c"]
