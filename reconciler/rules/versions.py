"""Which versions satisfy what is asked for: npm ranges, and minimums of capabilities and platforms.

``v2.1`` is how capabilities and the platform's API write a version; what is left out is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from reconciler.model.semver import MAX_LENGTH, Precedence, precedence, release_order, safe_number
from reconciler.rules.npm_range import VersionRange, parse_range

__all__ = [
    "CapabilityVersion",
    "VersionRange",
    "at_least",
    "best",
    "is_valid_range",
    "meets_minimum",
    "parse_range",
    "precedence",
    "satisfies",
]

_CAPABILITY = re.compile(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?")


@lru_cache(maxsize=4096)
def _range(text: str) -> VersionRange | None:
    try:
        return parse_range(text)
    except ValueError:
        return None


def is_valid_range(text: str) -> bool:
    """Say whether ``text`` is an npm range."""
    return _range(text) is not None


@lru_cache(maxsize=65_536)
def satisfies(version: str, range_: str) -> bool:
    """Say whether ``version`` is in the npm range ``range_``, as node-semver says it.

    A pre-release is in a range only where the range names a pre-release of the same version.
    What is no version is in no range, and nothing is in what is no range.
    """
    known = _range(range_)
    return known is not None and known.allows(version)


def best(versions: Iterable[str], range_: str) -> str | None:
    """Return the highest of ``versions`` that is in ``range_``, as it is written, if one is."""
    fitting = [version for version in versions if satisfies(version, range_)]
    return max(fitting, key=precedence, default=None)


class CapabilityVersion(Struct, frozen=True, order=True):
    """The version of a capability; what is left out is zero."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> CapabilityVersion:
        """Return what ``v2``, ``v2.1`` or ``v2.1.0`` says; the "v" may be missing.

        Raises:
            ValueError: ``text`` is none of these.
        """
        found = _CAPABILITY.fullmatch(text) if len(text) <= MAX_LENGTH else None
        if found is None:
            raise ValueError("it is no version like v2, v2.1 or v2.1.0")
        return cls(*(safe_number(number or "0") for number in found.groups()))


@lru_cache(maxsize=65_536)
def meets_minimum(provided: str, minimum: str) -> bool:
    """Say whether a capability at ``provided`` serves one that asks for ``minimum``.

    It does within one major version only: ``v2`` asks for 2.0 or later, and not for 3.

    Raises:
        ValueError: one of them is no version of a capability.
    """
    has, asked = CapabilityVersion.parse(provided), CapabilityVersion.parse(minimum)
    return has.major == asked.major and has >= asked


@lru_cache(maxsize=65_536)
def at_least(actual: str, minimum: str) -> bool:
    """Say whether a platform at ``actual`` is at ``minimum`` or later, in any major version.

    Either may be written ``3.2.0``, ``3.2.0-rc.1`` or ``v2.1``.

    Raises:
        ValueError: one of them is no version.
    """
    return _platform_order(actual) >= _platform_order(minimum)


def _platform_order(version: str) -> Precedence:
    try:
        known = CapabilityVersion.parse(version)
    except ValueError:
        return precedence(version)
    return release_order(None, known.major, known.minor, known.patch)
