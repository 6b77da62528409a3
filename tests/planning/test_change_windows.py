"""When a change window is open: examples first, then every minute around changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.model.plan import ChangeWindow, Plan
from reconciler.model.schedule import WindowKind, duration_minutes
from reconciler.planning.change_windows import (
    Opening,
    closed_windows,
    opening,
    plan_opening,
    site_openings,
    windows_of,
)
from tests.support.desired_folder import SMALL
from tests.support.plan_inputs import change, plan_with
from tests.support.plant import Plant

MINUTE = timedelta(minutes=1)


def window(
    cron: str,
    duration: str = "1h",
    timezone: str = "UTC",
    *,
    kind: WindowKind = WindowKind.ALLOW,
    site: str | None = None,
    reason: str = "Maintenance",
) -> ChangeWindow:
    return ChangeWindow(
        site=site, kind=kind, cron=cron, duration=duration, timezone=timezone, reason=reason
    )


def freeze(cron: str, duration: str = "1h", timezone: str = "UTC") -> ChangeWindow:
    return window(cron, duration, timezone, kind=WindowKind.DENY, reason="Year-end")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def answer(found: Opening) -> tuple[bool, str | None]:
    changes = found.changes_at
    return found.open, f"{changes:%m-%d %H:%MZ}" if changes else None


TUESDAY = at("2026-11-24T10:30:59Z")


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ((), (True, None)),
        ((window("0 10 * * TUE"),), (True, "11-24 11:00Z")),
        ((window("0 11 * * TUE"),), (False, "11-24 11:00Z")),
        ((window("30 10 * * TUE", "1m"),), (True, "11-24 10:31Z")),
        ((window("31 10 * * TUE", "1m"),), (False, "11-24 10:31Z")),
        ((window("0 9 * * *", "90m"),), (False, "11-25 09:00Z")),
        ((window("0 9 * * *", "91m"),), (True, "11-24 10:31Z")),
        ((freeze("0 10 * * *"),), (False, "11-24 11:00Z")),
        ((freeze("0 12 * * *"),), (True, "11-24 12:00Z")),
        ((window("0 10 * * *", "2h"), freeze("0 11 * * *", "4h")), (True, "11-24 11:00Z")),
        ((window("0 10 * * *", "6h"), freeze("0 10 * * *", "2h")), (False, "11-24 12:00Z")),
        ((window("0 4 * * *"), window("0 10 * * *")), (True, "11-24 11:00Z")),
        ((window("0 10 * * *", "45m"), window("45 10 * * *", "45m")), (True, "11-24 11:30Z")),
        ((window("* * * * *", "1m"),), (True, None)),
        ((freeze("* * * * *", "31d"),), (False, None)),
        ((window("0 0 29 2 *", "1d"),), (False, None)),
        ((window("0 0 1 11 *", "31d"),), (True, "12-02 00:00Z")),
    ],
)
def test_a_site_is_open_where_no_freeze_holds_and_an_allow_window_is_open_if_it_has_any(
    windows: tuple[ChangeWindow, ...], expected: tuple[bool, str | None]
) -> None:
    assert answer(opening(windows, TUESDAY)) == expected


@pytest.mark.parametrize(
    ("cron", "zone", "when", "expected"),
    [
        # 02:30 does not exist on 28 March: the window opens as the clock goes from 02:00 to 03:00.
        ("30 2 * * *", "Europe/Berlin", "2027-03-28T00:59Z", (False, "03-28 01:00Z")),
        ("30 2 * * *", "Europe/Berlin", "2027-03-28T01:00Z", (True, "03-28 02:00Z")),
        # 02:30 comes twice on 25 October: the window opens the first time, and lasts one hour.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:29Z", (False, "10-25 00:30Z")),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:29Z", (True, "10-25 01:30Z")),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:30Z", (False, "10-26 01:30Z")),
        # With a * it opens as often as the clock shows it, and where it never does, not at all.
        ("30/60 * * * *", "Europe/Berlin", "2026-10-25T01:30Z", (True, None)),
        ("*/30 2 * * *", "Europe/Berlin", "2027-03-28T01:00Z", (False, "03-29 00:00Z")),
        # The clock goes forward by half an hour, from 02:00 to 02:30.
        ("*/15 3 * * *", "Australia/Lord_Howe", "2026-10-03T15:30Z", (False, "10-03 16:00Z")),
    ],
)
def test_a_window_follows_the_clock_of_its_zone_and_lasts_its_elapsed_time(
    cron: str, zone: str, when: str, expected: tuple[bool, str | None]
) -> None:
    assert answer(opening((window(cron, "1h", zone),), at(when))) == expected


def test_what_closes_a_site_is_named() -> None:
    holding, coming = freeze("0 10 * * *"), freeze("0 12 * * *")
    allowing, other = window("0 11 * * *"), window("0 10 * * *")
    found = opening((holding, coming, allowing), TUESDAY)
    assert (found.freezes, found.awaited) == ((holding,), (allowing,))
    assert opening((holding, allowing, other), TUESDAY).awaited == ()


ZONES = {
    "Europe/Berlin": ("2026-10-25", "2027-03-28"),
    "America/New_York": ("2026-11-01", "2027-03-14"),
    "Australia/Lord_Howe": ("2026-10-04", "2027-04-04"),
    "Africa/Cairo": ("2026-10-29", "2027-04-30"),
    "Atlantic/Azores": ("2026-10-25", "2027-03-28"),
    "America/Havana": ("2026-11-01", "2027-03-14"),
    "UTC": ("2026-11-24", "2027-02-28"),
}
Field = tuple[str, frozenset[int]]


def fields(numbers: range, *, stars: bool = True) -> st.SearchStrategy[Field]:
    """Return fields of cron with what they match: a number, a list, a range, stars and steps."""
    one = st.sampled_from(numbers)
    starred = st.just(("*", frozenset(numbers))) | st.sampled_from((2, 7, 13)).map(
        lambda step: (f"*/{step}", frozenset(numbers[::step]))
    )
    plain = st.lists(one, min_size=1, max_size=3).map(
        lambda each: (",".join(map(str, each)), frozenset(each))
    ) | st.tuples(one, one).map(
        lambda ends: (f"{min(ends)}-{max(ends)}", frozenset(range(min(ends), max(ends) + 1)))
    )
    return plain | starred if stars else plain


def opens(zone: ZoneInfo, now: datetime, minute: Field, hour: Field, weekday: Field) -> bool:
    """Say whether a window opens at a minute: cron's rule, read off the clock minute by minute."""
    once = not minute[0].startswith("*") and not hour[0].startswith("*")

    def matches(shown: datetime) -> bool:
        return (
            shown.minute in minute[1]
            and shown.hour in hour[1]
            and shown.isoweekday() % 7 in weekday[1]
        )

    shown = now.astimezone(zone)
    if matches(shown) and not (once and shown.fold):
        return True
    before = (now - MINUTE).astimezone(zone).replace(tzinfo=None)
    skipped = (shown.replace(tzinfo=None) - before) // MINUTE - 1
    return once and any(matches(before + (each + 1) * MINUTE) for each in range(skipped))


