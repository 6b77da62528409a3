"""npm ranges: which versions an extension depends on, answered as node-semver 7 answers.

The library is a port of an older node-semver. What this module hands to it is checked against
npm's grammar first, so that no text keeps its regular expressions busy, and says outright what
npm has settled since: the upper bound of ``^1.2.3`` also keeps out pre-releases of 2.0.0.
"""

from __future__ import annotations

import re
from typing import Any, Final

import nodesemver

from reconciler.model.semver import MAX_LENGTH, PRERELEASE, precedence, safe_number

_PART = r"0|[1-9][0-9]*|[xX*]"
_PARTIAL = rf"([v=]*)({_PART})(?:\.({_PART})(?:\.({_PART})(?:-({PRERELEASE}))?)?)?"
_COMPARATOR = re.compile(rf"(\^|~>?|[<>]=?|=)? ?{_PARTIAL}")
_HYPHEN = re.compile(rf"{_PARTIAL} - {_PARTIAL}")
_PIECE = re.compile(r"(?:(?:\^|~>?|[<>]=?|=) )?[^ ]+")
_WILD_THEN_NUMBER = re.compile(r"[xX*].*[0-9]")
_SPACES = re.compile(r"[ \t\n\v\f\r]+")
_BUILD = re.compile(r"\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*")
_UPPER_BOUND = re.compile(r"<([0-9]+\.[0-9]+\.[0-9]+)$")
_NUMBERS = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)")
_EXCERPT: Final = 40


class VersionRange:
    """A range that was understood; ``parse_range`` makes one."""

    def __init__(self, alternatives: list[Any]) -> None:
        self._alternatives = alternatives

    def allows(self, version: str) -> bool:
        """Say whether ``version``, with or without a leading "v", is in the range.

        What is no semantic version is in no range.
        """
        try:
            precedence(version)
        except ValueError:
            return False
        return any(alternative.test(version) for alternative in self._alternatives)


def parse_range(text: str) -> VersionRange:
    """Return the range that ``text`` stands for.

    Raises:
        ValueError: it is no npm range; the message says why.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"it is longer than {MAX_LENGTH} characters")
    plain = _BUILD.sub("", _SPACES.sub(" ", text))
    alternatives = [_comparators(part.strip(" ")) for part in plain.split("||")]
    # Beside "any version" nothing else counts, not even the pre-releases it would let in.
    if len(alternatives) > 1 and any(_takes_any(part) for part in alternatives):
        alternatives = ["*"]
    return VersionRange([nodesemver.make_range(part, loose=False) for part in alternatives])


def _takes_any(comparators: str) -> bool:
    return all(part in ("", ">=0.0.0") for part in comparators.split(" "))


def _comparators(text: str) -> str:
    """Return one alternative as plain comparators: ``^1.2`` becomes ``>=1.2.0 <2.0.0-0``."""
    if _HYPHEN.fullmatch(text):
        return _plain(text)
    return " ".join(filter(None, map(_comparator, _PIECE.findall(text))))


def _comparator(piece: str) -> str:
    found = _COMPARATOR.fullmatch(piece)
    if found is None:
        raise ValueError(f"{_excerpt(piece)} is no comparator like ^1.2.3, ~1.2, >=1.2.3 or 1.x")
    operator, prefix, *parts, _ = found.groups()
    if operator in ("^", "~", "~>"):
        return _plain(piece)
    numbers = ".".join(part for part in parts if part)
    whole = numbers.replace(".", "").isdecimal() and None not in parts
    if whole and prefix not in ("", "v"):
        raise ValueError(f"{_excerpt(piece)} has one sign too many before its number")
    if _WILD_THEN_NUMBER.search(numbers):
        raise ValueError(f"in {_excerpt(piece)} a number stands after an x")
    return _checked_numbers(piece.replace(" ", "")) if whole else _plain(piece)


def _plain(text: str) -> str:
    plain = str(nodesemver.make_range(text, loose=False))
    return _UPPER_BOUND.sub(r"<\1-0", _checked_numbers(plain))


def _checked_numbers(text: str) -> str:
    for version in _NUMBERS.findall(text):
        for number in version:
            safe_number(number)
    return text


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…")
