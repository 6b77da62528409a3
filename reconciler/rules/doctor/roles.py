"""Who can become what: the product's roles, their members, and roles that pass everything by."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from reconciler.model.system_catalog import Facts, Objects, SystemCatalog
from reconciler.model.weakness import Weakness
from reconciler.model.weaknesses import access

OWNER: Final = "reconciler_owner"
SERVICE: Final = "reconciler_service"
AUDITOR: Final = "reconciler_auditor"

_ATTRIBUTES: Final = {
    "superuser": "SUPERUSER",
    "bypassesRowSecurity": "BYPASSRLS",
    "createsRoles": "CREATEROLE",
    "replicates": "REPLICATION",
}
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


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a server, as they were found."""

    found: Objects

    def sees_all(self, role: str) -> bool:
        """Tell whether no row-level security by site holds for a role."""
        facts = self.found.get(role)
        if facts is None:
            return False
        can_be = {role, *facts["memberOf"]}
        return any(facts[each] for each in _BYPASSING) or bool(can_be & {OWNER, SERVICE, AUDITOR})

    def is_owner(self, role: str) -> bool:
        """Tell whether a role is the schema's owner, or may assume it."""
        return role == OWNER or OWNER in self.found.get(role, {}).get("memberOf", ())


def role_weaknesses(expected: SystemCatalog, found: SystemCatalog) -> Iterator[Weakness]:
    """Yield what is wrong with the product's roles and with those who are members of them."""
    own, there = expected.of("roles"), found.of("roles")
    migrators = _migrators(found)
    for name, facts in own.items():
        yield from _own_role(name, facts, there.get(name))
    for name, facts in there.items():
        if name not in own:
            yield from _other_role(
                facts, own.keys(), trusted=migrators is None or name in migrators
            )


def _migrators(found: SystemCatalog) -> AbstractSet[str] | None:
    """Return who applied migrations, and may therefore be the owner; None where it is not known."""
    if "migrations" not in found.subjects:
        return None
    return {str(facts["appliedBy"]) for facts in found.of("migrations").values()}


def _own_role(name: str, expected: Facts, found: Facts | None) -> Iterator[Weakness]:
    if found is None:
        yield access.ROLE_MISSING.of(name)
        return
    for fact, wanted in expected.items():
        if found[fact] != wanted:
            word = _ATTRIBUTES.get(fact, fact)
            yield access.ROLE_ALTERED.of(name, fact=word, expected=wanted, found=found[fact])


def _other_role(facts: Facts, own: AbstractSet[str], *, trusted: bool) -> Iterator[Weakness]:
    name, can_be = str(facts["quoted"]), set(facts["memberOf"])
    serves = sorted((can_be & own) - {OWNER})
    if serves:
        for fact, attribute in _ATTRIBUTES.items():
            if facts[fact]:
                yield access.MEMBER_PRIVILEGED.of(name, role=serves[0], attribute=attribute)
    elif facts["login"] and not facts["first"]:
        for fact in _BYPASSING:
            if facts[fact]:
                yield access.LOGIN_BYPASSES.of(name, attribute=_ATTRIBUTES[fact])
                break
    if facts["superuser"]:
        return
    yield from _memberships(name, can_be, serves, trusted=trusted)
    if not trusted:
        for role in sorted(set(facts["administers"]) & own):
            yield access.MEMBER_ADMIN.of(name, role=role)


def _memberships(
    name: str, can_be: AbstractSet[str], serves: list[str], *, trusted: bool
) -> Iterator[Weakness]:
    if OWNER in can_be:
        if not trusted:
            yield access.OWNER_MEMBER.of(name)
        if serves:
            yield access.OWNER_SERVES.of(name, role=serves[0])
    for role in sorted(can_be & _WRITERS):
        yield access.PREDEFINED_WRITER.of(name, role=role)
    for role in sorted(can_be & _READERS):
        yield access.PREDEFINED_READER.of(name, role=role)
