"""Who can become what: the product's roles, their members, and roles that pass everything by."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import Struct

from reconciler.model.system_catalog import Facts, Objects, SystemCatalog
from reconciler.model.weakness import Weakness
from reconciler.model.weaknesses import access, surroundings

OWNER: Final = "reconciler_owner"
SERVICE: Final = "reconciler_service"
AUDITOR: Final = "reconciler_auditor"

_ATTRIBUTES: Final = {
    "superuser": "SUPERUSER",
    "bypassesRowSecurity": "BYPASSRLS",
    "createsRoles": "CREATEROLE",
    "replicates": "REPLICATION",
}
_WORDS: Final = {**_ATTRIBUTES, "login": "LOGIN", "createsDatabases": "CREATEDB"}
_BYPASSING: Final = ("superuser", "bypassesRowSecurity")
_WRITERS: Final = frozenset(
    {
        "pg_write_all_data",
        "pg_execute_server_program",
        "pg_read_server_files",
        "pg_write_server_files",
    }
)
_READERS: Final = frozenset({"pg_read_all_data"})


class Roles(Struct, frozen=True):
    """The roles of a server as they were found, and what each can be.

    ``migrators`` applied migrations and may therefore be the owner; None where it is not known.
    """

    found: Objects
    migrators: AbstractSet[str] | None

    @classmethod
    def of(cls, found: SystemCatalog) -> Roles:
        """Return the roles of a catalog."""
        known = "migrations" in found.subjects
        applied = {str(facts["appliedBy"]) for facts in found.of("migrations").values()}
        return cls(found.of("roles"), applied if known else None)

    def can_be(self, role: str) -> list[str]:
        """Return a role and those that it may assume or has the privileges of, itself first."""
        return [role, *self.found.get(role, {}).get("memberOf", ())]

    def holder(self, role: str, attribute: str) -> str | None:
        """Return who gives a role an attribute: itself, or a role that it can be."""
        holders = (each for each in self.can_be(role) if self.found.get(each, {}).get(attribute))
        return next(holders, None)

    def sees_all(self, role: str) -> bool:
        """Tell whether no row-level security by site holds for a role."""
        return not {OWNER, SERVICE, AUDITOR}.isdisjoint(self.can_be(role)) or any(
            self.holder(role, attribute) for attribute in _BYPASSING
        )

    def is_owner(self, role: str) -> bool:
        """Tell whether a role is the schema's owner, or may assume it."""
        return OWNER in self.can_be(role)

    def is_trusted(self, role: str) -> bool:
        """Tell whether a role may be the owner: it migrates, or nothing can be kept from it."""
        migrates = self.migrators is None or role in self.migrators
        return migrates or self.is_owner(role) or bool(self.holder(role, "superuser"))

    def quoted(self, role: str) -> str:
        """Return a role's name as SQL writes it."""
        return str(self.found.get(role, {}).get("quoted", role))


def role_weaknesses(expected: SystemCatalog, found: SystemCatalog) -> Iterator[Weakness]:
    """Yield what is wrong with the product's roles, their members, and who rules the schema."""
    roles, own = Roles.of(found), expected.of("roles")
    for name, facts in own.items():
        yield from _own_role(name, facts, roles.found.get(name))
    for name in roles.found.keys() - own.keys():
        yield from _attributes(name, own.keys(), roles)
        if not roles.found[name]["superuser"]:
            yield from _memberships(name, own.keys(), roles)
    for name, facts in found.of("creators").items():
        if facts["role"] is None:
            yield surroundings.SCHEMA_CREATE.of("public")
        elif not roles.is_trusted(facts["role"]):
            yield surroundings.SCHEMA_CREATOR.of(name)
    for name, facts in found.of("schemaOwners").items():
        if not roles.is_trusted(facts["role"]):
            yield surroundings.SCHEMA_OWNER.of(name)


def _own_role(name: str, expected: Facts, found: Facts | None) -> Iterator[Weakness]:
    if found is None:
        yield access.ROLE_MISSING.of(name)
        return
    for role in set(found["memberOf"]) - set(expected["memberOf"]):
        yield access.ROLE_MEMBER.of(name, role=role)
    for fact in expected.keys() - {"memberOf"}:
        if found[fact] != expected[fact]:
            yield access.ROLE_ALTERED.of(name, fact=_WORDS[fact])


def _attributes(role: str, own: AbstractSet[str], roles: Roles) -> Iterator[Weakness]:
    """A login with an attribute that goes past row security, or a member that could get there."""
    facts, serves = roles.found[role], _serves(role, own, roles)
    for attribute, word in _ATTRIBUTES.items():
        holder = roles.holder(role, attribute)
        if holder is None:
            continue
        name, other = str(facts["quoted"]), roles.quoted(holder)
        mend = f"ALTER ROLE {name} NO{word};" if holder == role else f"REVOKE {other} FROM {name};"
        if serves:
            yield access.MEMBER_PRIVILEGED.of(name, role=serves[0], attribute=word, mend=mend)
        elif facts["login"] and not facts["first"] and attribute in _BYPASSING:
            yield access.LOGIN_BYPASSES.of(name, attribute=word, mend=mend)


def _memberships(role: str, own: AbstractSet[str], roles: Roles) -> Iterator[Weakness]:
    name, can_be = roles.quoted(role), roles.can_be(role)
    migrates = roles.migrators is None or role in roles.migrators
    serves = _serves(role, own, roles)
    if OWNER in can_be:
        if not migrates:
            yield access.OWNER_MEMBER.of(name)
        if serves:
            yield access.OWNER_SERVES.of(name, role=serves[0])
    for each in can_be:
        if each in _WRITERS:
            yield access.PREDEFINED_WRITER.of(name, role=each)
        elif each in _READERS:
            yield access.PREDEFINED_READER.of(name, role=each)
    if not migrates:
        for each in sorted(own & set(roles.found[role]["administers"])):
            yield access.MEMBER_ADMIN.of(name, role=each)


def _serves(role: str, own: AbstractSet[str], roles: Roles) -> list[str]:
    """Return the product's roles that a role is a member of, but for the owner."""
    return sorted((own & set(roles.can_be(role))) - {OWNER})
