"""The roll-up of a site's configurations: the same set is the same text, another set is another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.rollup import rollup

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
ENTRIES = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), unique_by=lambda entry: entry[0], max_size=5)


@given(ENTRIES)
def test_the_order_of_configurations_does_not_show(
    entries: list[tuple[str, str, str]],
) -> None:
    assert rollup(reversed(entries)) == rollup(entries)


@given(ENTRIES, ENTRIES)
def test_two_sets_have_the_same_roll_up_only_if_they_are_the_same(
    first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]
) -> None:
    assert (rollup(first) == rollup(second)) == (set(first) == set(second))


def test_a_value_cannot_look_like_two() -> None:
    assert rollup([("a", "1", "x"), ("b", "1", "y")]) != rollup([("a", "1", "x1 1 1 b1y")])
    assert rollup([("a 1", "", "x")]) != rollup([("a", " 1", "x")])
