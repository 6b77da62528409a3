"""What a configuration holds, against its manifest alone: nothing else has to be known.

So it can be asked where the configuration is read, for many at a time, and need not be kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import JsonObject
from reconciler.model.manifest import Catalog, Manifest, plain_version
from reconciler.rules.configuration_schema import SchemaChecker
from reconciler.rules.references import check_catalog_reference
from reconciler.rules.secrets import check_secrets
from reconciler.rules.shape import KnownShapes, Shapes, Validator, shapes_if_usual


class ContentChecker:
    """Checks configurations against a catalog; what is the same for many is found out once.

    Args:
        catalog: the manifests.
        unreadable: extensions and versions whose manifest is there and not valid.
    """

    def __init__(self, catalog: Catalog, unreadable: Collection[tuple[str, str]]) -> None:
        self._catalog = catalog
        self._unreadable = unreadable
        self._schemas = SchemaChecker()
        self._in_order = KnownShapes()

    def check_manifest(self, manifest: Manifest) -> Iterator[Diagnostic]:
        """Yield a finding if a manifest's configuration schema is no JSON Schema.

        To be asked of every manifest of the catalog, before any configuration.
        """
        yield from self._schemas.check_manifest(manifest)

    def in_order(
        self, extension: str, version: str, shapes: Shapes
    ) -> tuple[Manifest, Validator] | None:
        """Return the manifest of a version, and what looks at the values of a configuration.

        That is, of one of this shape: where there is nothing else to be found in it. None where
        that is not known.
        """
        manifest = self._catalog.manifest(extension, version)
        if manifest is None:
            return None
        validator = self._in_order.get(id(manifest), shapes, self._schemas.most_alike(manifest))
        return None if validator is None else (manifest, validator)

    def check(
        self, desired: DesiredConfiguration, configuration: JsonObject, *, one_of_few: bool = False
    ) -> Sequence[Diagnostic]:
        """Return what is wrong with what a configuration holds.

        Args:
            desired: the configuration.
            configuration: what it holds, merged.
            one_of_few: whether nothing need be remembered of it before its like comes again.
        """
        manifest = self._catalog.manifest(desired.extension, desired.version)
        if manifest is None:
            identity = desired.extension, plain_version(desired.version)
            if identity in self._unreadable:
                return ()
            return list(check_catalog_reference(desired, self._catalog))
        if one_of_few and not self._in_order.is_met_again(id(manifest)):
            return self._looked_at(desired, configuration, manifest)
        shapes, most_alike = shapes_if_usual(configuration), self._schemas.most_alike(manifest)
        known = self._in_order.get(id(manifest), shapes, most_alike) if shapes else None
        if known is not None and known.is_valid(configuration):
            return ()
        found = self._looked_at(desired, configuration, manifest)
        if shapes is not None and not found and known is None:
            validator = self._schemas.validator(manifest, configuration)
            if validator is not None:
                self._in_order.add(id(manifest), shapes, most_alike, validator)
        return found

    def _looked_at(
        self, desired: DesiredConfiguration, configuration: JsonObject, manifest: Manifest
    ) -> Sequence[Diagnostic]:
        """Return what is wrong, with nothing taken as known."""
        return [
            *self._schemas.check(desired, configuration, manifest),
            *check_secrets(desired, configuration, manifest),
        ]
