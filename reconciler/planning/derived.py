"""The derived records of every site, a digest over them, and which sites' are out of date."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
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
from reconciler.model.relations import ConfigurationVerdict, Relations, Resolution
from reconciler.planning.site_conflicts import conflicting, conflicts_by_site, each_once

# Counted up when the same records come to be written otherwise: then every site is refreshed.
_FORM = 1
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
        quiet: what ``quiet_digest`` says of sites.
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


def quiet_digest(
    site_id: UUID,
    enabled: Enabled,
    required: RequiredSignatures,
    resolutions: Sequence[Resolution],
) -> str:
    """Return the digest over the records of a site with neither errors nor conflicts."""
    verdicts = [
        ConfigurationVerdict(ConfigurationKey(site_id, extension), config_hash)
        for extension, config_hash in enabled.hashes_by_extension().items()
    ]
    return _site_records(site_id, enabled, verdicts, required, resolutions, ()).digest


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
    signatures = (each for version in enabled.with_versions() for each in required(*version))
    records = SiteRecords(
        site_id=site_id,
        verdicts=tuple(verdicts),
        required=tuple(sorted(signatures, key=_BY_SIGNATURE)),
        resolutions=tuple(_each_once(resolutions)),
        conflicts=tuple(each_once(conflicts)),
        digest="",
    )
    return replace(records, digest=_digest(records))


def _each_once(resolutions: Iterable[Resolution]) -> Iterator[Resolution]:
    """Yield one resolution for each dependency, one that is not satisfied before all others."""

    def dependency(resolution: Resolution) -> tuple[str, ...]:
        return resolution.key.extension_id, resolution.type, resolution.dependency

    def order(resolution: Resolution) -> tuple[Any, ...]:
        said = (
            resolution.wanted,
            resolution.resolved_version,
            resolution.resolved_provider,
            resolution.reason,
        )
        return *dependency(resolution), resolution.satisfied, *(it or "" for it in said)

    for _, same in groupby(sorted(resolutions, key=order), key=dependency):
        yield next(same)


def _digest(records: SiteRecords) -> str:
    content = [
        _FORM,
        [
            [it.key.extension_id, it.config_hash, it.errors, it.conflicting]
            for it in records.verdicts
        ],
        [[it.extension, it.aspect, it.role, it.enforced] for it in records.required],
        [
            [
                it.key.extension_id,
                it.type,
                it.dependency,
                it.wanted,
                it.resolved_version,
                it.resolved_provider,
                it.satisfied,
                it.reason,
            ]
            for it in records.resolutions
        ],
        [[*it.identity, it.severity, it.reason] for it in records.conflicts],
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
