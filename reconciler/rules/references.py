"""Extensions, versions and users that a desired state names must exist."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from reconciler.model.desired import DesiredConfiguration, DesiredState, Site
from reconciler.model.diagnostic import MOST_FINDINGS, Diagnostic
from reconciler.model.kinds.files import UNKNOWN_EXTENSION, UNKNOWN_USER, UNKNOWN_VERSION
from reconciler.model.manifest import Catalog
from reconciler.rules.suggestion import did_you_mean, listed


def check_catalog_reference(
    desired: DesiredConfiguration, catalog: Catalog
) -> Iterator[Diagnostic]:
    """Yield a finding if the catalog lacks the extension or this version of it."""
    known = catalog.versions(desired.extension)
    if not known:
        yield UNKNOWN_EXTENSION.at(
            desired.locate_entry(),
            site=desired.site.slug,
            extension=desired.extension,
            suggestion=did_you_mean(
                desired.extension, catalog.manifests, "Add its manifest to catalog/extensions/."
            ),
        )
    elif catalog.manifest(desired.extension, desired.version) is None:
        yield UNKNOWN_VERSION.at(
            desired.locate_entry("version"),
            site=desired.site.slug,
            extension=desired.extension,
            version=desired.version,
            versions=listed(known),
        )


def check_signers(site: Site, state: DesiredState) -> Iterator[Diagnostic]:
    """Yield a finding for each signer of a site who is not a user."""
    # One more than is listed, so that it shows that there are others.
    yield from islice(_unknown_signers(site, state), MOST_FINDINGS + 2)


def _unknown_signers(site: Site, state: DesiredState) -> Iterator[Diagnostic]:
    for role, usernames in site.signers.items():
        for index, username in enumerate(usernames):
            if username not in state.users:
                yield UNKNOWN_USER.at(
                    site.document.locate(("signers", role, index)),
                    site=site.slug,
                    subject=username,
                    username=username,
                    suggestion=did_you_mean(username, state.users, "Add the user to users.yaml."),
                )


def check_service_user(state: DesiredState) -> Iterator[Diagnostic]:
    """Yield a finding if the service user is not a user."""
    if state.project.service_user not in state.users:
        yield UNKNOWN_USER.at(
            state.project_document.locate(("serviceUser",)),
            subject=state.project.service_user,
            username=state.project.service_user,
            suggestion=did_you_mean(
                state.project.service_user, state.users, "Add the user to users.yaml."
            ),
        )
