"""What an export refuses: what files cannot say, what they must not, and what they must match."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from uuid import UUID

from reconciler.database.export import StoredConfiguration
from reconciler.desired.loader import load
from reconciler.desired.source_tree import ReadFiles, SourceTree
from reconciler.model.desired import ConfigurationKey, DesiredState, Revision
from reconciler.model.diagnostic import Severity
from reconciler.model.document import JsonObject
from reconciler.model.errors import ReconcilerError
from reconciler.model.manifest import Catalog
from reconciler.rules.stored_configuration import (
    name_problems,
    plaintext_secrets,
    value_or_problem,
)


def readable_configurations(
    stored: Iterable[StoredConfiguration], slugs: Mapping[UUID, str]
) -> dict[ConfigurationKey, JsonObject]:
    """Return the values of live rows.

    Raises:
        ReconcilerError: some are such that no file can hold them; all are named.
    """
    found: dict[ConfigurationKey, JsonObject] = {}
    problems = []
    for each in stored:
        value = _value_or_problem(each)
        if isinstance(value, str):
            problems.append(f"{slugs[each.key.site_id]}/{each.key.extension_id}: {value}")
        else:
            found[each.key] = value
    if problems:
        raise ReconcilerError(
            f"live configurations that cannot be written as files: {len(problems)}",
            "Correct them in the database, or leave their sites out; nothing was written.",
            problems,
        )
    return found


def _value_or_problem(stored: StoredConfiguration) -> JsonObject | str:
    problem = next(name_problems(stored.key.extension_id, stored.version), None)
    return problem or value_or_problem(stored.text)


def checked_state(
    out: Path,
    content: Mapping[str, bytes],
    configurations: Mapping[ConfigurationKey, JsonObject],
    hashes: Mapping[ConfigurationKey, str],
    *,
    partial: bool,
) -> tuple[str, ...]:
    """Read what is going to be written, and make sure that it says what is live, and no secret.

    Args:
        out: where it will be, for messages.
        content: the files by path.
        configurations: what is live.
        hashes: the hash of each.
        partial: whether a live version without a manifest is let pass.

    Returns:
        The live versions that the catalog has no manifest of.

    Raises:
        ReconcilerError: it may not be written; every place is named.
    """
    tree = SourceTree(out.name, ReadFiles(content), Revision(None, dirty=True))
    loaded = load(tree)
    errors = [each for each in loaded.diagnostics if each.severity is Severity.ERROR]
    if errors or loaded.state is None:
        raise ReconcilerError(
            "what would be written is no desired state",
            "Correct it where it comes from; nothing was written.",
            [f"{each.location.path}:{each.location.line}: {each.message}" for each in errors],
        )
    _require_same(loaded.state, configurations, hashes)
    if secrets := list(_plaintext_secrets(loaded.state)):
        raise ReconcilerError(
            f"live values that are secrets in plaintext: {len(secrets)}; none is ever written",
            "Put {$secret: <reference>} or an encrypted value (`reconciler encrypt`) there in the "
            "database, and change the secrets; nothing was written.",
            secrets,
        )
    lacking = _without_manifest(loaded.state)
    if lacking and not partial:
        raise ReconcilerError(
            f"live versions that the catalog has no manifest of: {len(lacking)}",
            "Give a --catalog that has them, or export --without-catalog what cannot be "
            "validated yet; nothing was written.",
            lacking,
        )
    return tuple(lacking)


def _require_same(
    state: DesiredState,
    configurations: Mapping[ConfigurationKey, JsonObject],
    hashes: Mapping[ConfigurationKey, str],
) -> None:
    read = {
        key: (each.config_hash, _exactly(each.configuration))
        for key, each in state.configurations.items()
    }
    live = {key: (hashes[key], _exactly(value)) for key, value in configurations.items()}
    if read != live:
        raise ReconcilerError(
            "what would be written reads otherwise than what is live: this is a fault of the "
            "reconciler",
            "Please report it; nothing was written.",
        )


def _exactly(value: JsonObject) -> str:
    """Return a form that tells 1 from 1.0, and not the order of keys."""
    return json.dumps(value, sort_keys=True)


def _plaintext_secrets(state: DesiredState) -> Iterator[str]:
    """Yield where secrets are, as far as manifests and names tell; no value."""
    for desired in state.configurations.values():
        schemas = _schemas(state.catalog, desired.extension, desired.version)
        for place in plaintext_secrets(schemas, desired.configuration):
            yield f"{desired.site.slug}/{desired.extension} {place}"


def _schemas(catalog: Catalog, extension: str, version: str) -> list[JsonObject]:
    """Return what may say which values are secrets: without a manifest, those of other versions."""
    if manifest := catalog.manifest(extension, version):
        return [manifest.schema]
    return [{}, *(each.schema for each in catalog.manifests.get(extension, {}).values())]


def _without_manifest(state: DesiredState) -> list[str]:
    return sorted(
        {
            f"{each.extension} {each.version}"
            for each in state.configurations.values()
            if state.catalog.manifest(each.extension, each.version) is None
        }
    )
