"""Folding: nothing is lost, nothing invented, and only what is the same is told as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import (
    SENSITIVE,
    Action,
    Change,
    Drift,
    FieldDifference,
    Operation,
    Origin,
)
from reconciler.report.folding import OWN_FILE, Folded, fold
from tests.support.plan_inputs import change, difference

PROFILE = "desired-state/profiles/standard.yaml"
VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 1), st.just(1.0), st.just({"a": [1]}))


def own_file(site: str) -> str:
    return f"desired-state/sites/{site}/extensions/erp-adapter.yaml"


def from_file(source: str | None, new: Any = 90, **facts: Any) -> FieldDifference:
    return replace(difference("/syncInterval", 60, new), source=source, **facts)


def at_sites(*sites: str, **facts: Any) -> list[Change]:
    return [change(site=site, site_id=UUID(int=ord(site[0])), **facts) for site in sites]


@st.composite
def made_changes(draw: st.DrawFn) -> list[Change]:
    """Changes as a plan has them: one for a site and an extension."""
    keys = draw(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xy")), max_size=12))
    return [_made_change(draw, site, extension) for site, extension in sorted(keys)]


def _made_change(draw: st.DrawFn, site: str, extension: str) -> Change:
    drift = Drift(
        description="edited",
        session_user=draw(st.sampled_from([None, "alice", "bob"])),
        at=draw(st.sampled_from([None, "2026-11-22T16:00:00+00:00", "2026-11-23T16:00:00+00:00"])),
    )
    source = draw(st.sampled_from([None, PROFILE, own_file(site)]))
    return change(
        site=site,
        site_id=UUID(int=ord(site)),
        extension=extension,
        origin=draw(st.sampled_from(list(Origin))),
        old_version=draw(st.sampled_from(["1.0.0", "2.0.0"])),
        reason=draw(st.sampled_from(["", "because"])),
        differences=(from_file(source, draw(VALUES)),),
        drift=draw(st.sampled_from([None, drift])),
        new_hash=f"sha256:{site}{extension}",
    )


def counted(changes: Any) -> Counter[str]:
    return Counter(each.model_dump_json() for each in changes)


def unfolded(entries: tuple[Folded, ...]) -> list[Change]:
    return list(chain.from_iterable(entry.changes for entry in entries))


@given(made_changes())
def test_folding_loses_nothing_and_invents_nothing(changes: list[Change]) -> None:
    assert counted(unfolded(fold(changes))) == counted(changes)


@given(made_changes(), st.randoms(use_true_random=False))
def test_folding_does_not_depend_on_the_order_it_is_given(
    changes: list[Change], random: Any
) -> None:
    shuffled = random.sample(changes, len(changes))
    assert fold(shuffled) == fold(changes)


@given(made_changes())
def test_entries_are_ordered_by_their_first_site_and_each_within_itself(
    changes: list[Change],
) -> None:
    entries = fold(changes)
    firsts = [entry.first.sort_key for entry in entries]
    assert firsts == sorted(firsts)
    for entry in entries:
        keys = [each.sort_key for each in entry.changes]
        assert keys == sorted(keys)
        assert len(entry.sites) == len(set(entry.sites)) > 0


@given(made_changes())
def test_an_entry_speaks_truly_for_each_of_its_changes(changes: list[Change]) -> None:
    for entry in fold(changes):
        for each in entry.changes:
            assert _said(each) == _said(entry.first)


def _said(made: Change) -> tuple[Any, ...]:
    """What a report says of an entry as a whole; ``repr`` keeps 1, 1.0 and true apart."""
    drift = made.drift
    return (
        (made.extension, made.action, made.origin, made.old_version, made.new_version),
        repr([(each.pointer, each.operation, each.old, each.new) for each in made.differences]),
        drift and (drift.description, drift.session_user),
        made.origin is Origin.DRIFT or made.reason,
    )


def test_the_same_change_at_many_sites_is_one_entry() -> None:
    (entry,) = fold(
        at
        for site in ("cork", "aalen", "bremen")
        for at in at_sites(site, differences=(from_file(own_file(site)),), new_hash=site)
    )
    assert entry.sites == ("aalen", "bremen", "cork")
    assert entry.sources == (OWN_FILE,)


def test_one_site_names_its_file_and_a_profile_is_named_for_all() -> None:
    (alone,) = fold(at_sites("cork", differences=(from_file(own_file("cork")),)))
    (shared,) = fold(at_sites("aalen", "cork", differences=(from_file(PROFILE),)))
    assert alone.sources == (own_file("cork"),)
    assert shared.sources == (PROFILE,)


@pytest.mark.parametrize(
    "other",
    [
        {"extension": "another"},
        {"action": Action.DEACTIVATE},
        {"origin": Origin.PULL_REQUEST},
        {"old_version": "1.0.0"},
        {"new_version": "9.0.0"},
        {"reason": "because"},
        {"author": "Somebody"},
        {"changed_by": "somebody"},
        {"commit": "0" * 40},
        {"differences": (from_file(None, 91),)},
        {"differences": (from_file(None, 90.5),)},
        {"differences": (from_file(PROFILE),)},
        {"differences": (from_file(None, sensitive=True),)},
        {"differences": ()},
        {"drift": Drift(description="edited")},
    ],
    ids=str,
)
def test_what_differs_in_anything_a_reader_is_told_stays_apart(other: dict[str, Any]) -> None:
    same: dict[str, Any] = {"differences": (from_file(None),)}
    entries = fold([*at_sites("aalen", **same), *at_sites("cork", **same | other)])
    assert len(entries) == 2


def test_edits_of_one_person_fold_whatever_their_time_and_whoever_wrote_the_files() -> None:
    def edited(site: str, user: str, at: str) -> Change:
        drift = Drift(description="edited", session_user=user, at=at)
        return at_sites(site, origin=Origin.DRIFT, drift=drift, author=site, commit=site)[0]

    entries = fold([edited("a", "alice", "1"), edited("b", "bob", "1"), edited("c", "alice", "2")])
    assert [entry.sites for entry in entries] == [("a", "c"), ("b",)]


def test_secrets_fold_though_each_may_be_another() -> None:
    secret = FieldDifference(
        pointer="/password",
        operation=Operation.REPLACE,
        old=SENSITIVE,
        new=SENSITIVE,
        sensitive=True,
    )
    assert len(fold(at_sites("aalen", "cork", differences=(secret,)))) == 1
