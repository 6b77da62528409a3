"""What the files of an export say, from what was read; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
from uuid import UUID

from msgspec import Struct
from pydantic import ValidationError

from reconciler.database.export import StoredConfiguration, StoredSignoff, StoredUser
from reconciler.desired.editing.blocks import block_document
from reconciler.model.desired import ConfigurationKey, DesiredState, Site
from reconciler.model.document import JsonObject, JsonValue
from reconciler.model.files import SignoffEntry, UserEntry


class SiteFacts(Struct, frozen=True):
    """One site as its ``site.yaml`` will have it; ``before`` is how the desired state has it."""

    id: UUID
    slug: str
    name: str
    mes_version: str
    api_version: str
    before: Site | None = None


def yaml_file(value: JsonObject) -> bytes:
    """Return a mapping as the bytes of a file."""
    return block_document(value).encode()


def project_value(before: DesiredState | None, installation: str, service_user: str) -> JsonObject:
    """Return ``reconciler.yaml``: the settings of the desired state there is, else the fewest."""
    known = _mapping(before.project_document.value) if before else {}
    required: JsonObject = {
        "formatVersion": "1.0",
        "installation": before.project.installation if before else installation,
        "serviceUser": service_user,
    }
    return required | {key: value for key, value in known.items() if key not in required}


def site_value(facts: SiteFacts, signoffs: Iterable[StoredSignoff]) -> JsonObject:
    """Return ``site.yaml``: with signers, waivers and windows as they were, and no profiles.

    Of a site that no desired state had, whoever signed what is live is a signer in that role.
    """
    known = _mapping(facts.before.document.value) if facts.before else {}
    value: JsonObject = {
        "id": str(facts.id),
        "name": facts.name,
        "mesVersion": facts.mes_version,
        "apiVersion": facts.api_version,
    }
    value |= {key: each for key, each in known.items() if key not in (*value, "profiles", "site")}
    if facts.before is None and (signers := _signers(signoffs)):
        value["signers"] = signers
    return value


def _signers(signoffs: Iterable[StoredSignoff]) -> JsonObject:
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for signed in signoffs:
        roles[signed.role].add(signed.username)
    return {role: list[JsonValue](sorted(roles[role])) for role in sorted(roles)}


def extension_value(
    stored: StoredConfiguration, configuration: JsonObject, signoffs: Iterable[StoredSignoff]
) -> JsonObject:
    """Return one extension's file; the keys of mappings in it are sorted."""
    value: JsonObject = {"version": stored.version}
    if configuration:
        value["configuration"] = _sorted(configuration)
    if entries := [signoff_value(signed) for signed in signoffs]:
        value["signoffs"] = list[JsonValue](entries)
    return value


def _sorted(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def signoff_value(signed: StoredSignoff) -> JsonObject:
    """Return a signature as it is written below ``signoffs``."""
    at = signed.signed_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    value: JsonObject = {
        "aspect": signed.aspect,
        "signedBy": signed.username,
        "role": signed.role,
        "meaning": signed.meaning,
        "signedAt": at,
        "configHash": signed.config_hash,
    }
    return value if signed.notes is None else value | {"notes": signed.notes}


def can_be_written(signed: StoredSignoff) -> bool:
    """Return whether files can say what a recorded signature says."""
    try:
        SignoffEntry.model_validate(signoff_value(signed))
    except ValidationError:
        return False
    return True


def by_configuration(
    signoffs: Iterable[StoredSignoff],
) -> Mapping[ConfigurationKey, list[StoredSignoff]]:
    """Return signatures by what they stand under, in their order."""
    found: defaultdict[ConfigurationKey, list[StoredSignoff]] = defaultdict(list)
    for signed in signoffs:
        found[signed.key].append(signed)
    return found


def users_value(
    stored: Collection[StoredUser], before: DesiredState | None, needed: Collection[str]
) -> tuple[JsonObject, list[str]]:
    """Return ``users.yaml``, and whose email is left out since others have the same.

    Args:
        stored: MachShop's users.
        before: where names, which MachShop does not have, are taken from.
        needed: usernames that site files name; those that MachShop lacks stay as they were.
    """
    known = {user.id: user for user in before.users.values()} if before else {}
    entries = {each.username: _user(each, known.get(each.id)) for each in stored}
    for username in needed:
        if before and username not in entries and username in before.users:
            entries[username] = before.users[username]
    emails = Counter(each.email.casefold() for each in entries.values() if each.email)
    users: list[JsonValue] = []
    ambiguous = []
    for username in sorted(entries):
        user = entries[username]
        value: JsonObject = {"id": str(user.id), "username": user.username, "name": user.name}
        if user.email and emails[user.email.casefold()] > 1:
            ambiguous.append(username)
        elif user.email:
            value["email"] = user.email
        users.append(value)
    return {"users": users}, ambiguous


def _user(stored: StoredUser, before: UserEntry | None) -> UserEntry:
    return UserEntry.model_construct(
        id=stored.id,
        username=stored.username,
        name=before.name if before else stored.username,
        email=stored.email or None,
    )


def _mapping(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
