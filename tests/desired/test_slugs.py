"""Folder names made from what MachShop calls its sites."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.slugs import site_slugs, slug_from
from reconciler.model.files import SLUG_PATTERN

IDS = [UUID(int=number) for number in range(1, 9)]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Hartford Engine Components", "hartford-engine-components"),
        ("Werk Straße 3 / Süd", "werk-strasse-3-sud"),
        ("Łódź", "lodz"),
        ("../../etc", "etc"),
        ("日本", ""),
        ("COM1", "com1-site"),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_name_becomes_letters_numbers_and_hyphens(name: str, slug: str) -> None:
    assert slug_from(name) == slug


def test_a_site_keeps_the_slug_it_has_and_others_are_numbered() -> None:
    first, second, third = IDS[:3]
    names = {third: "Plant", second: "PLANT", first: "plant!"}
    assert site_slugs(names, {second: "plant"}) == {
        second: "plant",
        first: "plant-2",
        third: "plant-3",
    }


def test_a_slug_of_a_site_that_is_not_there_is_not_given_away() -> None:
    assert site_slugs({IDS[0]: "Plant"}, {IDS[1]: "plant"}) == {IDS[0]: "plant-2"}


@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from(["a" * 70, "a" * 64])), max_size=8))
def test_slugs_are_valid_and_no_two_are_the_same_in_whatever_order(listed: list[str]) -> None:
    names = dict(zip(IDS, listed, strict=False))
    slugs = site_slugs(names, {})
    assert slugs.keys() == names.keys()
    assert len(set(slugs.values())) == len(names)
    assert all(re.fullmatch(SLUG_PATTERN, slug) for slug in slugs.values())
    assert site_slugs(dict(reversed(names.items())), {}) == slugs
