"""Rows that do not validate, or that no table can hold: adopted or kept all the same, and named."""

from __future__ import annotations

from hashlib import md5
from typing import Any
from uuid import UUID

from reconciler.database.connection import Connection, connect
from reconciler.database.state import drifted_sites, managed_rows
from reconciler.model.adoption import Adoption, AdoptionCode, AdoptionFinding
from reconciler.operations.adoption import adopt
from reconciler.report.adoption_text import adoption_as_text
from tests.cli.conftest import Command

SITE = UUID(md5(b"site 1", usedforsecurity=False).hexdigest())
ONE = "site_id = md5('site 1')::uuid AND extension_id = 'extension-1'"
SECRET = "hunter2"  # noqa: S105 - what must not be repeated


def adopted(connection: Connection, *statements: str) -> Adoption:
    """Change the seed, and adopt it."""
    for statement in statements:
        assert connection.execute(statement.encode()).rowcount != 0
    done = adopt(connection)
    assert done is not None
    return done


def found(done: Adoption) -> list[tuple[AdoptionCode, str | None, str]]:
    return [(each.code, each.extension, each.message) for each in done.findings]


def one(connection: Connection, statement: str) -> tuple[Any, ...]:
    (row,) = connection.execute(statement.encode()).fetchall()
    return tuple(row)


def test_a_secret_in_plaintext_is_named_by_its_place_and_gets_into_no_history(
    seed: str, command: Command
) -> None:
    with connect(seed) as connection:
        done = adopted(
            connection,
            "UPDATE site_extension_configs SET configuration = "  # noqa: S608
            f'\'{{"sap": {{"password": "{SECRET}"}}}}\' WHERE {ONE}',
        )
        assert [(each.code, each.place) for each in done.findings] == [
            (AdoptionCode.PLAINTEXT, "/sap/password")
        ]
        assert SECRET not in adoption_as_text(done)
        live = one(
            connection,
            "SELECT validated, validation_errors -> 0 ->> 'place', configuration::text "  # noqa: S608
            f"FROM site_extension_configs WHERE {ONE}",
        )
        assert live[:2] == (False, "/sap/password")
        assert SECRET in live[2]
        rows = managed_rows(connection, [SITE])
        assert {row.key.extension_id for row in rows if row.drifted} == {"extension-1"}
        assert drifted_sites(connection, [SITE]) == {SITE}
        for table in (
            "site_extension_config_versions",
            "configuration_snapshots",
            "configuration_audit_log",
        ):
            counted = f"SELECT count(*) FROM {table} AS kept WHERE kept::text LIKE '%{SECRET}%'"  # noqa: S608
            assert one(connection, counted) == (0,)
    verified = command("snapshot", "verify", DATABASE_URL=seed)
    assert verified.code == 0, verified.out + verified.err


def test_what_no_file_can_hold_is_adopted_and_said_to_be_invalid(
    seed: str, command: Command
) -> None:
    with connect(seed) as connection:
        done = adopted(
            connection,
            f"UPDATE site_extension_configs SET configuration = '[1]' WHERE {ONE}",  # noqa: S608
            "UPDATE site_extension_configs SET configuration = '{\"serial\": 9007199254740993}' "
            "WHERE site_id = md5('site 2')::uuid AND extension_id = 'extension-2'",
            "UPDATE site_extension_configs SET version = 'newest' "
            "WHERE site_id = md5('site 3')::uuid AND extension_id = 'extension-3'",
        )
        assert {(extension, message) for _, extension, message in found(done)} == {
            ("extension-1", "its configuration is no mapping"),
            ("extension-2", "it holds a number that loses digits where JSON is read"),
            ("extension-3", "'newest' is no semantic version"),
        }
        assert one(
            connection,
            "SELECT count(*) FROM site_extension_configs WHERE NOT validated "
            'AND validation_errors @> \'[{"code": "configuration-unwritable"}]\'',
        ) == (3,)
    assert command("snapshot", "verify", DATABASE_URL=seed).code == 0
    assert command("audit", "verify", DATABASE_URL=seed).code == 0


