"""Where each kind of file stands in a desired-state folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.rules.suggestion import did_you_mean

_PATTERNS = {
    "project": re.compile(r"reconciler\.yaml"),
    "users": re.compile(r"users\.yaml"),
    "profile": re.compile(r"profiles/(?P<first>[^/]+)\.yaml"),
    "manifest": re.compile(r"catalog/extensions/(?P<first>[^/]+)/(?P<second>[^/]+)\.(?:yaml|json)"),
    "contract": re.compile(r"catalog/capabilities/(?P<first>[^/]+)\.(?:yaml|json)"),
    "site": re.compile(r"sites/(?P<first>[^/]+)/site\.yaml"),
    "extension": re.compile(r"sites/(?P<first>[^/]+)/extensions/(?P<second>[^/]+)\.yaml"),
}
_FORMS = (
    "reconciler.yaml",
    "users.yaml",
    "profiles/<name>.yaml",
    "catalog/extensions/<extension>/<version>.yaml",
    "catalog/capabilities/<capability>.yaml",
    "sites/<site>/site.yaml",
    "sites/<site>/extensions/<extension>.yaml",
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path says about a file: its kind, and the names its path gives it."""

    kind: str
    first: str = ""
    second: str = ""


def place_of(relative: str) -> Place | None:
    """Return what the file at a path relative to the folder is, or None if it has no place."""
    for kind, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(relative):
            names = match.groupdict()
            return Place(kind, names.get("first", ""), names.get("second", ""))
    return None


def where_it_belongs(relative: str) -> str:
    """Return advice for a file that stands in no known place."""
    if relative.endswith(".yml"):
        renamed = relative.removesuffix(".yml") + ".yaml"
        if place_of(renamed):
            return f"Rename it to end in .yaml: {renamed}"
    if "/" not in relative:
        return did_you_mean(relative, ("reconciler.yaml", "users.yaml"), "Move or remove it.")
    return f"A file belongs to one of: {', '.join(_FORMS)}."