EVERY_DAY: Field = ("*", frozenset(range(7)))
hours = fields(range(24)) | st.sampled_from(("0", "2", "1-3")).map(
    lambda text: (text, frozenset({"0": (0,), "2": (2,), "1-3": (1, 2, 3)}[text]))
)
schedules = st.tuples(fields(range(60)), hours, st.just(EVERY_DAY) | fields(range(7), stars=False))
HALF_PAST_TWO = ("30", frozenset({30})), ("2", frozenset({2})), EVERY_DAY
MIDNIGHT = ("0", frozenset({0})), ("0", frozenset({0})), EVERY_DAY


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(sorted(ZONES)),
    second_change=st.booleans(),
    offset=st.integers(-36 * 60, 36 * 60),
    schedule=schedules,
    duration=st.integers(1, 30 * 60),
    denied=st.booleans(),
)
@example("Europe/Berlin", True, 120, HALF_PAST_TWO, 45, False)
@example("Europe/Berlin", False, 0, HALF_PAST_TWO, 45, False)
@example("Africa/Cairo", True, 0, MIDNIGHT, 45, True)
def test_it_is_open_and_changes_exactly_as_every_minute_looked_at_by_itself_says(
    zone: str,
    second_change: bool,
    offset: int,
    schedule: tuple[Field, Field, Field],
    duration: int,
    denied: bool,
) -> None:
    day = datetime.fromisoformat(ZONES[zone][second_change]).replace(tzinfo=UTC)
    now, clock = day + offset * MINUTE, ZoneInfo(zone)
    looked_at = 2 * 24 * 60
    first = now - duration * MINUTE
    left, is_open = 0, []
    for number in range(duration + looked_at + 1):
        left = duration if opens(clock, first + number * MINUTE, *schedule) else left
        is_open.append(left > 0)
        left -= 1
    truth = [each is not denied for each in is_open[duration:]]
    changes = next((number for number, each in enumerate(truth) if each is not truth[0]), None)

    kind = WindowKind.DENY if denied else WindowKind.ALLOW
    (minute, _), (hour, _), (weekday, _) = schedule
    cron = f"{minute} {hour} * * {weekday}"
    found = opening((window(cron, f"{duration}m", zone, kind=kind),), now)
    assert found.open is truth[0]
    if changes is not None:
        assert found.changes_at == now + changes * MINUTE
    else:
        assert found.changes_at is None or found.changes_at > now + looked_at * MINUTE


