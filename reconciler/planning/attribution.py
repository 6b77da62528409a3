"""Whom a change is attributed to: the author of the commit that caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from reconciler.model.authorship import Authorship
from reconciler.model.change import Action, FieldDifference, Operation
from reconciler.model.desired import DesiredConfiguration, DesiredState, Site
from reconciler.model.pointer import contains
from reconciler.planning.compare import Divergence

NOT_COMMITTED = "not committed"


class Attribution(Struct, frozen=True):
    """Who stands behind a change, and the file that says it."""

    path: str
    author: str
    author_email: str
    changed_by: str
    commit: str | None
    reason: str


def own_file(site: Site, extension: str) -> str:
    """Return where a site's own file of an extension stands, or would."""
    folder = site.document.path.rsplit("/", 1)[0]
    return f"{folder}/extensions/{extension}.yaml"


def profile_file(head: DesiredState, name: str) -> str:
    """Return where a profile stands, or would."""
    folder = head.project_document.path.rpartition("/")[0]
    return f"{folder}/profiles/{name}.yaml" if folder else f"profiles/{name}.yaml"


def possible_causes(divergence: Divergence, head: DesiredState) -> set[str]:
    """Return every file whose last commit may have to be known for a divergence."""
    site = head.sites_by_id[divergence.key.site_id]
    paths = {own_file(site, divergence.key.extension_id), site.document.path}
    if divergence.desired is not None:
        paths.update(layer.document.path for layer in divergence.desired.layers)
    else:
        paths.update(profile_file(head, name) for name in site.profiles)
    return paths


def causes(
    divergence: Divergence, differences: Sequence[FieldDifference], head: DesiredState
) -> set[str]:
    """Return the files that can have caused a change, as narrowly as its differences tell.

    A value that is new or other comes from the file it stands in. What is gone, and what came
    or went as a whole, can have gone from any file that says something of the configuration.
    """
    wanted = divergence.desired
    if wanted is None:
        return possible_causes(divergence, head)
    if divergence.action is Action.ACTIVATE:
        own = own_file(wanted.site, wanted.extension)
        return {own} if wanted.path == own else possible_causes(divergence, head)
    found = {difference.source for difference in differences if difference.source}
    live = divergence.row.live if divergence.row else None
    if live is not None and live.version != wanted.version:
        found.add(_version_file(wanted))
    removed = any(difference.operation is Operation.REMOVE for difference in differences)
    if removed or not found:
        found.update(layer.document.path for layer in wanted.layers)
        found.add(own_file(wanted.site, wanted.extension))
    return found


def _version_file(wanted: DesiredConfiguration) -> str:
    for layer in reversed(wanted.layers):
        if contains(layer.document.value, (*layer.base, "version")):
            return layer.document.path
    return wanted.path


def of_nobody(head: DesiredState, path: str) -> Attribution:
    """Return that no file and no commit caused a change: ``path`` is where one would stand."""
    return Attribution(path, "", "", head.service_user.username, None, "")


def attribute(
    head: DesiredState,
    authorship: Mapping[str, Authorship],
    paths: set[str],
    *,
    otherwise: str,
    reason: str | None,
) -> Attribution:
    """Return whom to attribute a change to: the author of the newest commit to any of ``paths``.

    What is not committed is nobody's but the service user's, and no commit is named.

    Args:
        head: the desired state.
        authorship: who last touched each file.
        paths: the files that can have caused the change.
        otherwise: the site's own file, to name where git knows none of them.
        reason: the reason that the site's own file gives; it goes before the commit's subject
            where that file is the cause, and says nothing of what a profile changed.
    """
    revision = head.revision
    if revision.dirty:
        service = head.service_user.username
        given = reason if otherwise in paths else None
        return Attribution(otherwise, "", "", service, None, given or NOT_COMMITTED)
    known = sorted((authorship[path].age, path) for path in paths if path in authorship)
    path = known[0][1] if known else otherwise
    author = authorship.get(path) or Authorship(
        revision.commit or "", revision.author_name, revision.author_email, revision.subject
    )
    return Attribution(
        path=path,
        author=author.author_name,
        author_email=author.author_email,
        changed_by=head.user_for_author(author.author_email).username,
        commit=author.commit or None,
        reason=(reason if path == otherwise else None) or author.subject,
    )
