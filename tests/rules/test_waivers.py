"""A waiver accepts exactly one finding at one site, until a day, by one of the site's signers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds import ALL_KINDS
from tests.support.plant import NOW, Plant

ENTRY = {
    "code": "dependency-missing",
    "extension": "alpha",
    "subject": "beta",
    "reason": "The line has no machines to connect before the spring shutdown",
    "waivedBy": "mlopez",
    "until": "2026-11-20",
}


def plant(*waivers: dict[str, Any], slug: str = "hartford", **site: Any) -> Plant:
    """Return a plant where ``alpha`` and ``gamma`` lack ``beta``, with waivers of it."""
    plant = Plant().offer("alpha", needs={"beta": "*"}).offer("gamma", needs={"beta": "*"})
    plant.offer("beta").offer("open")
    return plant.site(slug, "alpha", waivers=list(waivers), **site)


def found(plant: Plant) -> list[tuple[str, str]]:
    return [(each.code, each.severity.value) for each in plant.findings()]


def of(plant: Plant, code: str) -> Diagnostic:
    (only,) = [each for each in plant.findings() if each.code == code]
    return only


def test_an_active_waiver_makes_a_warning_of_the_error_and_is_listed_with_it() -> None:
    (accepted,) = plant(ENTRY).findings()
    (error,) = plant().findings()
    assert (error.code, error.severity) == ("dependency-missing", "error")
    assert accepted.waiver is not None
    assert accepted.waiver.model_dump() == {
        "waived_by": "mlopez",
        "until": "2026-11-20",
        "reason": ENTRY["reason"],
    }
    hint = f"Waived by mlopez until 2026-11-20: {ENTRY['reason']}. {error.hint}"
    weighed = {"severity": "warning", "waiver": accepted.waiver.model_dump(), "hint": hint}
    assert accepted.model_dump() == {**error.model_dump(), **weighed}


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        (datetime(2026, 11, 20, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 1, 0, tzinfo=timezone(timedelta(hours=2))), True),
        (datetime(2026, 11, 20, 23, 0, tzinfo=timezone(timedelta(hours=-2))), False),
    ],
)
def test_the_last_day_is_included_and_is_a_day_in_utc(moment: datetime, holds: bool) -> None:
    waived = plant(ENTRY)
    waived.as_of = moment
    assert found(waived) == (
        [("dependency-missing", "warning")]
        if holds
        else [("dependency-missing", "error"), ("waiver-expired", "error")]
    )


def test_an_expired_waiver_is_an_error_at_its_date_and_accepts_nothing() -> None:
    expired = of(plant(ENTRY | {"until": "2026-11-19"}), "waiver-expired")
    assert (expired.severity, expired.gate) == ("error", "apply")
    assert expired.message == "the waiver of dependency-missing alpha beta expired on 2026-11-19"


def test_an_expired_waiver_of_what_was_mended_is_an_error_all_the_same() -> None:
    mended = plant(ENTRY | {"until": "2020-01-01"}).enable("hartford", "beta")
    assert found(mended) == [("waiver-expired", "error")]


@pytest.mark.parametrize(
    "different",
    [
        {"subject": "betta"},
        {"subject": None},
        {"extension": "gamma"},
        {"extension": None},
        {"code": "dependency-version"},
    ],
)
def test_a_waiver_of_something_else_accepts_nothing_and_says_so(different: dict[str, Any]) -> None:
    entry = {key: value for key, value in (ENTRY | different).items() if value is not None}
    assert found(plant(entry)) == [("dependency-missing", "error"), ("waiver-unused", "warning")]


def test_a_waiver_of_what_was_mended_is_called_unused() -> None:
    unused = of(plant(ENTRY).enable("hartford", "beta"), "waiver-unused")
    assert unused.location.path == "desired-state/sites/hartford/site.yaml"


@pytest.mark.parametrize(
    "code", sorted(code for code, kind in ALL_KINDS.items() if not kind.waivable)
)
def test_what_may_not_be_waived_is_refused(code: str) -> None:
    refused = plant(ENTRY, ENTRY | {"code": code})
    assert found(refused) == [("dependency-missing", "warning"), ("waiver-not-allowed", "error")]
    assert of(refused, "waiver-not-allowed").hint == (
        "Mend what it is about, and remove the waiver."
    )


def test_a_code_that_there_is_not_is_refused_with_what_may_be_meant() -> None:
    refused = plant(ENTRY | {"code": "dependency-mising"})
    assert found(refused) == [("dependency-missing", "error"), ("waiver-not-allowed", "error")]
    assert of(refused, "waiver-not-allowed").hint == "Did you mean 'dependency-missing'?"


def test_a_secret_in_plain_text_stays_an_error_whatever_is_waived() -> None:
    entry = ENTRY | {"code": "plaintext-secret", "subject": "/password"}
    leaking = plant(entry).offer("alpha", configuration={"properties": {"password": {}}})
    leaking.enable("hartford", "alpha", configuration={"password": "in-the-clear"})
    assert found(leaking) == [("plaintext-secret", "error"), ("waiver-not-allowed", "error")]


@pytest.mark.parametrize(
    ("by", "problem"),
    [
        ("nobody", "there is no such user in users.yaml"),
        ("reconciler", "the site does not list this user as a signer"),
    ],
)
def test_a_waiver_of_somebody_who_may_not_sign_accepts_nothing(by: str, problem: str) -> None:
    forged = plant(ENTRY | {"waivedBy": by})
    assert found(forged) == [("dependency-missing", "error"), ("waiver-signer", "error")]
    assert of(forged, "waiver-signer").message.endswith(problem)


def test_a_signer_of_another_site_may_waive_nothing_here() -> None:
    forged = plant(ENTRY, signers={}).site("galway", signers={"site-manager": ["mlopez"]})
    assert found(forged) == [("dependency-missing", "error"), ("waiver-signer", "error")]


@pytest.mark.parametrize(
    "role", ["quality-focal", "quality-manager", "site-manager", "compliance-officer"]
)
def test_a_signer_in_any_role_may_waive(role: str) -> None:
    assert found(plant(ENTRY, signers={role: ["mlopez"]})) == [("dependency-missing", "warning")]


def test_a_waiver_does_not_silence_the_same_finding_of_another_extension() -> None:
    both = plant(ENTRY).enable("hartford", "gamma")
    assert [(each.extension, each.severity) for each in both.findings()] == [
        ("alpha", "warning"),
        ("gamma", "error"),
    ]


def test_a_waiver_does_not_silence_the_same_finding_at_another_site() -> None:
    both = plant(ENTRY).site("galway", "alpha")
    assert [(each.site, each.severity) for each in both.findings()] == [
        ("galway", "error"),
        ("hartford", "warning"),
    ]


def test_of_two_waivers_the_one_that_holds_longer_counts_and_the_other_is_unused() -> None:
    longer = ENTRY | {"until": "2027-06-30", "reason": "Until the summer shutdown"}
    for entries in ([ENTRY, longer], [longer, ENTRY]):
        twice = plant(*entries)
        assert found(twice) == [("dependency-missing", "warning"), ("waiver-unused", "warning")]
        waiver = of(twice, "dependency-missing").waiver
        assert waiver is not None
        assert waiver.until == "2027-06-30"


def test_a_waiver_that_was_renewed_holds_and_the_expired_one_must_go() -> None:
    renewed = plant(ENTRY | {"until": "2026-01-31"}, ENTRY)
    assert found(renewed) == [("dependency-missing", "warning"), ("waiver-expired", "error")]


def test_a_forged_waiver_beside_a_good_one_takes_nothing_from_it() -> None:
    forged = ENTRY | {"waivedBy": "nobody", "until": "2999-12-31"}
    assert found(plant(forged, ENTRY)) == [
        ("dependency-missing", "warning"),
        ("waiver-signer", "error"),
    ]


def test_a_finding_about_a_configuration_as_a_whole_is_waived_without_a_subject() -> None:
    entry = {key: value for key, value in ENTRY.items() if key != "subject"}
    small = plant(entry | {"code": "configuration-value", "extension": "open"})
    small.offer("open", configuration={"minProperties": 1}).enable("hartford", "open")
    assert found(small) == [("dependency-missing", "error"), ("configuration-value", "warning")]


def test_a_conflict_is_waived_by_the_subject_that_is_shown_with_it() -> None:
    apart = Plant().offer("alpha", forbids={"beta": "one port"}).offer("beta")
    (error,) = apart.site("hartford", "alpha", "beta").findings()
    entry = ENTRY | {"code": error.code, "extension": error.extension, "subject": error.subject}
    apart.site("hartford", waivers=[entry])
    assert found(apart) == [("conflict-explicit", "warning")]


def test_what_only_warns_stays_as_it_is_and_its_waiver_is_refused() -> None:
    entry = ENTRY | {"code": "deprecated-version", "extension": "open"}
    del entry["subject"]
    old = plant(entry).offer("open", deprecated=True)
    del old.files["sites/hartford/extensions/alpha.yaml"]
    old.enable("hartford", "open")
    assert found(old) == [("deprecated-version", "warning"), ("waiver-not-allowed", "error")]
    assert of(old, "deprecated-version").waiver is None


def test_without_a_time_to_judge_by_no_waiver_has_expired() -> None:
    waived = plant(ENTRY | {"until": (NOW - timedelta(days=400)).date().isoformat()})
    waived.as_of = None
    assert found(waived) == [("dependency-missing", "warning")]


@pytest.mark.parametrize("until", ["2026-02-30", "soon", "20261120", ""])
def test_a_day_that_is_none_is_refused(until: str) -> None:
    assert ("invalid-value", "error") in found(plant(ENTRY | {"until": until}))
