"""Semantic versions (SemVer 2.0.0): what one is, and which of two comes first."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

MAX_LENGTH: Final = 256
"""Longer texts are no version to npm either."""

_MAX_NUMBER: Final = 2**53 - 1
_NUMBER = r"0|[1-9][0-9]*"
PRERELEASE: Final = (
    rf"(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|{_NUMBER})(?:\.(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|{_NUMBER}))*"
)
"""What may follow the hyphen of a version, as a regular expression."""

_BUILD = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({PRERELEASE}))?(?:\+{_BUILD})?"
)

Identifier: TypeAlias = tuple[bool, int, str]
Precedence: TypeAlias = tuple[tuple[int, ...], bool, tuple[Identifier, ...]]
"""Compares as the versions do: numbers, whether it is a release, pre-release identifiers."""


def precedence(version: str) -> Precedence:
    """Return a key that orders versions as SemVer 2.0.0 section 11 does.

    A leading "v" is passed over, build metadata takes no part.

    Raises:
        ValueError: ``version`` is no semantic version.
    """
    found = _VERSION.fullmatch(version) if len(version) <= MAX_LENGTH else None
    if found is None:
        raise ValueError("it is no version like 1.2.3, with -rc.1 or +build after it")
    major, minor, patch, prerelease = found.groups()
    return release_order(prerelease, safe_number(major), safe_number(minor), safe_number(patch))


def is_prerelease(version: str) -> bool:
    """Return whether a version has something after its numbers that puts it before the release."""
    return not precedence(version)[1]


def release_order(prerelease: str | None, *numbers: int) -> Precedence:
    """Return the key of a version that was taken apart already."""
    identifiers = prerelease.split(".") if prerelease else []
    return numbers, not identifiers, tuple(map(_identifier, identifiers))


def safe_number(digits: str) -> int:
    """Return a number of a version.

    Raises:
        ValueError: it is beyond 2^53-1, where npm refuses it.
    """
    value = int(digits)
    if value > _MAX_NUMBER:
        raise ValueError("a number in it is beyond 2^53-1")
    return value


def _identifier(text: str) -> Identifier:
    """Numeric identifiers come before all others, which compare as ASCII text."""
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)
