"""Every rule over a desired state: all findings at once."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.manifest import plain_version
from reconciler.rules.compliance import check_compliance
from reconciler.rules.configuration_schema import SchemaChecker
from reconciler.rules.references import (
    check_catalog_reference,
    check_service_user,
    check_signers,
)
from reconciler.rules.secrets import check_secrets


def check(state: DesiredState) -> Iterator[Diagnostic]:
    """Yield every finding about a desired state that could be read."""
    if state.users:  # else users.yaml is missing or not valid, which is said already
        yield from check_service_user(state)
        for site in state.sites.values():
            yield from check_signers(site, state)
    schemas = SchemaChecker()
    for known in state.catalog:
        yield from schemas.check_manifest(known)
    for desired in state.configurations.values():
        manifest = state.catalog.manifest(desired.extension, desired.version)
        if manifest is None:
            broken = desired.extension, plain_version(desired.version)
            if broken not in state.unreadable_manifests:
                yield from check_catalog_reference(desired, state.catalog)
            continue
        yield from schemas.check(desired, manifest)
        yield from check_secrets(desired, manifest)
        yield from check_compliance(desired, state)
