"""The derived records of every site, a digest over them, and which sites' are out of date.

Runs for every site in every plan: what is not needed for the digest is not computed here.
"""

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
from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState, Site
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.relations import ConfigurationVerdict, Relations, Resolution
from reconciler.planning.site_conflicts import conflicting, conflicts_by_site, each_once

# Counted up when the same records come to be written otherwise: then every site is refreshed.
_FORM = 1
_BY_SIGNATURE = attrgetter("extension", "aspect", "role")

RequiredSignatures: TypeAlias = Callable[[DesiredConfiguration], Sequence[RequiredSignature]]
"""What a configuration asks signatures for, in order."""


def derived_records(
    head: DesiredState,
    relations: Relations,
    diagnostics: Iterable[Diagnostic],
    required: RequiredSignatures,
) -> dict[UUID, SiteRecords]:
    """Return the derived records of every managed site, also of one where nothing is enabled.

    ``diagnostics`` are all findings about ``head``, those that a waiver accepted among them.
    """
    found = tuple(diagnostics)
    resolutions: defaultdict[UUID, list[Resolution]] = defaultdict(list)
    for resolution in relations.resolutions:
        resolutions[resolution.key.site_id].append(resolution)
    conflicts = conflicts_by_site(relations.conflicts, found, head)
    others = conflicting(conflicts)
    errors = _errors(found)
    verdicts: defaultdict[UUID, list[ConfigurationVerdict]] = defaultdict(list)
    signatures: defaultdict[UUID, list[RequiredSignature]] = defaultdict(list)
    for key, configuration in head.configurations.items():
        verdicts[key.site_id].append(_verdict(key, configuration, errors, others))
        signatures[key.site_id].extend(required(configuration))
    return {
        site_id: _site_records(
            site_id,
            verdicts[site_id],
            signatures[site_id],
            resolutions[site_id],
            conflicts[site_id],
        )
        for site_id in head.sites_by_id
    }


def outdated_sites(
    sites: Iterable[Site],
    records: Mapping[UUID, SiteRecords],
    recorded: Mapping[UUID, RecordedDigest],
    touched: Collection[UUID],
) -> tuple[Refresh, ...]:
    """Return those of ``sites`` whose recorded digest is not that of ``records``, by slug.

    One that ``touched`` names is written anyway. One that has nothing, and of which nothing was
    ever recorded, is as it should be.
    """
    found = []
    for site in sites:
        wanted, known = records[site.id], recorded.get(site.id)
        current = known.digest == wanted.digest if known else not wanted.verdicts
        if not current and site.id not in touched:
            found.append(Refresh(site.slug, site.id, wanted.digest, known))
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
    configuration: DesiredConfiguration,
    errors: Mapping[tuple[str, str], list[dict[str, Any]]],
    conflicting_with: Mapping[ConfigurationKey, set[str]],
) -> ConfigurationVerdict:
    # Mostly there are none at all, and a look-up for each configuration takes its time.
    found = errors.get((configuration.site.slug, configuration.extension)) if errors else None
    others = conflicting_with.get(key) if conflicting_with else None
    return ConfigurationVerdict(
        key,
        configuration.config_hash,
        tuple(sorted(found, key=_error_order)) if found else (),
        tuple(sorted(others)) if others else (),
    )


def _site_records(
    site_id: UUID,
    verdicts: list[ConfigurationVerdict],
    required: list[RequiredSignature],
    resolutions: list[Resolution],
    conflicts: list[SiteConflict],
) -> SiteRecords:
    records = SiteRecords(
        site_id=site_id,
        verdicts=tuple(sorted(verdicts, key=lambda verdict: verdict.key.extension_id)),
        required=tuple(sorted(required, key=_BY_SIGNATURE)),
        resolutions=tuple(_each_once(resolutions)),
        conflicts=tuple(each_once(conflicts)),
        digest="",
    )
    return replace(records, digest=_digest(records))


def _each_once(resolutions: list[Resolution]) -> Iterator[Resolution]:
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
