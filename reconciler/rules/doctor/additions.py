"""What somebody added beside what the migrations made, and whether it opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.model.system_catalog import Facts, SystemCatalog
from reconciler.model.weakness import Weakness, WeaknessKind
from reconciler.model.weaknesses import access, schema
from reconciler.rules.doctor.roles import Roles

LIVE: Final = "site_extension_configs"
"""The table that MachShop reads, and where edits by hand are recorded as such."""

_EDITS: Final = frozenset({"INSERT", "UPDATE", "DELETE"})
_PUBLIC: Final = "PUBLIC"


def addition_weaknesses(expected: SystemCatalog, found: SystemCatalog) -> Iterator[Weakness]:
    """Yield what policies, privileges, views, functions and rules beside the product's may open."""
    roles = Roles.of(found)
    for name in found.of("policies").keys() - expected.of("policies").keys():
        yield _policy(name, found.of("policies")[name], expected)
    overloads = found.of("functions").keys() - expected.of("functions").keys()
    for name in found.of("grants").keys() - expected.of("grants").keys():
        facts = found.of("grants")[name]
        if facts["object"] not in overloads:
            yield _grant_kind(facts, expected).of(name, facts)
    for name in found.of("views").keys() - expected.of("views").keys():
        yield from _view(name, found.of("views")[name], roles)
    for name, facts in found.of("definers").items():
        yield from _definer(name, facts, roles)
    for name, facts in found.of("rules").items():
        yield schema.RULE_UNEXPECTED.of(name, facts)
    for name, facts in found.of("default_privileges").items():
        if roles.is_owner(str(facts["maker"])):
            yield access.DEFAULT_PRIVILEGES.of(name, facts)


def _policy(name: str, facts: Facts, expected: SystemCatalog) -> Weakness:
    """A policy for somebody else on the live configurations is MachShop's way to read them."""
    concerned = set(facts["roles"]) & {_PUBLIC, *expected.of("roles")}
    beside = facts["table"] == LIVE and not concerned
    kind = access.POLICY_BESIDE if beside else access.POLICY_UNEXPECTED
    return kind.of(name, facts, to=", ".join(facts["roles"]))


def _grant_kind(facts: Facts, expected: SystemCatalog) -> WeaknessKind:
    table, privilege = facts["table"], facts["privilege"]
    if facts["grantee"] == _PUBLIC or facts["kind"] not in ("TABLE", "COLUMN"):
        return access.GRANT_UNEXPECTED
    filtered = expected.of("tables").get(table, {}).get("forced") or (
        expected.of("views").get(table, {}).get("barrier")
    )
    reads = privilege == "SELECT" and filtered
    edits = privilege in _EDITS and table == LIVE
    return access.GRANT_BESIDE if reads or edits else access.GRANT_UNEXPECTED


def _view(name: str, facts: Facts, roles: Roles) -> Iterator[Weakness]:
    if facts["invoker"]:
        return
    leaks = facts["materialized"] or roles.sees_all(str(facts["owner"]))
    yield (access.VIEW_LEAKS if leaks else access.VIEW_BESIDE).of(name, facts)


def _definer(name: str, facts: Facts, roles: Roles) -> Iterator[Weakness]:
    owner = str(facts["owner"])
    if not facts["open"] or not roles.sees_all(owner):
        return
    if not facts["pinned"]:
        yield access.DEFINER_UNPINNED.of(name, facts)
    elif roles.is_owner(owner):
        yield access.DEFINER_AS_OWNER.of(name, facts)
    else:
        yield access.DEFINER_BESIDE.of(name, facts)