@pytest.mark.parametrize("cron", ["* * * * *", "*/2 * * * *", "0-59 0-23 * * *", "0 0 * 2 MON#5"])
def test_no_expression_takes_long(cron: str) -> None:
    begun = perf_counter()
    for zone in ("Australia/Lord_Howe", "Europe/Berlin"):
        opening((freeze(cron, "1m", zone), freeze(cron, "31d", zone)), TUESDAY)
    assert perf_counter() - begun < 2, "hundreds of thousands of openings, looked at one by one"


def planned(*windows: ChangeWindow, sites: tuple[str, ...] = ("berlin",)) -> Plan:
    return plan_with(*(change(site=site) for site in sites), windows=windows)


def test_a_plan_is_open_where_every_site_it_touches_is() -> None:
    plan = planned(
        window("0 10 * * *", "2h", site="berlin"),
        window("0 10 * * *", "45m", site="cork"),
        sites=("berlin", "cork"),
    )
    assert answer(plan_opening(plan, TUESDAY)) == (True, "11-24 10:45Z")
    assert answer(plan_opening(plan, at("2026-11-24T11:00Z"))) == (False, "11-25 10:00Z")
    opened = site_openings(plan, at("2026-11-24T11:00Z"))
    assert {site: each.open for site, each in opened.items()} == {"berlin": True, "cork": False}


def test_windows_that_are_never_open_together_leave_a_plan_no_time() -> None:
    plan = planned(
        window("0 1 * * *", site="berlin"),
        window("0 2 * * *", site="cork"),
        sites=("berlin", "cork"),
    )
    assert answer(plan_opening(plan, TUESDAY)) == (False, None)
    assert [reason.code for reason in closed_windows(plan, TUESDAY)] == ["change-window"] * 2


def test_the_windows_of_the_installation_hold_at_every_site_and_at_refreshed_ones() -> None:
    plan = plan_with(refreshes=("cork",), windows=(freeze("0 10 * * *"),))
    (reason,) = closed_windows(plan, TUESDAY)
    assert "changes are frozen at cork" in reason.message


def test_what_is_closed_is_told_once_for_all_sites_that_wait_for_the_same() -> None:
    sites = tuple(f"s{number}" for number in range(7))
    plan = planned(
        freeze("0 0 20 11 *", "10d", "Europe/Berlin"),
        window("0 2 * * SUN", "4h", "America/New_York", site="s3", reason="Nights"),
        sites=sites,
    )
    found = closed_windows(plan, TUESDAY)
    assert [(each.code.value, each.forceable) for each in found] == [
        ("change-freeze", True),
        ("change-freeze", True),
        ("change-window", True),
    ]
    many, sunday = "s0, s1, s2, s4, s5 and 1 more", "2026-12-06 02:00 EST"
    force = ', or with --force "<reason>"'
    assert [each.message.removesuffix(force) for each in found] == [
        f"changes are frozen at {many} (Year-end); it may be applied from 2026-11-30 00:00 CET",
        "changes are frozen at s3 (Year-end); it may be applied from 2026-12-06 08:00 CET",
        f"no change window is open at s3 (Nights); it may be applied from {sunday}",
    ]


def test_nothing_is_closed_where_all_is_open_or_nothing_is_touched() -> None:
    assert closed_windows(planned(window("0 10 * * *")), TUESDAY) == []
    assert closed_windows(planned(), TUESDAY) == []
    assert closed_windows(plan_with(windows=(freeze("* * * * *"),)), TUESDAY) == []


ENTRY = {"cron": "0 2 * * *", "duration": "4h", "timezone": "UTC", "kind": "allow", "reason": "w"}


def test_a_plan_has_the_windows_of_the_sites_it_touches_and_no_others() -> None:
    project = f"{SMALL['reconciler.yaml']}windows: [{ENTRY | {'kind': 'deny'}}]\n"
    plant = Plant().put("reconciler.yaml", project)
    for site in ("cork", "berlin", "athens"):
        plant.site(site, windows=[ENTRY | {"reason": each} for each in (f"{site} b", f"{site} a")])
    found = windows_of(plant.state(), ["cork", "berlin", "cork"])
    assert [(each.site, each.reason) for each in found] == [
        (None, "w"),
        ("berlin", "berlin b"),
        ("berlin", "berlin a"),
        ("cork", "cork b"),
        ("cork", "cork a"),
    ]
    assert windows_of(plant.state(), []) == ()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4h", 240), ("90m", 90), ("2d12h", 3600), ("1d1h1m", 1501), ("0m", 0), ("", None),
        ("h", None), ("4", None), ("4h2d", None), ("-4h", None), ("1.5h", None), ("4 h", None),
        ("4h\n", None), ("\u0664h", None),
    ],
)  # fmt: skip
def test_a_duration_is_days_hours_and_minutes(text: str, minutes: int | None) -> None:
    assert duration_minutes(text) == minutes
