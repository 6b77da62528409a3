"""Which configurations differ: desired against live against last applied, by hash alone."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from reconciler.model.change import Action, Origin
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration
from reconciler.model.live import DatabaseRow


class Divergence(Struct, frozen=True):
    """A configuration that is not as desired, or not as the reconciler left it."""

    key: ConfigurationKey
    action: Action
    desired: DesiredConfiguration | None
    row: DatabaseRow | None

    @property
    def drifted(self) -> bool:
        """Whether somebody changed the live row outside the reconciler."""
        return self.row is not None and self.row.drifted

    @property
    def never_applied(self) -> bool:
        """Whether the reconciler never wrote it: somebody else added it."""
        return self.row is not None and self.row.config_version == 0

    @property
    def restores(self) -> bool:
        """Whether desired is what was last applied, so that only drift is undone."""
        applied = self.row.applied if self.row else None
        applied_hash = applied.config_hash if applied else None
        return applied_hash == (self.desired.config_hash if self.desired else None)


def _action(desired: DesiredConfiguration | None, row: DatabaseRow | None) -> Action | None:
    if desired is None:
        gone = row is None or (row.live is None and row.applied is None)
        return None if gone else Action.DEACTIVATE
    if row is None or row.live is None:
        return Action.ACTIVATE
    if row.drifted or row.live.config_hash != desired.config_hash:
        return Action.RECONFIGURE
    return None


def divergences(
    desired: Mapping[ConfigurationKey, DesiredConfiguration],
    rows: Mapping[ConfigurationKey, DatabaseRow],
) -> list[Divergence]:
    """Return what would have to change for live to become desired, in no particular order.

    Only hashes and digests are looked at: bodies are needed for what this returns alone.
    """
    found = []
    for key in desired.keys() | rows.keys():
        wanted, row = desired.get(key), rows.get(key)
        action = _action(wanted, row)
        if action is not None:
            found.append(Divergence(key, action, wanted, row))
    return found


def origin(
    divergence: Divergence,
    base: Mapping[ConfigurationKey, DesiredConfiguration] | None,
    *,
    by_the_site: bool = False,
) -> Origin:
    """Return why a divergence is in the plan.

    What head and base say differently is the pull request's, or a profile's where the site's
    own files say the same in both; everything else was there before: drift, or merged and
    pending.

    Args:
        divergence: what is in the plan.
        base: what the base says; without one, nothing is the pull request's.
        by_the_site: whether the site's own files say otherwise what it takes from profiles: it is
            new, names others, or opts out of the extension in one of the two.
    """
    wanted = divergence.desired
    if base is not None:
        before = base.get(divergence.key)
        if _hash(before) != _hash(wanted):
            through = not by_the_site and _through_profile(before, wanted)
            return Origin.PROFILE if through else Origin.PULL_REQUEST
    return Origin.DRIFT if divergence.drifted and divergence.restores else Origin.PENDING


def _hash(configuration: DesiredConfiguration | None) -> str | None:
    return configuration.config_hash if configuration else None


def _own_words(configuration: DesiredConfiguration) -> tuple[object, object]:
    """Return what the site itself says: its own layer, and which profiles it names."""
    last = configuration.layers[-1]
    own = last.document.value if not last.base else None
    return own, configuration.site.profiles


def told_by_own_files(before: DesiredConfiguration, after: DesiredConfiguration) -> bool:
    """Return whether it is known by the hashes that a site's own file says something else.

    That is so where there is nothing else to say it. Elsewhere the files have to be looked at.
    """
    alone = all(len(each.layers) == 1 and not each.layers[0].base for each in (before, after))
    return alone and before.version == after.version and before.config_hash != after.config_hash


def _through_profile(
    before: DesiredConfiguration | None, after: DesiredConfiguration | None
) -> bool:
    if before is not None and after is not None:
        return not told_by_own_files(before, after) and _own_words(before) == _own_words(after)
    only = before or after
    # Base () is the site's own file; a profile's entry stands deeper in its document.
    return only is not None and bool(only.layers[-1].base)
