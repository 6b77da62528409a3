"""Each configuration against its manifest's JSON Schema (design section 4.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

import jsonschema_rs

from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Diagnostic, DiagnosticKind
from reconciler.model.document import JsonObject, JsonValue, Path
from reconciler.model.kinds import configurations as kinds
from reconciler.model.kinds.catalog import MANIFEST_SCHEMA_INVALID
from reconciler.model.manifest import Manifest
from reconciler.model.pointer import pointer
from reconciler.model.sensitivity import is_damaged, is_reference, is_sensitive
from reconciler.model.subschemas import SchemaPart, schema_part
from reconciler.rules.open_schema import without_references
from reconciler.rules.schema_effort import SchemaEffort, refuse_costly
from reconciler.rules.suggestion import did_you_mean

_DRAFT_07 = "http://json-schema.org/draft-07/schema#"
_MASK = "the value"
_BACKTRACKING = 20_000
_PATTERN_BYTES = 4_000_000
MOST_FINDINGS = 500
"""How many findings about one configuration are listed."""
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
        document,
        validate_formats=True,
        formats={"uuid": _is_uuid},
        mask=_MASK,
        offline=True,
        pattern_options=jsonschema_rs.FancyRegexOptions(
            backtrack_limit=_BACKTRACKING, size_limit=_PATTERN_BYTES
        ),
    )
    return compiled


class SchemaChecker:
    """Checks configurations against manifests; each schema is compiled once."""

    def __init__(self) -> None:
        self._validators: dict[int, jsonschema_rs.Validator | None] = {}
        self._efforts: dict[int, SchemaEffort] = {}

    def check_manifest(self, manifest: Manifest) -> Iterator[Diagnostic]:
        """Yield a finding if the manifest's configuration schema is not a JSON Schema."""
        try:
            refuse_costly(manifest.schema)
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
            self._efforts[id(manifest)] = SchemaEffort(manifest.schema)

    def most_alike(self, manifest: Manifest) -> int:
        """Return up to which size lists and texts of any length are alike to a manifest's schema.

        That is, but for the values themselves.
        """
        effort = self._efforts.get(id(manifest))
        return effort.most_alike if effort else 0

    def validator(
        self, manifest: Manifest, configuration: JsonObject
    ) -> jsonschema_rs.Validator | None:
        """Return what takes everything in which there is nothing to find, and nothing else.

        That is, of all that has the shape of ``configuration``, in which there was nothing to
        find. None where there is no such validator.
        """
        validator = self._validators.get(id(manifest))
        if validator is None or validator.is_valid(configuration):
            return validator
        opened = without_references(manifest.schema, configuration)
        return None if opened is None else _compiled(json.dumps(opened))

    def check(
        self,
        desired: DesiredConfiguration,
        configuration: JsonObject,
        manifest: Manifest,
    ) -> Iterator[Diagnostic]:
        """Yield every way in which a configuration breaks its manifest's schema.

        Args:
            desired: what is checked.
            configuration: what it holds.
            manifest: the manifest of its version.
        """
        validator = self._validators.get(id(manifest))
        if validator is None:
            return
        if self._efforts[id(manifest)].is_too_much(configuration):
            yield kinds.CONFIGURATION_TOO_LARGE.at(
                desired.locate(()),
                site=desired.site.slug,
                extension=desired.extension,
                version=desired.version,
            )
            return
        found = self._findings(desired, configuration, manifest, validator)
        yield from islice(found, MOST_FINDINGS)
        if next(found, None) is not None:
            yield kinds.CONFIGURATION_FINDINGS.at(
                desired.locate(()),
                site=desired.site.slug,
                extension=desired.extension,
                number=MOST_FINDINGS,
            )

    def _findings(
        self,
        desired: DesiredConfiguration,
        configuration: JsonObject,
        manifest: Manifest,
        validator: jsonschema_rs.Validator,
    ) -> Iterator[Diagnostic]:
        for error in validator.iter_errors(configuration):
            yield from self._finding(desired, configuration, manifest, error)
        for path in _unnamed(schema_part(manifest.schema), configuration, ()):
            yield _unknown_property(desired, manifest, path)

    def _finding(
        self,
        desired: DesiredConfiguration,
        configuration: JsonObject,
        manifest: Manifest,
        error: jsonschema_rs.ValidationError,
    ) -> Iterator[Diagnostic]:
        path = tuple(error.instance_path)
        if is_sensitive(manifest.schema, path) and _stands_for_a_secret(
            _value_at(configuration, path)
        ):
            return  # the schema describes the secret, the file holds a reference to it
        if "additionalProperties" in error.schema_path[-1:]:
            for name in _unexpected(configuration, error):
                yield _unknown_property(desired, manifest, (*path, name))
            return
        kind = _KIND_OF_KEYWORD.get(error.kind.name, kinds.CONFIGURATION_VALUE)
        yield kind.at(
            desired.locate(path),
            site=desired.site.slug,
            extension=desired.extension,
            subject=pointer(_concerned(path, error)),
            place=pointer(path) or "the configuration",
            problem=error.message,
            version=desired.version,
        )


def _concerned(path: Path, error: jsonschema_rs.ValidationError) -> Path:
    """Return the path of what an error is about: for a missing property, where it would stand."""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        return (*path, error.kind.property)
    return path


def _unexpected(configuration: JsonObject, error: jsonschema_rs.ValidationError) -> Iterable[str]:
    """Return the properties that the schema forbids by naming others, or by naming none."""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        return error.kind.unexpected
    value = _value_at(configuration, tuple(error.instance_path))
    return value if isinstance(value, dict) else ()


def _stands_for_a_secret(value: JsonValue) -> bool:
    """Return whether a value is no part of what the schema describes; a damaged one is told."""
    return is_reference(value) or is_damaged(value)


def _value_at(configuration: JsonObject, path: Path) -> JsonValue:
    value: Any = configuration
    for part in path:
        value = value[part]
    return value  # type: ignore[no-any-return]


def _unknown_property(desired: DesiredConfiguration, manifest: Manifest, path: Path) -> Diagnostic:
    known = schema_part(manifest.schema, path[:-1]).named
    return kinds.CONFIGURATION_UNKNOWN.at(
        desired.locate(path, key=True),
        site=desired.site.slug,
        extension=desired.extension,
        subject=pointer(path),
        place=pointer(path),
        version=desired.version,
        suggestion=did_you_mean(str(path[-1]), known, "It takes no properties."),
    )


def _unnamed(part: SchemaPart, value: JsonValue, path: Path) -> Iterator[Path]:
    """Yield the paths of properties that no part of the schema names, where none may be added.

    Real manifests seldom forbid unknown properties, so a mapping that names its properties is
    taken to name all of them. Where the manifest says which may be added, the validator knows.
    """
    if _stands_for_a_secret(value):
        return
    if isinstance(value, list):
        for index, child in enumerate(value):
            if isinstance(child, dict | list):
                yield from _unnamed(part.below(index), child, (*path, index))
    elif isinstance(value, dict):
        closed = (part.named or not path) and not part.says_what_may_be_added
        for key, child in value.items():
            if closed and key not in part.named:
                yield (*path, key)
            elif isinstance(child, dict | list):
                yield from _unnamed(part.below(key), child, (*path, key))