def test_a_number_that_was_signed_for_two_hashes_is_given_to_one_and_noted_at_the_other(
    seed: str,
) -> None:
    with connect(seed) as connection:
        done = adopted(
            connection,
            "ALTER TABLE compliance_signoffs DROP CONSTRAINT fk_config_hash",
            "UPDATE compliance_signoffs SET config_version = 1, config_hash = 'an older one' "  # noqa: S608
            f"WHERE {ONE} AND signed_role = 'site-manager'",
            f"UPDATE compliance_signoffs SET config_version = 1 WHERE {ONE}",  # noqa: S608
            "UPDATE compliance_signoffs SET config_version = -4 "
            "WHERE site_id = md5('site 2')::uuid AND extension_id = 'extension-2' "
            "AND signed_role = 'site-manager'",
        )
        codes = [code for code, _, _ in found(done)]
        assert sorted(codes) == [
            AdoptionCode.SIGNOFF_OTHER_HASH,
            AdoptionCode.SIGNOFF_RENUMBERED,
            AdoptionCode.SIGNOFF_RENUMBERED,
        ]
        kept = connection.execute(
            "SELECT config_version, config_hash = 'an older one', metadata -> 'signedConfigVersion'"  # noqa: S608
            f" FROM compliance_signoffs WHERE {ONE} ORDER BY 1, 3".encode()
        ).fetchall()
        assert kept == [(1, False, None), (1, False, None), (2, True, 1)]
        assert one(
            connection,
            "SELECT version, configuration FROM site_extension_config_versions "  # noqa: S608
            f"WHERE {ONE} AND config_hash = 'an older one'",
        ) == (None, None)


def test_what_no_table_can_hold_is_kept_whole_and_listed(seed: str, command: Command) -> None:
    gone = "'99999999-0000-4000-8000-000000000000'"
    with connect(seed) as connection:
        done = adopted(
            connection,
            "ALTER TABLE configuration_audit_log DROP CONSTRAINT fk_site, DROP CONSTRAINT fk_user, "
            "DROP CONSTRAINT valid_action",
            "ALTER TABLE compliance_signoffs "
            "DROP CONSTRAINT fk_site, DROP CONSTRAINT fk_config_hash",
            "ALTER TABLE site_extension_configs DROP CONSTRAINT fk_site CASCADE, "
            "DROP CONSTRAINT unique_site_extension CASCADE, "
            "DROP CONSTRAINT site_extension_configs_config_hash_key",
            "INSERT INTO configuration_audit_log (site_id, extension_id, action, changed_by) "  # noqa: S608
            f"VALUES ({gone}, 'lost', 'activated', md5('user 1')::uuid), "
            f"(md5('site 1')::uuid, 'odd', 'renamed', md5('user 1')::uuid), "
            f"(md5('site 1')::uuid, 'odd', 'signoff', {gone})",
            "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, "  # noqa: S608
            "signed_role, config_hash, config_version) "
            f"VALUES ({gone}, 'lost', 'x', md5('user 1')::uuid, 'site-manager', 'h', 1)",
            "INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, "  # noqa: S608
            "config_hash, updated_at) "
            f"SELECT site_id, extension_id, '0.9.0', '{{}}', 'older', '2020-01-01' "
            f"FROM site_extension_configs WHERE {ONE}",
            "INSERT INTO extension_conflicts_detected (site_id, extension_id_1, extension_id_2, "
            "conflict_type, reason) VALUES (md5('site 1')::uuid, 'a', 'b', 'taste', 'ugly')",
        )
        assert sorted((each.found_in, each.message) for each in done.findings) == [
            ("compliance_signoffs", "MachShop has no such site"),
            ("configuration_audit_log", "MachShop has no such site"),
            ("configuration_audit_log", "MachShop has no such user"),
            ("configuration_audit_log", "there is no such action"),
            ("extension_conflicts_detected", "there is no such type of conflict"),
            ("site_extension_configs", "the site has a newer row of the same extension"),
        ]
        assert {table.name: table.left_over for table in done.tables if table.left_over} == {
            "compliance_signoffs": 1,
            "configuration_audit_log": 3,
            "extension_conflicts_detected": 1,
            "site_extension_configs": 1,
        }
        assert one(
            connection,
            "SELECT content ->> 'config_hash', content ->> 'version' FROM adoption_leftovers "
            "WHERE found_in = 'site_extension_configs'",
        ) == ("older", "0.9.0")
    assert command("audit", "verify", DATABASE_URL=seed).code == 0


def test_a_report_repeats_no_control_character(seed: str) -> None:
    with connect(seed) as connection:
        done = adopted(
            connection,
            "ALTER TABLE site_extension_configs DROP CONSTRAINT unique_site_extension CASCADE, "
            "DROP CONSTRAINT unique_site_extension_hash CASCADE",
            f"UPDATE site_extension_configs SET extension_id = E'\\x1b[2J' WHERE {ONE}",  # noqa: S608
        )
    assert any(isinstance(each, AdoptionFinding) for each in done.findings)
    assert "\x1b" not in adoption_as_text(done)
