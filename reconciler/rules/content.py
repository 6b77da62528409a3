"""What a configuration holds, against its manifest alone: nothing else has to be known.

So it can be asked where the configuration is read, for many at a time, and need not be kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import JsonObject
from reconciler.model.manifest import Catalog, Manifest, plain_version
from reconciler.rules.configuration_schema import SchemaChecker
from reconciler.rules.references import check_catalog_reference
from reconciler.rules.secrets import check_secrets
from reconciler.rules.shape import KnownShapes, Shape, UnusualError, shape_of


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

    def check(
        self, desired: DesiredConfiguration, configuration: JsonObject
    ) -> Iterator[Diagnostic]:
        """Yield what is wrong with what a configuration holds.

        Args:
            desired: the configuration.
            configuration: what it holds, merged.
        """
        manifest = self._catalog.manifest(desired.extension, desired.version)
        if manifest is None:
            identity = desired.extension, plain_version(desired.version)
            if identity not in self._unreadable:
                yield from check_catalog_reference(desired, self._catalog)
            return
        shape = _shape(configuration)
        in_order = shape is not None and (id(manifest), shape) in self._in_order
        found = list(self._schemas.check(desired, configuration, manifest, named=in_order))
        if not in_order:
            found += check_secrets(desired, configuration, manifest)
            if shape is not None and not found:
                self._in_order.add(id(manifest), shape)
        yield from found


def _shape(configuration: JsonObject) -> Shape | None:
    try:
        return shape_of(configuration)
    except UnusualError:
        return None
