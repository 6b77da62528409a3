"""Every rule over a desired state: all findings at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds import WAIVABLE
from reconciler.rules.catalog import check_catalog
from reconciler.rules.compliance import (
    Requirements,
    check_authors,
    check_compliance,
    requirements,
)
from reconciler.rules.foundation import check_deactivation, opted_out
from reconciler.rules.lifecycle import check_lifecycle, has_had_its_time
from reconciler.rules.references import check_service_user, check_signers
from reconciler.rules.relation_findings import check_relations
from reconciler.rules.relations import Installation
from reconciler.rules.waivers import waived


def check(
    state: DesiredState, installation: Installation, content: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """Return every finding about a desired state that could be read, waivers weighed.

    Args:
        state: the desired state.
        installation: its extensions among themselves.
        content: what was found about the values of its configurations when they were read.
    """
    found = [
        *content,
        *check_people(state),
        *check_catalog(state),
        *_check_configurations(state),
        *check_relations(state, installation),
        *_check_opt_outs(state, installation),
    ]
    return waived(state, found, WAIVABLE)


def check_people(state: DesiredState) -> Iterator[Diagnostic]:
    """Yield what is wrong with the people that a desired state names."""
    if state.users:  # else users.yaml is missing or not valid, which is said already
        yield from check_service_user(state)
        yield from check_authors(state)
        for site in state.sites.values():
            yield from check_signers(site, state)


def _check_configurations(state: DesiredState) -> Iterator[Diagnostic]:
    for desired in state.at_versions(Requirements.in_state(state).of):
        yield from check_compliance(desired, state)
    for key in state.signed:
        desired = state.configurations[key]
        known = state.catalog.manifest(desired.extension, desired.version)
        if known is not None and not requirements(desired, state):
            yield from check_compliance(desired, state)  # of those above, nobody asked for it
    for desired in state.at_versions(partial(has_had_its_time, state.catalog)):
        yield from check_lifecycle(desired, state)


def _check_opt_outs(state: DesiredState, installation: Installation) -> Iterator[Diagnostic]:
    for gone in opted_out(state):
        yield from check_deactivation(gone, state, installation)
