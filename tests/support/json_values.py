"""Hypothesis strategies for JSON values as configurations hold them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_LARGEST = 2**53 - 1
_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
KEYS = st.one_of(st.sampled_from(["a", "b", "a/b", "a~b", "", "0", "password"]), _TEXT)


def json_scalars() -> st.SearchStrategy[Any]:
    """Numbers, texts, truth values and null."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-_LARGEST, _LARGEST),
        st.sampled_from([0, 0.0, 1, 1.0, -0.0, 2.5]),
        st.floats(allow_nan=False, allow_infinity=False),
        _TEXT,
    )


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value."""
    return st.recursive(
        json_scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)
        ),
        max_leaves=12,
    )


def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """Any mapping, as a configuration is one."""
    return st.dictionaries(KEYS, json_values(), max_size=5)
