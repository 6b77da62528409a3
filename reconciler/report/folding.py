"""The same change at many sites as one entry, so that a reader judges it once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from reconciler.model.change import Change, Frozen, Origin

OWN_FILE = "each site's own file"
"""Stands for the sources of a value that every site of an entry says in its own file."""

_WHO_AND_WHY = ("author", "author_email", "changed_by", "commit", "reason")


class Folded(Struct, frozen=True):
    """Changes that do the same thing at different sites: one at least, in the plan's order.

    Secrets are kept back from a plan, so those of two of its changes may well be two.
    """

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The change that speaks for all of them."""
        return self.changes[0]

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites, each once, in order."""
        return tuple(dict.fromkeys(change.site for change in self.changes))

    @property
    def sources(self) -> tuple[str | None, ...]:
        """Beside each field difference, the file its new value is from.

        ``OWN_FILE`` where there are several sites and each says it in its own file; None where
        there is no new value.
        """
        if len(self.changes) > 1:
            return _sources(self.first)
        return tuple(difference.source for difference in self.first.differences)


def fold(changes: Iterable[Change]) -> tuple[Folded, ...]:
    """Return the changes as entries, none lost; by the first site of each, then by extension.

    The order they are given in does not matter. In a plan's they take linear time.
    """
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for change in sorted(changes, key=_place):
        found[_sameness(change)].append(change)
    return tuple(Folded(tuple(alike)) for alike in found.values())


def _place(change: Change) -> tuple[Any, ...]:
    """Return what no two changes of a plan share: one person may sign two hashes at once."""
    return (*change.sort_key, change.signature.config_hash if change.signature else "")


def _sameness(change: Change) -> str:
    """Return a text that two changes share only if one entry can speak for both.

    Left out is what differs from site to site by itself: the site, its hashes, its own files and
    the time of an edit.
    """
    return json.dumps(
        [
            [
                change.extension,
                change.action,
                change.origin,
                change.old_version,
                change.new_version,
            ],
            [
                [each.pointer, each.operation, each.old, each.new, each.sensitive]
                for each in change.differences
            ],
            _sources(change),
            _without(change.drift, "at"),
            _without(change.signature, "config_hash"),
            _attribution(change),
        ],
        sort_keys=True,
    )


def _without(part: Frozen | None, field: str) -> dict[str, Any] | None:
    return part.model_dump(exclude={field}) if part else None


def _attribution(change: Change) -> list[Any]:
    """Return who is behind a change and why; what only restores a row is nobody's."""
    if change.origin is Origin.DRIFT:
        return []
    return [getattr(change, name) for name in _WHO_AND_WHY]


def _sources(change: Change) -> tuple[str | None, ...]:
    own = f"/sites/{change.site}/extensions/"
    return tuple(
        OWN_FILE if own in f"/{difference.source or ''}" else difference.source
        for difference in change.differences
    )
