"""A signer signs for itself at the sites that it is granted, and writes nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests.support.databases import fresh_database
from tests.support.installation import (
    BREMEN,
    CORK,
    QUALITY_USER,
    SIGNATURE,
    Installation,
    table_digests,
)
from tests.support.logins import READER, SIGNER, Login, grant_site, new_login

QUALITY = "quality"
SIGN = (
    "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_role, meaning, "
    "config_hash, config_version, notes) SELECT site_id, extension_id, %s, 'quality-manager', "
    "'approval', config_hash, config_version, 'Looked at on line 2' "
    "FROM granted_sites.site_extension_config_versions "
    "WHERE site_id = %s AND extension_id = %s ORDER BY config_version DESC LIMIT 1"
)
UNDER = (
    "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
    "config_hash, config_version) VALUES (%s, %s, 'an-aspect', {}, 'quality-manager', %s, %s)"
)
FORGED = ("id", "signed_at", "recorded_at", "recorded_by", "metadata")


@pytest.fixture(scope="module")
def database(server_url: str, signed_installation: Installation) -> Iterator[str]:
    """A copy of the signed installation, for these tests; each has a login of its own."""
    with fresh_database(server_url, signed_installation.database) as url:
        yield url


@pytest.fixture
def quality(database: str) -> Iterator[Login]:
    """The login of the MachShop user ``quality``, granted Bremen."""
    with new_login(database, SIGNER) as login:
        with psycopg.connect(database) as owner:
            owner.execute(
                "UPDATE users SET username = %s WHERE id = %s", [login.name, QUALITY_USER]
            )
        grant_site(database, BREMEN, login)
        yield login


def signed(database: str, site: Any = BREMEN) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as owner:
        return owner.execute(
            "SELECT config_hash, config_version FROM site_extension_config_versions "
            "WHERE site_id = %s ORDER BY extension_id = %s DESC, config_version DESC",
            [site, SIGNATURE],
        ).fetchall()


def newest_audit(database: str) -> dict[str, Any]:
    with psycopg.connect(database) as owner:
        ((row,),) = owner.execute(
            "SELECT to_jsonb(audit) FROM configuration_audit_log AS audit "
            "ORDER BY sequence DESC LIMIT 1"
        ).fetchall()
    assert isinstance(row, dict)
    return row


def test_a_signature_has_its_user_time_and_login_from_the_server(
    database: str, quality: Login
) -> None:
    with quality.connection(database) as connection:
        connection.execute(SIGN, ["an-aspect", BREMEN, SIGNATURE])
        ((user, signed_at, recorded_at, recorded_by),) = connection.execute(
            "SELECT signed_by, signed_at, recorded_at, recorded_by "
            "FROM granted_sites.compliance_signoffs WHERE aspect = 'an-aspect' "
            "ORDER BY recorded_at DESC LIMIT 1"
        ).fetchall()
    assert (user, recorded_by) == (QUALITY_USER, quality.name)
    assert signed_at == recorded_at
    assert abs((datetime.now(UTC) - signed_at).total_seconds()) < 60


def test_a_signature_leaves_an_audit_row_in_its_own_transaction(
    database: str, quality: Login
) -> None:
    before = newest_audit(database)
    with quality.connection(database) as connection:
        connection.execute("SET application_name = 'quality-desk'")
        connection.execute("BEGIN")
        connection.execute(SIGN, ["an-aspect", BREMEN, SIGNATURE])
        connection.execute("ROLLBACK")
        assert newest_audit(database) == before
        connection.execute(SIGN, ["an-aspect", BREMEN, SIGNATURE])
    row = newest_audit(database)
    ((config_hash, _), *_) = signed(database)
    assert (row["action"], row["changed_by"]) == ("signoff", str(QUALITY_USER))
    assert (row["extension_id"], row["new_config_hash"]) == (SIGNATURE, config_hash)
    assert row["recorded_by"] == quality.name
    assert row["details"] | {"clientAddress": None} == {
        "origin": "out-of-band",
        "operation": "INSERT",
        "sessionUser": quality.name,
        "application": "quality-desk",
        "clientAddress": None,
        "aspect": "an-aspect",
        "signedBy": str(QUALITY_USER),
        "role": "quality-manager",
        "meaning": "approval",
    }


def test_a_signature_changes_the_signoffs_the_log_and_its_chain_and_nothing_else(
    database: str, quality: Login
) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        before = table_digests(owner)
        with quality.connection(database) as connection:
            connection.execute(SIGN, ["an-aspect", BREMEN, SIGNATURE])
        after = table_digests(owner)
    changed = {table for table, digest in after.items() if digest != before[table]}
    assert changed == {
        "compliance_signoffs",
        "configuration_audit_log",
        "configuration_audit_chain",
    }


@pytest.mark.parametrize("user", [f"'{QUALITY_USER}'", "NULL", "gen_random_uuid()"])
def test_nobody_signs_for_another_user(database: str, quality: Login, user: str) -> None:
    with new_login(database, SIGNER) as other:
        grant_site(database, BREMEN, other)
        ((config_hash, version), *_) = signed(database)
        with (
            other.connection(database) as connection,
            pytest.raises(errors.InsufficientPrivilege, match="row-level security"),
        ):
            connection.execute(
                UNDER.format(user).encode(), [BREMEN, SIGNATURE, config_hash, version]
            )


def test_nobody_signs_at_a_site_that_is_not_granted(database: str, quality: Login) -> None:
    ((config_hash, version), *_) = signed(database, CORK)
    with quality.connection(database) as connection:
        for hash_ in (config_hash, "sha256:0"):
            with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
                connection.execute(
                    UNDER.format("reconciler_session_user_id()").encode(),
                    [CORK, "line-dashboard", hash_, version],
                )


def test_nobody_signs_outside_the_site_that_the_session_is_set_to(
    database: str, quality: Login
) -> None:
    grant_site(database, CORK, quality)
    ((config_hash, version), *_) = signed(database)
    with quality.connection(database) as connection:
        connection.execute("SELECT set_config('app.site_id', %s, FALSE)", [str(CORK)])
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(
                UNDER.format("reconciler_session_user_id()").encode(),
                [BREMEN, SIGNATURE, config_hash, version],
            )


def test_a_signature_is_under_a_configuration_that_was(database: str, quality: Login) -> None:
    with quality.connection(database) as connection, pytest.raises(errors.ForeignKeyViolation):
        connection.execute(
            UNDER.format("reconciler_session_user_id()").encode(),
            [BREMEN, SIGNATURE, "sha256:0", 1],
        )


@pytest.mark.parametrize("column", FORGED)
def test_what_the_server_says_of_a_signature_cannot_be_given(
    database: str, quality: Login, column: str
) -> None:
    with quality.connection(database) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(
            sql.SQL("INSERT INTO compliance_signoffs (site_id, {}) VALUES (%s, NULL)").format(
                sql.Identifier(column)
            ),
            [BREMEN],
        )


def test_a_reader_signs_nothing(database: str, quality: Login) -> None:
    with new_login(database, READER) as reader:
        grant_site(database, BREMEN, reader)
        with (
            reader.connection(database) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            connection.execute(SIGN, ["an-aspect", BREMEN, SIGNATURE])
