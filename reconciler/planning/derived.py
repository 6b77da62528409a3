"""The derived records of every site, a digest over them, and which sites' are out of date."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from reconciler.model.derived import (
    RecordedDigest,
    Refresh,
    RequiredSignature,
    SiteConflict,
    SiteRecords,
)
from reconciler.model.desired import ConfigurationKey, DesiredState, Site
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.enabled import Enabled
from reconciler.model.relations import (
    ConfigurationVerdict,
    Neighbourhood,
    Relations,
    Resolution,
)
from reconciler.planning.site_conflicts import conflicting, conflicts_by_site, each_once

# Counted up when the same records come to be written otherwise: then every site is refreshed.
_FORM = 1
_MOST_KEPT = 50_000
_BY_SIGNATURE = attrgetter("extension", "aspect", "role")

RequiredSignatures: TypeAlias = Callable[[str, str], Sequence[RequiredSignature]]
"""What an extension at a version asks signatures for, in order."""


class DerivedRecords(Mapping[UUID, SiteRecords]):
    """The derived records of every managed site, also of one where nothing is enabled.

    Those of a site are put together when they are asked for, and so is their digest where it is
    not known already.

    Args:
        head: the desired state.
        relations: its extensions among themselves.
        diagnostics: all findings about it, those that a waiver accepted among them.
        required: which signatures are asked for.
        quiet: what ``QuietDigests`` says of sites.
    """

    def __init__(
        self,
        head: DesiredState,
        relations: Relations,
        diagnostics: Iterable[Diagnostic],
        required: RequiredSignatures,
        quiet: Mapping[UUID, str] | None = None,
    ) -> None:
        found = tuple(diagnostics)
        self._head = head
        self._resolutions = relations.resolutions
        self._conflicts = conflicts_by_site(relations.conflicts, found, head)
        self._others = conflicting(self._conflicts)
        self._errors = _errors(found)
        self._required = required
        at_odds = {slug for slug, _ in self._errors}
        self._quiet = {
            site_id: digest
            for site_id, digest in (quiet or {}).items()
            if site_id not in self._conflicts and head.sites_by_id[site_id].slug not in at_odds
        }
        self._known: dict[UUID, SiteRecords] = {}

    def __getitem__(self, site_id: UUID) -> SiteRecords:
        if site_id not in self._known:
            site, enabled = self._head.sites_by_id[site_id], self._head.enabled[site_id]
            self._known[site_id] = _site_records(
                site_id,
                enabled,
                [
                    _verdict(
                        ConfigurationKey(site_id, extension),
                        config_hash,
                        self._errors.get((site.slug, extension), ()),
                        self._others.get(ConfigurationKey(site_id, extension), ()),
                    )
                    for extension, config_hash in enabled.hashes_by_extension().items()
                ],
                self._required,
                self._resolutions.get(site_id, ()),
                self._conflicts.get(site_id, ()),
            )
        return self._known[site_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._head.sites_by_id)

    def __len__(self) -> int:
        return len(self._head.sites_by_id)

    def digest(self, site_id: UUID) -> str:
        """Return the digest over the records of a site."""
        return self._quiet.get(site_id) or self[site_id].digest


class QuietDigests:
    """The digests over the records of sites with neither errors nor conflicts.

    Args:
        required: which signatures are asked for.
    """

    def __init__(self, required: RequiredSignatures) -> None:
        self._required = required
        self._of_versions: dict[tuple[str, str], str] = {}
        self._of_neighbourhoods: dict[Neighbourhood, str] = {}

    def of(self, enabled: Enabled, found: Sequence[Neighbourhood]) -> str:
        """Return the digest of a site; ``found`` has the extensions in the order of ``enabled``.

        It is made of parts in writing, of which many come again.
        """
        verdicts = [
            f'["{extension}","{config_hash}",[],[]]'
            for extension, config_hash in zip(enabled.extensions, enabled.hashes, strict=True)
        ]
        signatures = filter(None, [self._signatures(*pair) for pair in enabled.with_versions()])
        met = filter(None, map(self._met, found))
        parts = f"[{','.join(verdicts)}],[{','.join(signatures)}],[{','.join(met)}]"
        return _digest_of_text(f"[{_FORM},{parts},[]]")

    def _signatures(self, extension: str, version: str) -> str:
        known = self._of_versions.get((extension, version))
        if known is None:
            asked = sorted(self._required(extension, version), key=_BY_SIGNATURE)
            known = self._of_versions[extension, version] = _listed(_as_listed(asked))
        return known

    def _met(self, neighbourhood: Neighbourhood) -> str:
        known = self._of_neighbourhoods.get(neighbourhood)
        if known is None:
            if len(self._of_neighbourhoods) >= _MOST_KEPT:
                self._of_neighbourhoods.clear()
            known = _listed(_as_met(_each_once(neighbourhood.resolutions)))
            self._of_neighbourhoods[neighbourhood] = known
        return known


def outdated_sites(
    sites: Iterable[Site],
    records: DerivedRecords,
    recorded: Mapping[UUID, RecordedDigest],
    touched: Collection[UUID],
) -> tuple[Refresh, ...]:
    """Return those of ``sites`` whose recorded digest is not that of ``records``, by slug.

    One that ``touched`` names is written anyway. One that has nothing, and of which nothing was
    ever recorded, is as it should be.
    """
    found = []
    for site in sites:
        if site.id in touched:
            continue
        known, digest = recorded.get(site.id), records.digest(site.id)
        if known.digest != digest if known else records[site.id].verdicts:
            found.append(Refresh(site.slug, site.id, digest, known))
    return tuple(sorted(found, key=lambda refresh: refresh.site))


def _errors(diagnostics: Iterable[Diagnostic]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the errors by site and extension, as they are kept: accepted ones, and any other."""
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for diagnostic in diagnostics:
        counts = diagnostic.waiver is not None or diagnostic.severity is Severity.ERROR
        if counts and diagnostic.site and diagnostic.extension:
            waiver = diagnostic.waiver.model_dump() if diagnostic.waiver else None
            found[diagnostic.site, diagnostic.extension].append(
                {
                    "code": diagnostic.code,
                    "message": diagnostic.message,
                    "subject": diagnostic.subject,
                    "waiver": waiver,
                }
            )
    return dict(found)


