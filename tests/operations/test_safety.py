"""The limits of one plan on a real database: what is over them is shown, and not written."""

from __future__ import annotations

import pytest

from reconciler.model.errors import BlockedError
from reconciler.model.plan import Plan, Scope
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    CORK_ERP,
    DAYTON,
    DAYTON_ERP,
    FILES,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
    site_file,
)

DAYTON_FILE = "sites/dayton/site.yaml"
ERP_MANIFEST = "catalog/extensions/erp-adapter/3.0.0.yaml"
OTHERS = ("reconcile_runs",)
"""A refused apply leaves its own row, which says that it was refused."""


def gauge(number: int) -> str:
    return f"sites/dayton/extensions/gauge-{number}.yaml"


def gauge_file(interval: int = 60) -> str:
    return erp_file("dayton", interval=interval)


def grown(installation: Installation, configurations: int) -> None:
    """Apply gauges at Dayton, until this many configurations are live at the three plants."""
    manifest = FILES[ERP_MANIFEST]
    files: dict[str, str | None] = {}
    for number in range(configurations - 6):
        name = f"gauge-{number}"
        files[f"catalog/extensions/{name}/3.0.0.yaml"] = manifest.replace("erp-adapter", name)
        files[gauge(number)] = gauge_file()
    installation.commit("Install gauges", files)
    installation.apply()


def limit(installation: Installation, limits: str) -> None:
    text = FILES["reconciler.yaml"] + f"safety: {limits}\n"
    installation.commit("Set the limits", {"reconciler.yaml": text})


def blocked(plan: Plan) -> list[tuple[str, bool, str]]:
    return [
        (reason.code.value, reason.forceable, reason.message.partition(" live")[0])
        for reason in plan.blocked
    ]


def refuse(installation: Installation) -> None:
    """Assert that an apply is refused and writes nothing."""
    before = installation.digest(leaving_out=OTHERS)
    with pytest.raises(BlockedError):
        installation.apply()
    assert installation.digest(leaving_out=OTHERS) == before


def change_gauges(installation: Installation, reconfigured: int, deactivated: int = 0) -> None:
    files: dict[str, str | None] = {gauge(each): gauge_file(90) for each in range(reconfigured)}
    gone = range(reconfigured, reconfigured + deactivated)
    installation.commit("Change gauges", files | {gauge(each): None for each in gone})


@pytest.mark.parametrize(("reconfigured", "deactivated"), [(3, 0), (1, 2)])
def test_exactly_30_percent_of_all_is_applied(
    installation: Installation, reconfigured: int, deactivated: int
) -> None:
    grown(installation, 10)
    change_gauges(installation, reconfigured, deactivated)
    assert installation.plan().blocked == ()
    assert len(installation.apply().plan.changes) == 3


@pytest.mark.parametrize(("reconfigured", "deactivated"), [(4, 0), (1, 3)])
def test_one_over_30_percent_is_blocked_and_nothing_is_written(
    installation: Installation, reconfigured: int, deactivated: int
) -> None:
    grown(installation, 10)
    change_gauges(installation, reconfigured, deactivated)
    plan = installation.plan()
    assert blocked(plan) == [("changed-share", True, "the installation: 4 of 10")]
    assert (plan.complete, plan.applyable, len(plan.changes)) == (True, False, 4)
    refuse(installation)


def test_of_9_configurations_all_may_change(installation: Installation) -> None:
    grown(installation, 9)
    change_gauges(installation, 1, 2)
    installation.commit("Slower everywhere", {PROFILE: profile_file(refresh=60)})
    assert installation.plan().blocked == ()
    assert len(installation.apply().plan.changes) == 5


def test_activating_any_number_is_within_the_limits(installation: Installation) -> None:
    grown(installation, 10)
    grown(installation, 40)
    assert installation.plan().changes == ()


def test_a_site_whose_extensions_folder_is_gone_is_over_its_share(
    installation: Installation,
) -> None:
    grown(installation, 15)
    installation.commit("Lose a folder", {"sites/dayton/extensions": None})
    assert blocked(installation.plan()) == [
        ("changed-share", True, "the installation: 10 of 15"),
        ("changed-share", True, "site dayton: 10 of 10"),
    ]
    refuse(installation)


def test_a_small_site_whose_extensions_folder_is_gone_is_deactivated(
    installation: Installation,
) -> None:
    installation.commit("Retire Dayton's one", {"sites/dayton/extensions": None})
    assert installation.plan().blocked == ()
    assert installation.apply().plan.summary.deactivate == 1


def test_a_narrowed_plan_is_held_against_everything_that_is_live(
    installation: Installation,
) -> None:
    grown(installation, 15)
    change_gauges(installation, 4)
    assert installation.plan(selection=Selection(sites=("dayton",))).blocked == (
        installation.plan().blocked
    )
    installation.commit("Slower everywhere", {PROFILE: profile_file(refresh=60)})
    narrowed = installation.plan(selection=Selection(sites=("bremen",)))
    assert (narrowed.summary.reconfigure, narrowed.blocked) == (1, ())


