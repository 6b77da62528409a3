"""How much one plan may change: limits that a mistake runs into before the plants do.

What is counted is the live rows of managed sites, *existing*, and those of them that the plan
would reconfigure or deactivate. Arithmetic is in whole numbers: exactly the limit is within it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from reconciler.model.change import Action
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.files import SafetySettings
from reconciler.model.live import DatabaseRow
from reconciler.model.plan import BlockCode, BlockedReason
from reconciler.planning.compare import Divergence

MOST_GROUPS = 20
_TAKES_AWAY = (Action.RECONFIGURE, Action.DEACTIVATE)


class Existing(Struct, frozen=True):
    """How many configurations are live: of each extension, and at each site."""

    of_extensions: Counter[str]
    at_sites: Counter[UUID]

    @classmethod
    def of(cls, keys: Iterable[ConfigurationKey]) -> Existing:
        """Count configurations one by one."""
        sites, extensions = zip(*keys, strict=True) if (keys := list(keys)) else ((), ())
        return cls(Counter(extensions), Counter(sites))


class Group(Struct, frozen=True):
    """How many of the configurations that there are of one extension, or at one site, would change.

    Of all that there are, where neither is named.
    """

    existing: int
    changed: int
    extension: str | None = None
    site: str | None = None

    def reason(self, most_percent: int) -> BlockedReason:
        """Return that more would change than so many in a hundred."""
        name = "the installation"
        if self.extension is not None:
            name = f"extension {self.extension}"
        elif self.site is not None:
            name = f"site {self.site}"
        message = (
            f"{name}: {self.changed} of {self.existing} live configurations would be "
            f"reconfigured or deactivated, and the limit is {most_percent} %"
        )
        return BlockedReason(
            code=BlockCode.SHARE,
            message=message,
            forceable=True,
            site=self.site,
            extension=self.extension,
        )


class ReasonsBySubject:
    """Reasons why a plan is blocked, by what they are about; a change has to do with few.

    Args:
        reasons: those of one plan.
    """

    def __init__(self, reasons: Iterable[BlockedReason]) -> None:
        self._found: dict[tuple[str | None, str | None], list[BlockedReason]] = {}
        for reason in reasons:
            self._found.setdefault((reason.site, reason.extension), []).append(reason)

    def about(self, site: str, extension: str) -> Iterator[BlockedReason]:
        """Yield those that are not about another site or another extension."""
        for subject in ((None, None), (None, extension), (site, None), (site, extension)):
            yield from self._found.get(subject, ())


def over_limits(
    head: DesiredState,
    existing: Existing,
    found: Collection[Divergence],
    elsewhere: Mapping[str, int] | None = None,
) -> list[BlockedReason]:
    """Return which limits of ``reconciler.yaml`` a plan is over; each can be forced.

    Args:
        head: the desired state, with the limits.
        existing: what is live at the managed sites that were read, whatever the plan is narrowed
            to.
        found: what the plan would change.
        elsewhere: at how many of the sites that were not read the extensions are live that it
            would change; ``enough_for`` says how far that has to be counted.
    """
    limits = head.project.safety
    changed = [each.key for each in found if each.action in _TAKES_AWAY and _is_live(each)]
    over = [
        group
        for group in _groups(head, existing, changed, elsewhere or {})
        if _is_over(group, limits)
    ]
    return [*_shares(over, limits), *_sites_touched({each.key.site_id for each in found}, limits)]


def enough_for(changed: int, limits: SafetySettings) -> int:
    """Return of how many live configurations at least ``changed`` may change within the limit."""
    least = -(-changed * 100 // limits.max_changed_percent)
    return max(least, limits.minimum_configurations)


def emptied(
    head: DesiredState, rows: Iterable[DatabaseRow], formerly_managed: int
) -> list[BlockedReason]:
    """Return that a desired state enables nothing although something is there; never forced.

    A folder that is read from the wrong place, or of which a part is missing, looks the same as
    one that asks for everything to be deactivated, and the latter nobody asks for in one go.

    Args:
        head: the desired state.
        rows: every row of the managed sites.
        formerly_managed: how many live configurations the reconciler wrote at other sites.
    """
    if head.configurations or head.unread.configurations:
        return []
    there = sum(row.live is not None or row.applied is not None for row in rows)
    if not there + formerly_managed:
        return []
    return [
        BlockedReason(
            code=BlockCode.EMPTY,
            message="the desired state enables nothing at all, and the database has "
            f"{_configurations(there + formerly_managed)}; is this the right folder, and all of "
            "it? An empty desired state is never applied, and cannot be forced",
        )
    ]


def _is_live(divergence: Divergence) -> bool:
    return divergence.row is not None and divergence.row.live is not None


def _groups(
    head: DesiredState,
    existing: Existing,
    changed: Collection[ConfigurationKey],
    elsewhere: Mapping[str, int],
) -> list[Group]:
    """Return all, each extension and each site, in this order, with what would change of them."""
    everywhere = existing.at_sites.total() + head.unread.configurations
    found = [Group(everywhere, len(changed))]
    changing = Counter(key.extension_id for key in changed)
    found += [
        Group(
            existing.of_extensions[extension] + elsewhere.get(extension, 0),
            changing[extension],
            extension=extension,
        )
        for extension in sorted(changing)
    ]
    changing_at = Counter(key.site_id for key in changed)
    slugs = sorted((head.sites_by_id[site].slug, site) for site in changing_at)
    return found + [
        Group(existing.at_sites[site], changing_at[site], site=slug) for slug, site in slugs
    ]


def _is_over(group: Group, limits: SafetySettings) -> bool:
    judged = group.existing >= limits.minimum_configurations
    return judged and group.changed * 100 > limits.max_changed_percent * group.existing


def _shares(over: Sequence[Group], limits: SafetySettings) -> list[BlockedReason]:
    most = limits.max_changed_percent
    reasons = [group.reason(most) for group in over[:MOST_GROUPS]]
    if more := len(over) - len(reasons):
        told = f"{more} more extensions or sites are over the limit of {most} %"
        reasons.append(_forceable(BlockCode.SHARE, told))
    return reasons


def _sites_touched(sites: Collection[UUID], limits: SafetySettings) -> list[BlockedReason]:
    limit = limits.max_sites_touched
    if limit is None or len(sites) <= limit:
        return []
    message = f"configurations would change at {len(sites)} sites, and the limit is {limit}"
    return [_forceable(BlockCode.SITES_TOUCHED, message)]


def _forceable(code: BlockCode, message: str) -> BlockedReason:
    return BlockedReason(code=code, message=message, forceable=True)


def _configurations(number: int) -> str:
    return f"{number} configuration" if number == 1 else f"{number} configurations"