def _error_order(error: Mapping[str, Any]) -> tuple[str, str, str]:
    """Order errors by what they are, so that a line moved in a file moves nothing here."""
    return error["code"], error["subject"] or "", error["message"]


def _verdict(
    key: ConfigurationKey,
    config_hash: str,
    errors: Iterable[dict[str, Any]],
    conflicting_with: Iterable[str],
) -> ConfigurationVerdict:
    return ConfigurationVerdict(
        key,
        config_hash,
        tuple(sorted(errors, key=_error_order)),
        tuple(sorted(conflicting_with)),
    )


def _site_records(
    site_id: UUID,
    enabled: Enabled,
    verdicts: Iterable[ConfigurationVerdict],
    required: RequiredSignatures,
    resolutions: Sequence[Resolution],
    conflicts: Collection[SiteConflict],
) -> SiteRecords:
    verdicts, conflicts = tuple(verdicts), tuple(each_once(conflicts))
    signatures, met = _signatures(enabled, required), tuple(_each_once(resolutions))
    digest = _digest(
        [[it.key.extension_id, it.config_hash, it.errors, it.conflicting] for it in verdicts],
        signatures,
        met,
        conflicts,
    )
    return SiteRecords(site_id, verdicts, signatures, met, conflicts, digest)


def _signatures(enabled: Enabled, required: RequiredSignatures) -> tuple[RequiredSignature, ...]:
    asked = [each for version in enabled.with_versions() for each in required(*version)]
    return tuple(sorted(asked, key=_BY_SIGNATURE))


def _each_once(resolutions: Iterable[Resolution]) -> Iterator[Resolution]:
    """Yield one resolution for each dependency, one that is not satisfied before all others."""
    found: dict[tuple[str, str, str], Resolution] = {}
    for each in resolutions:
        dependency = each.key.extension_id, each.type.value, each.dependency
        other = found.setdefault(dependency, each)
        if other is not each:
            found[dependency] = min(other, each, key=_urgency)
    for dependency in sorted(found):
        yield found[dependency]


def _urgency(resolution: Resolution) -> tuple[Any, ...]:
    said = (
        resolution.wanted,
        resolution.resolved_version,
        resolution.resolved_provider,
        resolution.reason,
    )
    return resolution.satisfied, *(it or "" for it in said)


def _digest(
    verdicts: Sequence[Sequence[Any]],
    required: Iterable[RequiredSignature],
    resolutions: Iterable[Resolution],
    conflicts: Iterable[SiteConflict],
) -> str:
    content = [
        _FORM,
        verdicts,
        _as_listed(required),
        _as_met(resolutions),
        [[*it.identity, it.severity, it.reason] for it in conflicts],
    ]
    return _digest_of_text(_json(content))


def _as_listed(required: Iterable[RequiredSignature]) -> list[Any]:
    return [[it.extension, it.aspect, it.role, it.enforced] for it in required]


def _as_met(resolutions: Iterable[Resolution]) -> list[Any]:
    return [(key.extension_id, *said) for key, *said in resolutions]


def _listed(entries: list[Any]) -> str:
    """Return entries as they are written in a list, without its brackets."""
    return _json(entries)[1:-1]


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _digest_of_text(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