def test_edits_by_hand_in_masses_block_an_apply_and_not_their_healing(
    installation: Installation,
) -> None:
    grown(installation, 10)
    installation.rows('UPDATE site_extension_configs SET configuration = \'{"url": "x"}\'')
    assert blocked(installation.plan()) == [("changed-share", True, "the installation: 10 of 10")]
    refuse(installation)
    healing = installation.plan(scope=Scope.HEALABLE)
    assert (len(healing.changes), healing.blocked) == (10, ())
    installation.apply(scope=Scope.HEALABLE)
    assert installation.plan().changes == ()


def test_the_number_of_sites_touched_is_limited_where_the_project_says_so(
    installation: Installation,
) -> None:
    files: dict[str, str | None] = {
        CORK_ERP: erp_file("cork", interval=5),
        DAYTON_ERP: erp_file("dayton", interval=5),
    }
    limit(installation, "{maxSitesTouched: 1}")
    installation.commit("Faster", files)
    (reason,) = installation.plan().blocked
    assert (reason.code, reason.forceable) == ("sites-touched", True)
    assert "would change at 2 sites, and the limit is 1" in reason.message
    refuse(installation)
    limit(installation, "{maxSitesTouched: 2}")
    assert installation.plan().applyable


def test_a_lower_limit_for_fewer_configurations_is_the_projects_to_set(
    installation: Installation,
) -> None:
    limit(installation, "{maxChangedPercent: 16, minimumConfigurations: 3}")
    installation.commit("Faster", {CORK_ERP: erp_file("cork", interval=5)})
    assert blocked(installation.plan()) == [
        ("changed-share", True, "the installation: 1 of 6"),
        ("changed-share", True, "extension erp-adapter: 1 of 3"),
    ]


EMPTY = ("empty-desired-state", False)


def emptied(plan: Plan) -> bool:
    return [(reason.code, reason.forceable) for reason in plan.blocked][:1] == [EMPTY]


@pytest.mark.parametrize("allow_unmanage", [False, True])
@pytest.mark.parametrize("scope", list(Scope))
def test_a_state_that_enables_nothing_is_blocked_for_good(
    installation: Installation, scope: Scope, allow_unmanage: bool
) -> None:
    installation.commit(
        "Lose what is enabled",
        {
            **{f"sites/{site}/extensions": None for site in ("bremen", "cork", "dayton")},
            PROFILE: "extensions: {}\n",
        },
    )
    plan = installation.plan(scope=scope, allow_unmanage=allow_unmanage)
    assert emptied(plan)
    assert "the database has 6 configurations; is this the right folder" in plan.blocked[0].message
    refuse(installation)


@pytest.mark.parametrize("allow_unmanage", [False, True])
def test_a_folder_without_any_site_is_blocked_for_good_whatever_is_allowed(
    installation: Installation, allow_unmanage: bool
) -> None:
    installation.commit("Lose the sites", {"sites": None})
    plan = installation.plan(allow_unmanage=allow_unmanage)
    assert emptied(plan)
    assert plan.changes == ()
    before = installation.digest(leaving_out=OTHERS)
    with pytest.raises(BlockedError):
        installation.apply(allow_unmanage=allow_unmanage)
    assert installation.digest(leaving_out=OTHERS) == before


def test_a_state_that_enables_nothing_does_not_take_away_what_was_made_by_hand(
    unapplied: Installation,
) -> None:
    made = (
        "INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, "
        "config_hash) VALUES (%s, 'erp-adapter', '3.0.0', '{}', 'sha256:0')"
    )
    unapplied.rows(made, [DAYTON])
    files: dict[str, str | None] = {"sites/bremen": None, "sites/cork": None, DAYTON_ERP: None}
    unapplied.commit("Begin with one site", files)
    assert emptied(unapplied.plan())
    refuse(unapplied)


def test_a_new_installation_may_begin_with_nothing(unapplied: Installation) -> None:
    unapplied.commit("Begin with no site", {"sites": None})
    assert unapplied.plan().blocked == ()


WINDOW = (
    "windows:\n  - {kind: deny, cron: '0 0 20 12 *', duration: 14d, timezone: Europe/Berlin, "
    "reason: Year-end}\n"
)


def test_a_plan_holds_the_windows_of_what_it_touches_and_the_time_changes_nothing_of_it(
    installation: Installation,
) -> None:
    project = FILES["reconciler.yaml"] + WINDOW.replace("Year-end", "Audit")
    installation.commit(
        "Freeze",
        {
            "reconciler.yaml": project,
            "sites/bremen/site.yaml": site_file(BREMEN, "Bremen Works", "standard") + WINDOW,
            DAYTON_FILE: FILES[DAYTON_FILE] + WINDOW,
        },
    )
    assert installation.plan().windows == ()
    installation.commit("Faster", {DAYTON_ERP: erp_file("dayton", interval=5)})
    plan = installation.plan()
    shown = [(window.site, window.reason) for window in plan.windows]
    assert shown == [(None, "Audit"), ("dayton", "Year-end")]
    assert installation.plan().to_json() == plan.to_json()
    assert plan.applyable
