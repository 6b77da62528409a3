"""The catalog against the format that it claims (design section 4.1).

What a manifest breaks is a warning, and an error only where a site enables the version and the
reconciler relies on the broken part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.document import Document
from reconciler.model.kinds.catalog import (
    CAPABILITY_UNPROVIDED,
    MANIFEST_DIALECT,
    MANIFEST_INVALID,
    MANIFEST_MISSPELT,
    MANIFEST_V2,
)
from reconciler.model.manifest import Catalog, Manifest, plain_version
from reconciler.model.pointer import pointer
from reconciler.rules.manifest_v2 import MANIFEST_V2_SCHEMA
from reconciler.rules.misspelt_keys import misspelt_keys
from reconciler.rules.suggestion import did_you_mean
from reconciler.rules.versions import parse_range

_MASK = "the value"


def check_catalog(state: DesiredState) -> Iterator[Diagnostic]:
    """Yield what the manifests of the catalog break, and what they probably mean otherwise."""
    provided = _provided(state)
    manifests = [(manifest, list(_misspelt(manifest))) for manifest in state.catalog]
    enabled = enabled_versions(state) if any(about for _, about in manifests) else set()
    for manifest, about in manifests:
        places = {found.location for found in about}
        yield from as_relied_on(about, relied_on=manifest.identity in enabled)
        for found in check_manifest_v2(manifest.document):
            if found.location not in places:
                yield found
        if not state.unreadable_manifests:  # any of them may provide anything
            yield from _unprovided(manifest, provided)


def _misspelt(manifest: Manifest) -> Iterator[Diagnostic]:
    for path, meant in misspelt_keys(manifest.document):
        yield MANIFEST_MISSPELT.at(
            manifest.document.locate_key(path),
            extension=manifest.content.id,
            subject=pointer(path),
            place=pointer(path),
            meant=meant,
        )


def check_ranges(manifest: Manifest) -> Iterator[Diagnostic]:
    """Yield a finding for each dependency whose range of versions is none to npm."""
    for needed, range_ in manifest.content.dependencies.extensions.items():
        path = ("dependencies", "extensions", needed)
        try:
            parse_range(range_)
        except ValueError as error:
            yield MANIFEST_INVALID.at(
                manifest.document.locate(path),
                extension=manifest.content.id,
                place=pointer(path),
                problem=f"it is no range of versions: {error}",
            )


def enabled_versions(state: DesiredState) -> set[tuple[str, str]]:
    """Return the extensions and versions (without "v") that some site enables."""
    everywhere = state.enabled_versions | state.unread.enabled()
    return {(extension, plain_version(version)) for extension, version in everywhere}


def as_relied_on(findings: Iterable[Diagnostic], *, relied_on: bool) -> Iterator[Diagnostic]:
    """Yield findings about a manifest with the weight they have; nobody relies on an unused one."""
    for found in findings:
        lighter = not relied_on and found.severity is Severity.ERROR
        yield found.model_copy(update={"severity": Severity.WARNING}) if lighter else found


def earlier_dialect(document: Document) -> Iterator[Diagnostic]:
    """Yield where a manifest is written in the dialect before v2, which is not guessed at."""
    value = document.value
    if not isinstance(value, dict):
        return
    capabilities, compliance = value.get("capabilities"), value.get("compliance")
    if isinstance(capabilities, dict):
        for key, now in (
            ("providers", "capabilities.provides"),
            ("requires", "dependencies.capabilities"),
        ):
            if key in capabilities:
                yield MANIFEST_DIALECT.at(
                    document.locate_key(("capabilities", key)),
                    place=f"/capabilities/{key}",
                    problem=f"manifest v2 lists them under {now}",
                    suggestion=f"Move them to `{now}`.",
                )
    if isinstance(compliance, dict) and isinstance(compliance.get("delegations"), dict):
        yield MANIFEST_DIALECT.at(
            document.locate_key(("compliance", "delegations")),
            place="/compliance/delegations",
            problem="manifest v2 has a list, and a mapping is given",
            suggestion="Write a list of entries, each with `aspect`, `delegatedTo` and "
            "`requiresSignoff`.",
        )


@cache
def _validator() -> jsonschema_rs.Validator:
    validator: jsonschema_rs.Validator = jsonschema_rs.validator_for(
        MANIFEST_V2_SCHEMA, validate_formats=True, mask=_MASK, offline=True
    )
    return validator


def check_manifest_v2(document: Document) -> Iterator[Diagnostic]:
    """Yield a warning for everything in a manifest that manifest v2 does not allow."""
    for error in _validator().iter_errors(document.value):
        path = tuple(error.instance_path)
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            known = _known_properties(tuple(error.schema_path[:-1]))
            for name in error.kind.unexpected:
                yield MANIFEST_V2.at(
                    document.locate_key((*path, name)),
                    place=pointer((*path, name)),
                    problem="v2 has no such property",
                    suggestion=did_you_mean(name, known, ""),
                )
        else:
            yield MANIFEST_V2.at(
                document.locate(path),
                place=pointer(path) or "the whole of it",
                problem=error.message,
                suggestion="Nothing else has to be done.",
            )


def _known_properties(schema_path: tuple[str | int, ...]) -> list[str]:
    schema: Any = MANIFEST_V2_SCHEMA
    for step in schema_path:
        schema = schema[step]
    return list(schema.get("properties", ()))


def _provided(state: DesiredState) -> set[str]:
    """Return the capabilities that the platform or anything in the catalog provides."""
    platform = {each.name for each in state.project.platform.capabilities}
    return platform | _provided_by(state.catalog)


def _provided_by(catalog: Catalog) -> set[str]:
    return {provided.name for each in catalog for provided in each.content.capabilities.provides}


def _unprovided(manifest: Manifest, provided: set[str]) -> Iterator[Diagnostic]:
    for index, needed in enumerate(manifest.content.dependencies.capabilities):
        if needed.capability not in provided:
            yield CAPABILITY_UNPROVIDED.at(
                manifest.document.locate(("dependencies", "capabilities", index)),
                extension=manifest.content.id,
                subject=needed.capability,
                version=manifest.content.version,
                wanted=f" {needed.min_version}" if needed.min_version else "",
            )
