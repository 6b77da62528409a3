"""Which of two versions comes first (SemVer 2.0.0 section 11)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.semver import precedence

ASCENDING = [
    "0.0.0-0",
    "0.0.0",
    "0.0.1",
    "0.9.0",
    "0.10.0",
    "1.0.0--",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.2",
    "1.0.0-alpha.10",
    "1.0.0-alpha.-",
    "1.0.0-alpha.1a",
    "1.0.0-alpha.beta",
    "1.0.0-alpha-1",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1-0",
    "1.0.1-1",
    "1.0.1-1.0",
    "1.0.1-10",
    "1.0.1-Z",
    "1.0.1-a",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
    "10.0.0",
]


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(ASCENDING)))
def test_a_version_comes_before_the_next_one_of_the_list(lower: str, higher: str) -> None:
    assert precedence(lower) < precedence(higher)


@given(st.permutations(ASCENDING))
def test_any_order_is_sorted_into_this_one(versions: list[str]) -> None:
    assert sorted(versions, key=precedence) == ASCENDING


@pytest.mark.parametrize("same", ["1.2.3", "v1.2.3", "1.2.3+a", "1.2.3+b.1", "v1.2.3+001"])
def test_neither_build_metadata_nor_a_leading_v_takes_part(same: str) -> None:
    assert precedence(same) == precedence("1.2.3")


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.03", "1.2.3-", "1.2.3-01", "1.2.3-a..b"),
        *("1.2.3+", "1.2.3-é", "\u0661.2.3", "1.2.3\n", " 1.2.3", "=1.2.3", "vv1.2.3"),
        *("9007199254740992.0.0", "1.2.3-" + "a" * 251),
    ],
)
def test_what_is_no_semantic_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"version|beyond"):
        precedence(text)


IDENTIFIERS = st.from_regex(
    r"(0|[1-9][0-9]{0,4}|[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,4})", fullmatch=True
)
NUMBERS = st.tuples(*[st.integers(0, 12)] * 3).map(lambda parts: ".".join(map(str, parts)))


@given(NUMBERS, st.lists(IDENTIFIERS, min_size=1, max_size=4), IDENTIFIERS)
def test_more_identifiers_come_later_and_all_before_the_release(
    release: str, identifiers: list[str], further: str
) -> None:
    short = f"{release}-{'.'.join(identifiers)}"
    assert precedence(short) < precedence(f"{short}.{further}") < precedence(release)
