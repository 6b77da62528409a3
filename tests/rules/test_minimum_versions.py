"""Minimums: of a capability within one major version, of the platform without that bound."""

from __future__ import annotations

import pytest

from reconciler.rules.versions import CapabilityVersion, at_least, meets_minimum


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("v2", (2, 0, 0)),
        ("v2.1", (2, 1, 0)),
        ("v2.1.3", (2, 1, 3)),
        ("2", (2, 0, 0)),
        ("2.10", (2, 10, 0)),
        ("v0", (0, 0, 0)),
    ],
)
def test_what_a_capability_version_leaves_out_is_zero(
    written: str, expected: tuple[int, int, int]
) -> None:
    assert CapabilityVersion.parse(written) == CapabilityVersion(*expected)


@pytest.mark.parametrize(
    "text",
    ["", "v", "v2.", "v2.1.0.0", "V2", "vv2", "v2.x", "^2", "2-rc.1", " v2", "v٢", "9" * 300],
)
def test_what_is_no_capability_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="v2"):
        CapabilityVersion.parse(text)


@pytest.mark.parametrize(
    ("provided", "minimum", "expected"),
    [
        ("v2", "v2", True),
        ("v2.0.0", "v2", True),
        ("v2.1", "v2", True),
        ("v2.10", "v2.9", True),
        ("v2.1", "v2.1.0", True),
        ("v2.1.1", "v2.1", True),
        ("v2.0", "v2.1", False),
        ("v2", "v2.0.1", False),
        ("v3", "v2", False),
        ("v3.1", "v2.1", False),
        ("v1.9", "v2", False),
        ("v10", "v1", False),
    ],
)
def test_a_capability_meets_a_minimum_within_its_major_version(
    provided: str, minimum: str, expected: bool
) -> None:
    assert meets_minimum(provided, minimum) is expected


@pytest.mark.parametrize(
    ("actual", "minimum", "expected"),
    [
        ("3.2.0", "3.2.0", True),
        ("3.10.0", "3.9.9", True),
        ("4.0.0", "3.2.0", True),
        ("3.1.9", "3.2.0", False),
        ("3.2.0-rc.1", "3.2.0", False),
        ("3.2.0-rc.2", "3.2.0-rc.1", True),
        ("3.2.0", "3.2.0-rc.1", True),
        ("3.2.0+build.7", "3.2.0", True),
        ("v2.1", "v2.1", True),
        ("v2.10", "v2.9", True),
        ("v3", "v2.1", True),
        ("v2", "v2.1", False),
        ("v3.2.0", "3.2", True),
    ],
)
def test_a_platform_is_at_least_at_its_minimum_in_any_major_version(
    actual: str, minimum: str, expected: bool
) -> None:
    assert at_least(actual, minimum) is expected


@pytest.mark.parametrize(("actual", "minimum"), [("3.2.x", "3.2.0"), ("3.2.0", "latest")])
def test_what_is_no_version_is_compared_with_nothing(actual: str, minimum: str) -> None:
    with pytest.raises(ValueError, match="version"):
        at_least(actual, minimum)
