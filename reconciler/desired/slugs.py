"""Folder names for sites that have none yet, made from what MachShop calls them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from reconciler.model.files import SLUG_PATTERN

_LONGEST: Final = 64
# Letters that no decomposition turns into plain ones.
_PLAIN: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
# No folder can be called so on Windows, where a clone may be.
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")


def slug_from(name: str) -> str:
    """Return a name in a to z, 0 to 9 and hyphens; empty where nothing of it is left."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    letters = "".join(each for each in folded if not unicodedata.combining(each))
    slug = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST].strip("-")
    return f"{slug}-site" if _RESERVED.fullmatch(slug) else slug


def site_slugs(names: Mapping[UUID, str], given: Mapping[UUID, str]) -> dict[UUID, str]:
    """Return a slug for each site, none twice.

    Args:
        names: what MachShop calls the sites; two may be called the same.
        given: the slugs that sites have already; they keep them, and nobody else gets one.
    """
    taken = set(given.values())
    slugs = {site_id: given[site_id] for site_id in names if site_id in given}
    for site_id in sorted(names.keys() - given.keys(), key=str):
        wanted = slug_from(names[site_id]) or f"site-{str(site_id)[:8]}"
        slug, number = wanted, 1
        while slug in taken:
            number += 1
            slug = f"{wanted[: _LONGEST - len(str(number)) - 1].rstrip('-')}-{number}"
        if not re.fullmatch(SLUG_PATTERN, slug):
            raise ValueError(slug)
        taken.add(slug)
        slugs[site_id] = slug
    return slugs
