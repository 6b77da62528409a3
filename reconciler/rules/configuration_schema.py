"""Each configuration against its manifest's JSON Schema (design section 4.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import jsonschema_rs

from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Diagnostic, DiagnosticKind
from reconciler.model.document import JsonValue, Path
from reconciler.model.kinds import rules as kinds
from reconciler.model.kinds.files import MANIFEST_SCHEMA_INVALID
from reconciler.model.manifest import Manifest
from reconciler.model.pointer import pointer
from reconciler.model.sensitivity import is_reference, is_sensitive
from reconciler.rules.suggestion import did_you_mean

_DRAFT_07 = "http://json-schema.org/draft-07/schema#"
_MASK = "the value"
_KIND_OF_KEYWORD: dict[str, DiagnosticKind] = {
    "type": kinds.CONFIGURATION_TYPE,
    "required": kinds.CONFIGURATION_MISSING,
}


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _compiled(schema: str) -> jsonschema_rs.Validator:
    document = {"$schema": _DRAFT_07, **json.loads(schema)}
    compiled: jsonschema_rs.Validator = jsonschema_rs.validator_for(
        document, validate_formats=True, formats={"uuid": _is_uuid}, mask=_MASK, offline=True
    )
    return compiled


class SchemaChecker:
    """Checks configurations against manifests; each schema is compiled once."""

    def __init__(self) -> None:
        self._validators: dict[int, jsonschema_rs.Validator | None] = {}

    def check_manifest(self, manifest: Manifest) -> Iterator[Diagnostic]:
        """Yield a finding if the manifest's configuration schema is not a JSON Schema."""
        try:
            validator = _compiled(json.dumps(manifest.schema))
        except (jsonschema_rs.ValidationError, ValueError) as error:
            self._validators[id(manifest)] = None
            yield MANIFEST_SCHEMA_INVALID.at(
                manifest.document.locate(("configuration",)),
                extension=manifest.content.id,
                version=manifest.content.version,
                problem=str(error).splitlines()[0],
            )
        else:
            self._validators[id(manifest)] = validator

    def check(self, desired: DesiredConfiguration, manifest: Manifest) -> Iterator[Diagnostic]:
        """Yield every way in which a configuration breaks its manifest's schema."""
        validator = self._validators.get(id(manifest))
        if validator is None:
            return
        for error in validator.iter_errors(desired.configuration):
            yield from self._finding(desired, manifest, error)
        yield from _unknown_properties(desired, manifest)

    def _finding(
        self,
        desired: DesiredConfiguration,
        manifest: Manifest,
        error: jsonschema_rs.ValidationError,
    ) -> Iterator[Diagnostic]:
        path = tuple(error.instance_path)
        if "additionalProperties" in error.schema_path[-1:]:
            return  # reported with a suggestion by _unknown_properties
        if is_sensitive(manifest.schema, path) and is_reference(_value_at(desired, path)):
            return  # the schema describes the secret, the file holds a reference to it
        kind = _KIND_OF_KEYWORD.get(error.kind.name, kinds.CONFIGURATION_VALUE)
        yield kind.at(
            desired.locate(path),
            site=desired.site.slug,
            extension=desired.extension,
            place=pointer(path) or "the configuration",
            problem=error.message,
            version=desired.version,
        )


def _value_at(desired: DesiredConfiguration, path: Path) -> JsonValue:
    value: Any = desired.configuration
    for part in path:
        value = value[part]
    return value  # type: ignore[no-any-return]


def _unknown_properties(desired: DesiredConfiguration, manifest: Manifest) -> Iterator[Diagnostic]:
    for path, known in _unknown(manifest.schema, desired.configuration, ()):
        yield kinds.CONFIGURATION_UNKNOWN.at(
            desired.locate(path, key=True),
            site=desired.site.slug,
            extension=desired.extension,
            place=pointer(path),
            version=desired.version,
            suggestion=did_you_mean(str(path[-1]), known, "It takes no properties."),
        )


def _branches(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those it is combined with: any of them may name properties."""
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword) or ():
            if isinstance(branch, dict):
                yield from _branches(branch)
    for keyword in ("if", "then", "else"):
        if isinstance(branch := schema.get(keyword), dict):
            yield from _branches(branch)


def _unknown(
    schema: Mapping[str, Any], value: JsonValue, path: Path
) -> Iterator[tuple[Path, set[str]]]:
    """Yield the paths of properties that no part of the schema names, with the names it has.

    Real manifests seldom forbid unknown properties, so a mapping that names its properties is
    taken to name all of them, unless it sets ``additionalProperties`` to something but false.
    """
    if isinstance(value, list):
        if isinstance(items := schema.get("items"), dict):
            for index, child in enumerate(value):
                yield from _unknown(items, child, (*path, index))
        return
    branches = list(_branches(schema))
    if not isinstance(value, dict) or any("$ref" in branch for branch in branches):
        return
    properties: dict[str, Any] = {}
    for branch in branches:
        properties.update(branch.get("properties") or {})
    closed = _is_closed(branches, properties, is_root=not path)
    for key, child in value.items():
        if isinstance(described := properties.get(key), dict):
            if not is_reference(child):
                yield from _unknown(described, child, (*path, key))
        elif key not in properties and closed:
            yield (*path, key), set(properties)


def _is_closed(
    branches: list[Mapping[str, Any]], properties: Mapping[str, Any], *, is_root: bool
) -> bool:
    stated = [
        branch["additionalProperties"] for branch in branches if "additionalProperties" in branch
    ]
    if stated:
        return all(value is False for value in stated)
    if any("patternProperties" in branch for branch in branches):
        return False
    return bool(properties) or is_root
