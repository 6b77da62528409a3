"""Conflicts as each site has them: with its severity there, once for each cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from uuid import UUID

from msgspec.structs import replace

from reconciler.model.derived import SiteConflict
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.relations import Conflict


def conflicts_by_site(
    conflicts: Iterable[Conflict], diagnostics: Iterable[Diagnostic], head: DesiredState
) -> defaultdict[UUID, list[SiteConflict]]:
    """Return the conflicts at each site; one that spans two sites is at both.

    It is an error, and a warning where a waiver accepted the finding about it.
    """
    accepted = {
        (each.code, each.site, each.extension, each.subject) for each in diagnostics if each.waiver
    }
    found: defaultdict[UUID, list[SiteConflict]] = defaultdict(list)
    for conflict in conflicts:
        about = (
            f"conflict-{conflict.type.value}",
            head.sites_by_id[conflict.first.site_id].slug,
            conflict.first.extension_id,
            conflict.subject(head),
        )
        severity = Severity.WARNING if about in accepted else Severity.ERROR
        for site_id, seen in _sides(conflict, severity):
            found[site_id].append(seen)
    return found


def _sides(conflict: Conflict, severity: Severity) -> Iterator[tuple[UUID, SiteConflict]]:
    first, second = conflict.first, conflict.second
    spans = first.site_id != second.site_id
    seen = SiteConflict(
        extension=first.extension_id,
        other=second.extension_id,
        other_site=second.site_id if spans else None,
        type=conflict.type,
        scope=conflict.scope,
        capability=conflict.capability,
        resource=conflict.resource,
        policy=conflict.first_policy,
        other_policy=conflict.second_policy,
        severity=severity,
        reason=conflict.reason,
    )
    yield first.site_id, seen
    if spans:
        yield (
            second.site_id,
            replace(
                seen,
                extension=second.extension_id,
                other=first.extension_id,
                other_site=first.site_id,
                policy=conflict.second_policy,
                other_policy=conflict.first_policy,
            ),
        )


def conflicting(
    conflicts: Mapping[UUID, Iterable[SiteConflict]],
) -> dict[ConfigurationKey, set[str]]:
    """Return what each configuration conflicts with."""
    found: defaultdict[ConfigurationKey, set[str]] = defaultdict(set)
    for site_id, seen in conflicts.items():
        for conflict in seen:
            found[ConfigurationKey(site_id, conflict.extension)].add(conflict.other)
            if conflict.other_site is None:
                found[ConfigurationKey(site_id, conflict.other)].add(conflict.extension)
    return dict(found)


def each_once(conflicts: Collection[SiteConflict]) -> Iterator[SiteConflict]:
    """Yield each conflict once; where several reasons make it, all of them are its reason."""

    def identity(conflict: SiteConflict) -> tuple[str, ...]:
        return conflict.identity

    for _, same in groupby(sorted(conflicts, key=identity), key=identity):
        first, *others = same
        reasons = sorted({first.reason, *(other.reason for other in others)})
        yield replace(first, reason="; ".join(reasons)) if others else first
