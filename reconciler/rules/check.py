"""Every rule over a desired state: all findings at once."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds import WAIVABLE
from reconciler.model.manifest import plain_version
from reconciler.rules.catalog import (
    as_relied_on,
    check_catalog,
    check_ranges,
    enabled_versions,
)
from reconciler.rules.compliance import check_authors, check_compliance
from reconciler.rules.configuration_schema import SchemaChecker
from reconciler.rules.foundation import check_deactivation, opted_out
from reconciler.rules.lifecycle import check_lifecycle
from reconciler.rules.references import (
    check_catalog_reference,
    check_service_user,
    check_signers,
)
from reconciler.rules.relation_findings import check_relations
from reconciler.rules.relations import Installation
from reconciler.rules.secrets import check_secrets
from reconciler.rules.waivers import waived


def check(state: DesiredState, installation: Installation) -> list[Diagnostic]:
    """Return every finding about a desired state that could be read, waivers weighed."""
    found = [
        *_check_people(state),
        *check_catalog(state),
        *_check_configurations(state),
        *check_relations(state, installation),
        *_check_opt_outs(state, installation),
    ]
    return waived(state, found, WAIVABLE)


def _check_people(state: DesiredState) -> Iterator[Diagnostic]:
    if state.users:  # else users.yaml is missing or not valid, which is said already
        yield from check_service_user(state)
        yield from check_authors(state)
        for site in state.sites.values():
            yield from check_signers(site, state)


def _check_configurations(state: DesiredState) -> Iterator[Diagnostic]:
    schemas = SchemaChecker()
    enabled = enabled_versions(state)
    for known in state.catalog:
        relied_on = known.identity in enabled
        broken = [*schemas.check_manifest(known), *check_ranges(known)]
        yield from as_relied_on(broken, relied_on=relied_on)
    for desired in state.configurations.values():
        manifest = state.catalog.manifest(desired.extension, desired.version)
        if manifest is None:
            identity = desired.extension, plain_version(desired.version)
            if identity not in state.unreadable_manifests:
                yield from check_catalog_reference(desired, state.catalog)
            continue
        yield from schemas.check(desired, manifest)
        yield from check_secrets(desired, manifest)
        yield from check_compliance(desired, state)
        yield from check_lifecycle(desired, manifest, state)


def _check_opt_outs(state: DesiredState, installation: Installation) -> Iterator[Diagnostic]:
    for gone in opted_out(state):
        yield from check_deactivation(gone, state, installation)
