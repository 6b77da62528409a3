"""How large a generated installation is, and which of its configurations a commit changes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

EXTENSIONS_AT_A_SITE = 50
_NAMESPACE = "0b5e9a00-0000-4000-8000-"
_FAMILIES = ("erp-bridge", "quality-gate", "machine-link", "label-print", "report-pack")
# One commit that changes more is a migration, and no day's work.
MOST_RECONFIGURED = 50_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Sites × extensions, the share of the configurations that ``head`` changes, and a seed."""

    sites: int
    extensions: int = EXTENSIONS_AT_A_SITE
    share: float = 0.05
    seed: int = 1

    @property
    def configurations(self) -> int:
        """How many configurations there are in all."""
        return self.sites * self.extensions

    @property
    def reconfigured(self) -> int:
        """How many of them the commit ``wide`` changes."""
        return min(self.configurations, MOST_RECONFIGURED)

    @property
    def parts(self) -> list[range]:
        """The sites in parts of no more configurations than one commit reconfigures."""
        sites = max(1, MOST_RECONFIGURED // self.extensions)
        return [
            range(first, min(first + sites, self.sites)) for first in range(0, self.sites, sites)
        ]

    def changed(self) -> frozenset[int]:
        """Return which configurations ``head`` changes, by their number from 0."""
        chosen = random.Random(self.seed)  # noqa: S311 - to repeat, not to keep secret
        number = max(1, round(self.configurations * self.share))
        return frozenset(chosen.sample(range(self.configurations), number))


def shape_of(configurations: int, *, extensions: int = EXTENSIONS_AT_A_SITE) -> Shape:
    """Return the shape with that many configurations, rounded up to whole sites."""
    return Shape(-(-configurations // extensions), extensions)


def site_slug(site: int) -> str:
    """Return the name of a site's folder."""
    return f"plant-{site:05d}"


def site_id(site: int) -> UUID:
    """Return the id of a site."""
    return UUID(f"{_NAMESPACE}{site:012d}")


def extension_id(extension: int) -> str:
    """Return the id of an extension; neighbours belong to different families."""
    return f"{_FAMILIES[extension % len(_FAMILIES)]}-{extension:03d}"


def family(extension: int) -> str:
    """Return the family of an extension: those of one have the same setting for its subject."""
    return _FAMILIES[extension % len(_FAMILIES)]
