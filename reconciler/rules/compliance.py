"""Which aspects need whose signature, and which signoffs count (design section 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from reconciler.model.derived import RequiredSignature
from reconciler.model.desired import ChangeAuthors, DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic, DiagnosticKind, Location
from reconciler.model.files import ComplianceModel, ComplianceSettings, SignoffEntry
from reconciler.model.kinds.compliance import (
    SIGNOFF_MISSING,
    SIGNOFF_MISSING_WARNING,
    SIGNOFF_UNASKED,
    SIGNOFF_UNATTRIBUTED,
    SIGNOFF_VOID,
    UNKNOWN_AUTHOR,
)
from reconciler.model.manifest import Catalog, ManifestContent
from reconciler.rules.suggestion import did_you_mean

_CLOCKS_DIFFER_BY = timedelta(minutes=5)


class Requirement(Struct, frozen=True, order=True):
    """An aspect of a configuration that asks for the signature of a role."""

    aspect: str
    role: str
    enforced: bool


class Requirements:
    """What configurations ask signatures for: the same for each version, found out once."""

    def __init__(self, catalog: Catalog, settings: ComplianceSettings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._known: dict[tuple[str, str], list[Requirement]] = {}

    @classmethod
    def in_state(cls, state: DesiredState) -> Requirements:
        """Return those of a desired state's catalog and settings."""
        return cls(state.catalog, state.project.compliance)

    def of(self, extension: str, version: str) -> list[Requirement]:
        """Return what an extension at a version asks signatures for, in order.

        The model of the manifest says which are enforced; the project may enforce more.
        """
        asked = extension, version
        if asked not in self._known:
            manifest = self._catalog.manifest(extension, version)
            self._known[asked] = sorted(self._by(manifest.content)) if manifest else []
        return self._known[asked]

    def signatures(self, extension: str, version: str) -> list[RequiredSignature]:
        """Return the same as the database keeps it."""
        return [
            RequiredSignature(extension, each.aspect, each.role, each.enforced)
            for each in self.of(extension, version)
        ]

    def _by(self, content: ManifestContent) -> Iterator[Requirement]:
        """Yield what a manifest asks for, and the contracts of what it provides."""
        settings = self._settings
        model = content.compliance.compliance_model
        enforced = model is ComplianceModel.ENFORCED or model in settings.enforce_models
        found = {
            (delegation.aspect, delegation.delegated_to.value)
            for delegation in content.compliance.delegations
            if delegation.requires_signoff
        }
        for capability in content.capabilities.provides:
            contract = self._catalog.contracts.get(capability.name)
            asks = contract.compliance if contract else None
            if contract and asks and asks.signoff_required and asks.signoff_role:
                found.add((contract.id, asks.signoff_role.value))
        for aspect, role in found:
            yield Requirement(aspect, role, enforced or aspect in settings.enforce_aspects)


def requirements(desired: DesiredConfiguration, state: DesiredState) -> list[Requirement]:
    """Return what a configuration asks signatures for, in order."""
    return Requirements.in_state(state).of(desired.extension, desired.version)


def why_void(
    signoff: SignoffEntry, desired: DesiredConfiguration, state: DesiredState
) -> tuple[str, str] | None:
    """Return why a signoff does not count and what to do, or None where it counts."""
    if signoff.config_hash != desired.config_hash:
        return (
            "it signs another configuration than this one",
            f"Have configHash {desired.config_hash} signed, or go back to what was signed.",
        )
    if signoff.signed_by not in state.users:
        return "the signer is not in users.yaml", "Add the user, or have a user sign."
    if signoff.signed_by not in desired.site.signers.get(signoff.role.value, ()):
        return (
            f"the site does not list the signer as {signoff.role.value}",
            f"Have a signer of the site sign, or add the signer to site.yaml as {signoff.role}.",
        )
    if state.as_of is not None and signoff.signed_at > state.as_of + _CLOCKS_DIFFER_BY:
        return (
            f"it says that it will be signed at {signoff.signed_at.isoformat()}",
            "Correct signedAt: nobody signs in the future.",
        )
    if is_author(signoff, desired, state):
        return (
            "the signer is the author of the change",
            "Have another signer of the site sign: whoever makes a change may not approve it.",
        )
    return None


def is_author(signoff: SignoffEntry, desired: DesiredConfiguration, state: DesiredState) -> bool:
    """Return whether a signer wrote what is signed (four eyes); the project can relax it."""
    email = state.users[signoff.signed_by].email
    if not state.project.compliance.four_eyes or not email:
        return False
    return email.casefold() in state.authors.get(desired.key, ChangeAuthors()).emails


