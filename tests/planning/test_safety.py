"""The limits of one plan: exactly the limit passes, one more does not."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.change import Action
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.live import DatabaseRow, Row
from reconciler.model.plan import BlockedReason
from reconciler.planning.compare import Divergence
from reconciler.planning.safety import (
    MOST_GROUPS,
    Existing,
    ReasonsBySubject,
    emptied,
    enough_for,
    over_limits,
)
from tests.support.desired_folder import SMALL
from tests.support.plant import Plant, site_id

LIVE = Row("1.0.0", "sha256:1", "sha256:2")
TAKEN = (Action.RECONFIGURE, Action.DEACTIVATE)


def head_of(sites: int, **limits: int) -> DesiredState:
    """Return a desired state with this many sites, named s00 and so on, and these limits."""
    plant = Plant().put("reconciler.yaml", SMALL["reconciler.yaml"] + f"safety: {limits}\n")
    for number in range(sites):
        plant.site(f"s{number:02}")
    return plant.state()


def key(site: int, extension: int) -> ConfigurationKey:
    return ConfigurationKey(site_id(f"s{site:02}"), f"ext-{extension:02}")


def row(at: ConfigurationKey, live: Row | None = LIVE) -> DatabaseRow:
    return DatabaseRow(at, live, LIVE)


def rows(sites: int, extensions: int) -> dict[ConfigurationKey, DatabaseRow]:
    """Return live rows: each extension at each site."""
    keys = [key(site, extension) for site in range(sites) for extension in range(extensions)]
    return {each: row(each) for each in keys}


def existing_in(live: Mapping[ConfigurationKey, DatabaseRow]) -> Existing:
    return Existing.of(each for each, found in live.items() if found.live is not None)


def change(at: ConfigurationKey, action: Action = Action.RECONFIGURE) -> Divergence:
    live = None if action is Action.ACTIVATE else LIVE
    return Divergence(at, action, None, row(at, live))


def over(
    head: DesiredState,
    live: Mapping[ConfigurationKey, DatabaseRow],
    changed: list[ConfigurationKey],
    action: Action = Action.RECONFIGURE,
) -> list[str]:
    found = over_limits(head, existing_in(live), [change(each, action) for each in changed])
    assert all(reason.forceable for reason in found)
    return [reason.message.partition(" live")[0] for reason in found]


@pytest.mark.parametrize("action", TAKEN)
def test_exactly_30_percent_of_all_passes_and_one_more_does_not(action: Action) -> None:
    head, live = head_of(10), rows(10, 2)
    six = [key(site, site % 2) for site in range(6)]
    assert over(head, live, six, action) == []
    assert over(head, live, [*six, key(6, 0)], action) == [
        "the installation: 7 of 20",
        "extension ext-00: 4 of 10",
    ]


@pytest.mark.parametrize(("existing", "expected"), [(9, []), (10, ["site s00: 10 of 10"])])
def test_a_site_is_judged_from_10_configurations_on(existing: int, expected: list[str]) -> None:
    live = rows(1, existing) | {
        key(site, extension): row(key(site, extension))
        for site in range(1, 8)
        for extension in range(20, 29)
    }
    assert over(head_of(8), live, [key(0, each) for each in range(existing)]) == expected


@pytest.mark.parametrize(("existing", "expected"), [(9, []), (10, ["extension ext-00: 10 of 10"])])
def test_an_extension_is_judged_from_10_configurations_on(
    existing: int, expected: list[str]
) -> None:
    live = rows(existing, 4)
    assert over(head_of(10), live, [key(each, 0) for each in range(existing)]) == expected


@pytest.mark.parametrize(("existing", "blocked"), [(9, False), (10, True)])
def test_all_are_judged_from_10_configurations_on(existing: int, blocked: bool) -> None:
    live = {key(0, each): row(key(0, each)) for each in range(existing)}
    assert bool(over(head_of(1), live, list(live))) is blocked


def test_activations_count_neither_as_changed_nor_as_existing() -> None:
    head, live = head_of(10), rows(9, 1)
    assert over(head, live, [key(9, each) for each in range(40)], Action.ACTIVATE) == []
    more = [change(each) for each in live] + [change(key(9, 0), Action.ACTIVATE)]
    assert over_limits(head, existing_in(live), more) == []


def test_what_somebody_deleted_by_hand_is_no_longer_there_to_be_taken_away() -> None:
    live = rows(1, 10)
    gone = {key(0, each): row(key(0, each), None) for each in range(10, 20)}
    found = [Divergence(at, Action.DEACTIVATE, None, gone[at]) for at in gone]
    assert over_limits(head_of(1), existing_in(live | gone), found) == []


def test_a_narrowed_plan_is_held_against_everything_that_exists() -> None:
    head, live = head_of(10), rows(10, 10)
    at_one_site = [key(0, each) for each in range(10)]
    assert over(head, live, at_one_site) == ["site s00: 10 of 10"]


def test_groups_come_in_one_order_whatever_order_the_changes_are_in() -> None:
    head, live = head_of(12), rows(12, 10)
    expected = ["the installation: 120 of 120"]
    expected += [f"extension ext-{each:02}: 12 of 12" for each in range(10)]
    expected += [f"site s{each:02}: 10 of 10" for each in range(9)]
    found = over(head, live, list(live))
    assert found[:MOST_GROUPS] == expected
    assert found[MOST_GROUPS].startswith("3 more extensions or sites are over the limit of 30 %")
    assert found == over(head, live, list(reversed(live)))


def test_of_many_reasons_a_change_has_to_do_with_those_about_its_site_and_its_extension() -> None:
    live = rows(12, 10)
    head = head_of(12, maxSitesTouched=11)
    reasons = ReasonsBySubject(
        over_limits(head, existing_in(live), [change(each) for each in live])
    )

    def about(site: str, extension: str) -> list[str]:
        return [reason.message.split(" ", 2)[1] for reason in reasons.about(site, extension)]

    general = ["installation:", "more", "would"]
    assert about("s03", "ext-07") == [*general, "ext-07:", "s03:"]
    assert about("s11", "ext-07") == [*general, "ext-07:"], "the site is one of the others"
    assert about("elsewhere", "other") == general


def test_the_message_says_how_much_and_the_limit() -> None:
    live = rows(1, 10)
    (reason, *_) = over_limits(head_of(1), existing_in(live), [change(each) for each in live])
    assert reason.message == (
        "the installation: 10 of 10 live configurations would be reconfigured or deactivated, and "
        "the limit is 30 %"
    )
    assert reason.code == "changed-share"


@pytest.mark.parametrize(
    ("sites", "extensions", "subject"), [(1, 10, ("s00", None)), (10, 1, (None, "ext-00"))]
)
def test_a_reason_names_the_site_or_the_extension_that_it_is_about(
    sites: int, extensions: int, subject: tuple[str | None, str | None]
) -> None:
    live = rows(sites, extensions)
    found = over_limits(head_of(sites), existing_in(live), [change(each) for each in live])
    assert [(reason.site, reason.extension) for reason in found] == [(None, None), subject]


def test_the_limits_are_the_projects_to_set() -> None:
    live = rows(1, 4)
    two = [key(0, 0), key(0, 1)]
    assert over(head_of(1, minimumConfigurations=4, maxChangedPercent=50), live, two) == []
    assert over(head_of(1, minimumConfigurations=4, maxChangedPercent=49), live, two) == [
        "the installation: 2 of 4",
        "site s00: 2 of 4",
    ]


@pytest.mark.parametrize(("limit", "blocked"), [(3, False), (2, True)])
def test_sites_touched_are_counted_where_anything_changes_and_only_if_there_is_a_limit(
    limit: int, blocked: bool
) -> None:
    found = [change(key(site, 0), Action.ACTIVATE) for site in range(3)]
    found += [change(key(0, 1), Action.DEACTIVATE)]
    assert over_limits(head_of(3), existing_in({}), found) == []
    reasons = over_limits(head_of(3, maxSitesTouched=limit), existing_in({}), found)
    assert [reason.code for reason in reasons] == (["sites-touched"] if blocked else [])
    assert all("change at 3 sites, and the limit is 2" in each.message for each in reasons)


ONE_SITE = head_of(1)


@given(existing=st.integers(1, 60), data=st.data(), percent=st.integers(1, 100))
def test_a_group_is_over_exactly_where_its_share_is_more_than_the_limit(
    existing: int, data: st.DataObject, percent: int
) -> None:
    changed = data.draw(st.integers(0, existing))
    safety = ONE_SITE.project.safety.model_copy(update={"max_changed_percent": percent})
    project = ONE_SITE.project.model_copy(update={"safety": safety})
    head = replace(ONE_SITE, project=project)
    live = rows(1, existing)
    found = over(head, live, [key(0, each) for each in range(changed)])
    is_over = existing >= 10 and Fraction(changed, existing) > Fraction(percent, 100)
    assert bool(found) is is_over


@given(
    changed=st.integers(1, 40),
    elsewhere=st.integers(0, 5_000),
    percent=st.integers(1, 100),
    least=st.integers(1, 500),
)
def test_counting_no_further_than_is_enough_makes_no_difference(
    changed: int, elsewhere: int, percent: int, least: int
) -> None:
    limits = {"max_changed_percent": percent, "minimum_configurations": least}
    safety = ONE_SITE.project.safety.model_copy(update=limits)
    head = replace(ONE_SITE, project=ONE_SITE.project.model_copy(update={"safety": safety}))
    at = ConfigurationKey(site_id("s00"), "ext-00")
    found = [change(at)] * changed
    live = Existing.of([at] * changed)

    def reasons(number: int) -> list[BlockedReason]:
        blocked = over_limits(head, live, found, {"ext-00": number})
        return [reason for reason in blocked if reason.extension]

    assert reasons(min(elsewhere, enough_for(changed, safety))) == reasons(elsewhere)


def emptied_by(
    head: DesiredState, live: Mapping[Any, DatabaseRow], formerly: int = 0
) -> list[BlockedReason]:
    return emptied(head, live.values(), formerly)


@pytest.mark.parametrize(
    ("live", "formerly"),
    [
        ({key(0, 0): row(key(0, 0))}, 0),
        ({key(0, 0): row(key(0, 0), None)}, 0),
        ({key(0, 0): DatabaseRow(key(0, 0), LIVE, None)}, 0),
        ({}, 1),
    ],
    ids=["as-applied", "deleted-by-hand", "made-by-hand", "formerly-managed"],
)
def test_an_empty_desired_state_is_blocked_for_good_where_anything_is_there(
    live: dict[ConfigurationKey, DatabaseRow], formerly: int
) -> None:
    (reason,) = emptied_by(head_of(1), live, formerly)
    assert (reason.code, reason.forceable) == ("empty-desired-state", False)
    assert "the database has 1 configuration; is this the right folder" in reason.message


def test_an_empty_desired_state_is_nothing_special_where_the_database_is_empty_too() -> None:
    left = DatabaseRow(key(0, 0), None, None, config_version=2)
    assert emptied_by(head_of(0), {}) == []
    assert emptied_by(head_of(1), {left.key: left}) == []


def test_one_enabled_extension_is_enough_to_be_no_empty_desired_state() -> None:
    plant = Plant().offer("ext-00").site("s00", "ext-00")
    assert emptied_by(plant.state(), rows(1, 10)) == []


def test_sites_are_told_by_id_and_shown_by_name() -> None:
    live = rows(2, 10)
    found = over(head_of(2), live, [key(1, each) for each in range(10)])
    assert found[-1] == "site s01: 10 of 10"
