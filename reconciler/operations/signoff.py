"""Signing one aspect of one configuration: the entry, in the file where it is read from.

A signature that would not count is refused. Nothing is committed to git.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from reconciler.desired.editing.edit import with_appended
from reconciler.desired.file_access import FileContent, read_file, replace_file
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.document import JsonObject, JsonValue
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.model.files import SignoffEntry, UserEntry
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.planning.differences import redacted
from reconciler.rules.compliance import (
    Requirement,
    requirements,
    unsigned_requirements,
    why_void,
)
from reconciler.rules.suggestion import did_you_mean, listed


class Signable(Struct, frozen=True):
    """One configuration, the signatures that it asks for, and those it still lacks."""

    folder: Path
    state: DesiredState
    desired: DesiredConfiguration
    required: tuple[Requirement, ...]
    missing: tuple[Requirement, ...]

    @property
    def relative(self) -> str:
        """The site's own file of the extension, whether there is one or not."""
        return f"sites/{self.desired.site.slug}/extensions/{self.desired.extension}.yaml"

    @property
    def configuration(self) -> JsonValue:
        """The effective configuration, without any secret."""
        desired = self.desired
        manifest = self.state.catalog.manifest(desired.extension, desired.version)
        schema = manifest.schema if manifest else {}
        shown: JsonValue = redacted(schema, desired.configuration)
        return shown


class Signature(Struct, frozen=True):
    """What somebody is about to say: ``role`` None is the one that the site lists them for."""

    aspect: str
    signed_by: str
    role: str | None
    meaning: str
    at: datetime
    notes: str | None = None


class Signed(Struct, frozen=True):
    """A signature that counts, and what its file becomes."""

    signable: Signable
    signer: UserEntry
    entry: SignoffEntry
    content: FileContent
    data: bytes | None
    """The file with the signature in it; None where the same signature stands there already."""


def find_signable(folder: Path, site: str, extension: str) -> Signable:
    """Return a configuration of the working tree with what it asks signatures for.

    Raises:
        ReconcilerError: the desired state is not valid, or has no such configuration.
    """
    checked = check_desired_state(Source(folder))
    state = checked.comparable
    if state is None:
        stopping = [found for found in checked.diagnostics if found.stops_planning]
        raise InvalidDesiredStateError(stopping)
    desired = _configuration(state, site, extension)
    return Signable(
        folder,
        state,
        desired,
        tuple(requirements(desired, state)),
        tuple(unsigned_requirements(desired, state)),
    )


def sign(signable: Signable, signature: Signature, now: datetime) -> Signed:
    """Return a signature, ready to be written, after everything that could make it void.

    Raises:
        ReconcilerError: it would not count; the advice says what to do.
    """
    desired, state = signable.desired, signable.state
    signer = state.users.get(signature.signed_by)
    if signer is None:
        raise ReconcilerError(
            f"there is no user {signature.signed_by!r} in users.yaml",
            did_you_mean(signature.signed_by, state.users, "Add the user to users.yaml."),
        )
    if not (signature.notes or "").isprintable():
        raise UsageError(
            "the notes have characters that cannot be shown", "Write one line of text."
        )
    if signature.at > now:
        raise UsageError(
            "a signature cannot be of a time to come", "Leave --at out, or look at the clock."
        )
    written = _written(signature, _role(signable, signature), desired.config_hash)
    entry = SignoffEntry.model_validate(written)
    if void := why_void(entry, desired, state):
        raise ReconcilerError(f"this signature would not count: {void[0]}", void[1])
    content = _content(signable)
    if any(_same_statement(entry, other) for other in desired.signoffs):
        return Signed(signable, signer, entry, content, None)
    path = desired.site.document.path.removesuffix("site.yaml")
    shown = f"{path}extensions/{desired.extension}.yaml"
    data = with_appended(shown, content.data or b"", "signoffs", written)
    return Signed(signable, signer, entry, content, data)


def write_signature(signed: Signed) -> None:
    """Put a signature into its file.

    Raises:
        ReconcilerError: the file was changed in the meantime, or cannot be written.
    """
    if signed.data is not None:
        replace_file(signed.content, signed.data)


def _configuration(state: DesiredState, site: str, extension: str) -> DesiredConfiguration:
    if site not in state.sites:
        raise ReconcilerError(
            f"there is no site {site!r}", did_you_mean(site, state.sites, "Add it to sites/.")
        )
    enabled = {
        found.extension: found for found in state.configurations.values() if found.site.slug == site
    }
    if extension not in enabled:
        raise ReconcilerError(
            f"extension {extension!r} is not enabled at {site}",
            did_you_mean(extension, enabled, "Enable it first."),
        )
    return enabled[extension]


def _role(signable: Signable, signature: Signature) -> str:
    """Return the role that a signer signs as: one that is asked for, and that they hold."""
    site = signable.desired.site
    asked = [need.role for need in signable.required if need.aspect == signature.aspect]
    if not asked:
        aspects = sorted({need.aspect for need in signable.required})
        raise ReconcilerError(
            f"no signature for aspect {signature.aspect!r} is asked for here",
            did_you_mean(signature.aspect, aspects, "This configuration asks for none."),
        )
    if signature.role is not None:
        if signature.role not in asked:
            raise ReconcilerError(
                f"aspect {signature.aspect!r} asks for another role than {signature.role}",
                f"It asks for {listed(asked)}.",
            )
        return signature.role
    held = [role for role in asked if signature.signed_by in site.signers.get(role, ())]
    if len(held) > 1:
        raise UsageError(
            f"{signature.signed_by} may sign this as {listed(held)}", "Say which with --role."
        )
    if not held:
        signers = sorted({name for role in asked for name in site.signers.get(role, ())})
        raise ReconcilerError(
            f"{site.slug} does not list {signature.signed_by} as {' or '.join(asked)}",
            f"Have one of its signers sign ({listed(signers)}), or list the signer in site.yaml.",
        )
    return held[0]


def _written(signature: Signature, role: str, config_hash: str) -> JsonObject:
    """Return a signature as the file holds it, its keys in the order people read them."""
    at = signature.at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    entry: JsonObject = {
        "aspect": signature.aspect,
        "signedBy": signature.signed_by,
        "role": role,
        "meaning": signature.meaning,
        "signedAt": f"{at.isoformat()}Z",
        "configHash": config_hash,
    }
    return {**entry, "notes": signature.notes} if signature.notes else entry


def _same_statement(one: SignoffEntry, other: SignoffEntry) -> bool:
    """Return whether two signatures say the same, whenever and with whatever remark."""
    changed = {"signed_at": one.signed_at, "notes": one.notes}
    return other.model_copy(update=changed) == one


def _content(signable: Signable) -> FileContent:
    """Return the site's own file, if it still says what was checked."""
    own = signable.desired.layers[-1]
    content = read_file(signable.folder, signable.relative)
    document = read_yaml(signable.relative, content.data).document if content.data else None
    was = None if own.base else own.document.value
    if (document.value if document else None) != was:
        raise ReconcilerError(
            f"{signable.folder / signable.relative} was changed in the meantime",
            "Nothing was written; look at what is to be signed again.",
        )
    return content
