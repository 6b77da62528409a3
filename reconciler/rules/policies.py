"""The policies that extensions follow in what they share, and which of them go together.

A policy conflicts in one of three scopes: ``capability`` and ``resource`` at one site, ``global``
at any two sites. Either side may say so, or the contract of the capability.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from reconciler.model.desired import ConfigurationKey
from reconciler.model.manifest import (
    ConflictScope,
    Incompatibility,
    ManifestContent,
    PolicyExclusion,
)
from reconciler.model.relations import Conflict, ConflictType

Contracts = Mapping[tuple[str, ConflictScope], Sequence[Incompatibility]]


class Stance(Struct, frozen=True):
    """A policy that an extension follows, and what it says of the policies of others."""

    capability: str | None
    resource: str | None
    policy: str
    exclusion: PolicyExclusion | None = None

    def takes_part(self, scope: ConflictScope) -> bool:
        """Return whether others may conflict with this in ``scope``."""
        if scope is ConflictScope.GLOBAL:
            return True
        if self.exclusion is None:  # a provider of the capability
            return scope is ConflictScope.CAPABILITY
        return self.exclusion.scope is scope

    def excludes(self, other: Stance, scope: ConflictScope) -> bool:
        """Return whether this side says that ``other`` does not go together with it."""
        exclusion = self.exclusion
        if exclusion is None or exclusion.scope is not scope:
            return False
        if exclusion.conflicts_with:
            anywhere = self.capability is None or other.capability is None
            same = anywhere or self.capability == other.capability
            return same and other.policy in exclusion.conflicts_with
        same = self.capability is not None and self.capability == other.capability
        return same and other.policy != self.policy


def stances(manifest: ManifestContent) -> Iterator[Stance]:
    """Yield what an extension follows: as a provider, and as its exclusions say."""
    provided = [each for each in manifest.capabilities.provides if each.policy]
    for each in provided:
        yield Stance(each.name, None, each.policy or "")
    for exclusion in manifest.conflicts.policy_exclusions:
        resource = exclusion.resource if exclusion.scope is ConflictScope.RESOURCE else None
        # A global policy that names no capability is one of those it is provided under.
        named = [exclusion.capability] if exclusion.capability else []
        under: list[str | None] = [
            *(named or [each.name for each in provided if each.policy == exclusion.policy])
        ]
        for capability in under or [None]:
            yield Stance(capability, resource, exclusion.policy, exclusion)


def why_apart(
    one: Stance, other: Stance, scope: ConflictScope, contracts: Contracts
) -> list[str] | None:
    """Return why two policies do not go together in ``scope``; None where they do."""
    reasons = [
        side.exclusion.reason
        for side, against in ((one, other), (other, one))
        if side.exclusion and side.excludes(against, scope)
    ]
    if one.capability and one.capability == other.capability and one.policy != other.policy:
        reasons += [
            contract.reason
            for contract in contracts.get((one.capability, scope), ())
            if contract.policy in (one.policy, other.policy)
        ]
    return reasons or None


def policy_conflict(
    scope: ConflictScope,
    one: tuple[ConfigurationKey, Stance],
    other: tuple[ConfigurationKey, Stance],
    reasons: Iterable[str],
) -> Conflict:
    """Return the conflict between two policies, the lesser key first."""
    (first, mine), (second, theirs) = sorted((one, other), key=lambda side: side[0])
    return Conflict(
        type=ConflictType.POLICY,
        first=first,
        second=second,
        scope=scope,
        capability=mine.capability or theirs.capability,
        resource=mine.resource,
        first_policy=mine.policy,
        second_policy=theirs.policy,
        reason=joined(reasons) or "their policies do not go together",
    )


def joined(reasons: Iterable[str]) -> str:
    """Return reasons as one text, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
