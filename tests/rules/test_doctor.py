"""The rules of `db doctor` on catalogs, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.database.system_catalog import MADE_BY_MIGRATIONS, expected_catalog
from reconciler.model.diagnostic import Severity
from reconciler.model.system_catalog import SystemCatalog
from reconciler.model.weakness import Examination
from reconciler.model.weaknesses import ALL_WEAKNESSES
from reconciler.rules.doctor.check import weaknesses

EXPECTED = expected_catalog()
OBJECTS = [(subject, name) for subject in MADE_BY_MIGRATIONS for name in EXPECTED.of(subject)]
FACTS = [(subject, name, fact) for subject, name in OBJECTS for fact in EXPECTED.of(subject)[name]]
# These facts are what a sentence is filled with, and follow from the others.
FOR_SENTENCES = {
    "table",
    "trigger",
    "constraint",
    "policy",
    "kind",
    "object",
    "what",
    "restore",
    "security",
}


def live(**subjects: Mapping[str, Any]) -> SystemCatalog:
    """A database as the migrations leave it, but for some subjects."""
    roles = {
        name: {"quoted": name, "first": False, "administers": [], **facts}
        for name, facts in EXPECTED.of("roles").items()
    }
    migrations = {
        name: {**facts, "appliedBy": "migrator"}
        for name, facts in EXPECTED.of("migrations").items()
    }
    untouched = {**EXPECTED.subjects, "roles": roles, "migrations": migrations}
    return SystemCatalog({**untouched, **subjects})


def found(**subjects: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each.code, each.name) for each in weaknesses(EXPECTED, live(**subjects))]


def role(name: str, **facts: object) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(
        ("first", "login", "superuser", "bypassesRowSecurity", "createsRoles", "createsDatabases",
         "replicates"), False
    )  # fmt: skip
    return {
        **live().of("roles"),
        name: {**nothing, "quoted": name, "memberOf": [], "administers": [], **facts},
    }


def test_what_the_migrations_make_has_no_weakness() -> None:
    assert found() == []


@given(st.sampled_from(OBJECTS))
def test_whatever_is_missing_is_named(where: tuple[str, str]) -> None:
    subject, name = where
    rest = {each: facts for each, facts in EXPECTED.of(subject).items() if each != name}
    assert name in [about for _, about in found(**{subject: rest})]


@given(st.sampled_from([each for each in FACTS if each[2] not in FOR_SENTENCES]))
def test_whatever_is_altered_is_named(where: tuple[str, str, str]) -> None:
    subject, name, fact = where
    was = EXPECTED.of(subject)[name][fact]
    altered = not was if isinstance(was, bool) else "something else"
    objects = EXPECTED.of(subject)
    changed = {**objects, name: {**objects[name], fact: altered}}
    assert name in [about for _, about in found(**{subject: changed})]


def test_a_missing_role_is_named() -> None:
    rest = {name: facts for name, facts in live().of("roles").items() if "signer" not in name}
    assert found(roles=rest) == [("role-missing", "reconciler_signer")]


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_forgets_is_named(setting: str) -> None:
    facts = {"setting": setting, "value": "off", "kept": False}
    assert found(settings={setting: facts}) == [("server-not-durable", setting)]


@pytest.mark.parametrize("value", ["off", "FALSE", "0", "no"])
def test_a_setting_kept_for_a_role_is_read_as_postgresql_reads_it(value: str) -> None:
    kept = {"setting": "row_security", "kept": True, "whom": "role x", "reset": "ROLE x"}
    facts = {**kept, "value": value}
    assert found(settings={"row_security for role x": facts}) == [
        ("setting-kept", "row_security for role x")
    ]


def test_the_first_superuser_is_nobodys_weakness() -> None:
    first = role("postgres", first=True, login=True, superuser=True, bypassesRowSecurity=True)
    assert found(roles=first) == []


def test_who_migrated_may_be_the_owner_and_make_members() -> None:
    migrator = role(
        "migrator", login=True, memberOf=["reconciler_owner"], administers=["reconciler_service"]
    )
    assert found(roles=migrator) == []


def test_where_the_record_cannot_be_read_nobody_is_suspected_of_not_having_migrated() -> None:
    subjects = dict(live(roles=role("x", login=True, memberOf=["reconciler_owner"])).subjects)
    del subjects["migrations"]
    assert weaknesses(EXPECTED, SystemCatalog(subjects)) == ()


def test_a_login_that_is_a_member_of_a_role_of_the_product_is_no_weakness() -> None:
    assert found(roles=role("reader", login=True, memberOf=["reconciler_reader"])) == []


def test_warnings_let_an_examination_pass_and_errors_do_not() -> None:
    beside = ALL_WEAKNESSES["event-trigger"].of("audit", event="ddl_command_end", function="f()")
    wrong = ALL_WEAKNESSES["table-missing"].of("sites")
    assert Examination((beside,), ()).passed
    assert not Examination((wrong, beside), ()).passed


def test_every_kind_has_its_own_code_and_says_why_it_matters() -> None:
    for code, kind in ALL_WEAKNESSES.items():
        assert code == kind.code
        assert kind.about.endswith(".")
        assert kind.severity in (Severity.ERROR, Severity.WARNING)