def why_unattributed(
    signoff: SignoffEntry, desired: DesiredConfiguration, state: DesiredState
) -> tuple[str, str] | None:
    """Return why nobody can say that a signer is not the author, and what to do; None: one can."""
    if not state.project.compliance.four_eyes:
        return None
    if not state.authors.get(desired.key, ChangeAuthors(certain=False)).certain:
        return (
            "git does not know who wrote it",
            "Commit the change by itself before it is signed, and fetch the whole history.",
        )
    if not state.users[signoff.signed_by].email:
        return (
            "the signer has no email in users.yaml to know an author by",
            "Add the email that the signer commits with.",
        )
    return None


def counting_signoffs(desired: DesiredConfiguration, state: DesiredState) -> list[SignoffEntry]:
    """Return the signoffs of a configuration that count, in a fixed order."""
    counting = [signoff for signoff in desired.signoffs if not why_void(signoff, desired, state)]
    return sorted(counting, key=lambda signoff: (signoff.aspect, signoff.signed_by))


def unsigned_requirements(desired: DesiredConfiguration, state: DesiredState) -> list[Requirement]:
    """Return the requirements of a configuration that no counting signoff meets."""
    signed = {(entry.aspect, entry.role.value) for entry in counting_signoffs(desired, state)}
    return [
        required
        for required in requirements(desired, state)
        if (required.aspect, required.role) not in signed
    ]


def check_authors(state: DesiredState) -> Iterator[Diagnostic]:
    """Yield a warning for each author of something signed whose email is nobody's.

    It may be a signer's other address, so that nobody can say that two people were at work.
    """
    if not state.project.compliance.four_eyes:
        return
    known = {user.email.casefold() for user in state.users.values() if user.email}
    wrote = Counter(email for each in state.authors.values() for email in each.emails - known)
    folder = state.project_document.path.rpartition("/")[0]
    place = Location(path=f"{folder}/users.yaml" if folder else "users.yaml")
    for email, number in sorted(wrote.items()):
        changed = "1 configuration that is" if number == 1 else f"{number} configurations that are"
        yield UNKNOWN_AUTHOR.at(place, subject=email, changed=changed)


def check_compliance(desired: DesiredConfiguration, state: DesiredState) -> Iterator[Diagnostic]:
    """Yield a finding for each requirement nobody signed, and each signoff that does not count."""
    asked = requirements(desired, state)
    if not asked and not desired.signoffs:
        return
    for requirement in unsigned_requirements(desired, state):
        kind = SIGNOFF_MISSING if requirement.enforced else SIGNOFF_MISSING_WARNING
        yield kind.at(
            desired.locate_entry("configuration"),
            site=desired.site.slug,
            extension=desired.extension,
            subject=requirement.aspect,
            aspect=requirement.aspect,
            role=requirement.role,
            config_hash=desired.config_hash,
        )
    signed = {(entry.aspect, entry.role.value) for entry in counting_signoffs(desired, state)}
    for index, signoff in enumerate(desired.signoffs):
        for kind, facts in _about(signoff, desired, state, asked, signed):
            yield kind.at(
                desired.locate_entry("signoffs", index),
                site=desired.site.slug,
                extension=desired.extension,
                subject=signoff.aspect,
                signer=signoff.signed_by,
                **facts,
            )


def _about(
    signoff: SignoffEntry,
    desired: DesiredConfiguration,
    state: DesiredState,
    asked: list[Requirement],
    signed: set[tuple[str, str]],
) -> Iterator[tuple[DiagnosticKind, dict[str, str]]]:
    """Yield what there is to say of one signoff; of one that another stands in for, nothing."""
    this = signoff.aspect, signoff.role.value
    if (void := why_void(signoff, desired, state)) is not None:
        if this not in signed:
            problem, suggestion = void
            facts = {"aspect": signoff.aspect, "problem": problem, "suggestion": suggestion}
            yield SIGNOFF_VOID, facts
        return
    if this not in {(required.aspect, required.role) for required in asked}:
        yield SIGNOFF_UNASKED, {"role": this[1], "suggestion": _asked_instead(signoff, asked)}
    elif (doubt := why_unattributed(signoff, desired, state)) is not None:
        yield SIGNOFF_UNATTRIBUTED, {"problem": doubt[0], "suggestion": doubt[1]}


def _asked_instead(signoff: SignoffEntry, asked: list[Requirement]) -> str:
    if roles := [required.role for required in asked if required.aspect == signoff.aspect]:
        return f"This aspect asks for a {' or a '.join(roles)}."
    return did_you_mean(signoff.aspect, {required.aspect for required in asked}, "Remove it.")
