"""Where each kind of file stands in a desired-state folder."""

from __future__ import annotations

import re
from sys import intern
from typing import NamedTuple

from reconciler.model.files import EXTENSION_ID_PATTERN, SLUG_PATTERN
from reconciler.rules.suggestion import did_you_mean

_SLUG = SLUG_PATTERN.strip("^$")
_EXTENSION_ID = EXTENSION_ID_PATTERN.strip("^$")
# In the order in which most files are found soonest.
_PATTERNS = {
    "extension": re.compile(rf"sites/({_SLUG})/extensions/({_EXTENSION_ID})\.yaml"),
    "site": re.compile(rf"sites/({_SLUG})/site\.yaml"),
    "manifest": re.compile(rf"catalog/extensions/({_EXTENSION_ID})/([^/]+)\.(?:yaml|json)"),
    "contract": re.compile(r"catalog/capabilities/([^/]+)\.(?:yaml|json)"),
    "profile": re.compile(rf"profiles/({_SLUG})\.yaml"),
    "users": re.compile(r"users\.yaml"),
    "project": re.compile(r"reconciler\.yaml"),
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


class Place(NamedTuple):
    """What a path says about a file: its kind, and the names its path gives it."""

    kind: str
    first: str = ""
    second: str = ""


def place_of(relative: str) -> Place | None:
    """Return what the file at a path relative to the folder is, or None if it has no place."""
    for kind, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(relative):
            # The same names come at many sites, and a site's with each of its files.
            return Place(kind, *map(intern, match.groups()))
    return None


def looks_misnamed(relative: str) -> bool:
    """Return whether a file that is not read looks as if it was meant to be.

    Editors' backups and other dotfiles that are no YAML are nobody's mistake.
    """
    name = relative.rsplit("/", 1)[-1].lower()
    in_state = relative.split("/", 1)[0] in ("sites", "profiles", "catalog")
    return in_state and name.endswith((".yaml", ".yml", ".json"))


def where_it_belongs(relative: str) -> str:
    """Return advice for a file that stands in no known place."""
    if relative.endswith(".yml"):
        renamed = relative.removesuffix(".yml") + ".yaml"
        if place_of(renamed):
            return f"Rename it to end in .yaml: {renamed}"
    if "/" not in relative:
        return did_you_mean(relative, ("reconciler.yaml", "users.yaml"), "Move or remove it.")
    return (
        f"A file belongs to one of: {', '.join(_FORMS)}; "
        "names are of a-z, 0-9 and hyphens between them."
    )
