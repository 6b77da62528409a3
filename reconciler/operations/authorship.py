"""Who stands behind the files of a plan's changes and signoffs, asked of git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.desired.change_authors import configuration_writers
from reconciler.desired.git import open_folder
from reconciler.model.authorship import Authorship
from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.files import SignoffEntry
from reconciler.planning.attribution import own_file, possible_causes
from reconciler.planning.compare import Divergence


def authorship_of(
    folder: Path,
    head: DesiredState,
    found: list[Divergence],
    signoffs: tuple[tuple[DesiredConfiguration, SignoffEntry], ...],
) -> dict[str, Authorship]:
    """Return who last touched the files behind the divergences and signoffs."""
    commit, git = head.revision.commit, open_folder(folder)
    if commit is None or git is None:
        return {}
    paths = {configuration.path for configuration, _ in signoffs}
    for divergence in found:
        paths |= possible_causes(divergence, head)
    return git.authorship(commit, paths)


def writers_of(folder: Path, head: DesiredState, found: list[Divergence]) -> dict[str, Authorship]:
    """Return who wrote what is changed and signed: a signer who commits is not its author."""
    commit, git = head.revision.commit, open_folder(folder)
    if commit is None or git is None:
        return {}
    signed = [each.desired for each in found if each.desired and each.desired.signoffs]
    paths = {own_file(each.site, each.extension) for each in signed}
    return configuration_writers(git, commit, paths) if paths else {}


def users_needed(
    head: DesiredState,
    authorship: Mapping[str, Authorship],
    wrote: Mapping[str, Authorship],
    signoffs: tuple[tuple[DesiredConfiguration, SignoffEntry], ...],
) -> set[str]:
    """Return whom changes would be attributed to, and who signed what is to be recorded."""
    known = {**authorship, **wrote}.values()
    emails = {head.revision.author_email, *(author.author_email for author in known)}
    authors = {head.user_for_author(email).username for email in emails}
    signers = {signoff.signed_by for _, signoff in signoffs}
    return {head.project.service_user} | authors | signers
