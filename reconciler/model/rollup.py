"""A site in one line: a digest over all its configurations, alike for git and the database.

Where both sides have the same, no row of the site has to be looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteRollup:
    """What is live at one site, without its rows.

    ``rollup`` is what ``rollup`` makes of the live rows. ``drifted`` says whether anything there
    is not as the reconciler last wrote it, its body included.
    """

    configurations: int
    rollup: str
    drifted: bool


def rollup(entries: Iterable[tuple[str, str, str]]) -> str:
    """Return the SHA-256, in hex, over extension id, version and hash of a site's configurations.

    Their order does not matter. Each text goes with its length in characters, so that no value
    can look like two. ``state/site_rollups`` computes the same of live rows.
    """
    text = "".join(
        f"{len(extension)} {len(version)} {len(config_hash)} {extension}{version}{config_hash}"
        for extension, version, config_hash in sorted(entries)
    )
    return hashlib.sha256(text.encode()).hexdigest()
