"""What only an adoption may write: nobody else comes by a signature, or an entry, that way."""

from __future__ import annotations

import pytest
from psycopg import errors

from reconciler.database.connection import connect
from reconciler.model.plan import BlockCode
from tests.support.installation import (
    BREMEN,
    BREMEN_SIGNATURE,
    Installation,
    signature_file,
    signoff_entry,
)
from tests.support.logins import SERVICE, new_login

ADOPTING = """
INSERT INTO reconcile_runs (id, kind, status, summary, tool_version)
VALUES ('c0000000-0000-4000-8000-000000000001', 'adoption', 'applied', '{}', '1')
"""
ONLY_AN_ADOPTION = {
    "an earlier hash": "INSERT INTO adopted_hashes "
    "SELECT '{site}', 'e-signature', 'signed', 'sha256:now', id FROM reconcile_runs",
    "a row left over": "INSERT INTO adoption_leftovers "
    "(site_id, found_in, content, reason, run_id) "
    "SELECT '{site}', 'x', '{{}}', 'y', id FROM reconcile_runs",
    "a version without content": "INSERT INTO site_extension_config_versions "
    "(site_id, extension_id, config_version, config_hash, run_id) "
    "SELECT '{site}', 'e-signature', 99, 'h', id FROM reconcile_runs",
    "an entry": "INSERT INTO configuration_audit_log (site_id, extension_id, action, details) "
    "VALUES ('{site}', 'e-signature', 'adopted', '{{\"origin\": \"adopted\"}}')",
}


@pytest.mark.parametrize("what", ONLY_AN_ADOPTION)
def test_outside_an_adoption_not_even_the_owner_writes(
    installation: Installation, what: str
) -> None:
    with pytest.raises(errors.RestrictViolation, match="only an adoption"):
        installation.rows(ONLY_AN_ADOPTION[what].format(site=BREMEN))


@pytest.mark.parametrize("table", ["adopted_hashes", "adoption_leftovers"])
def test_what_an_adoption_wrote_is_never_altered(adopted: tuple[str, object], table: str) -> None:
    url, _ = adopted
    with connect(url) as connection:
        connection.execute("BEGIN")
        connection.execute(ADOPTING.encode())
        connection.execute(ONLY_AN_ADOPTION["a row left over"].format(site=BREMEN).encode())
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608
        connection.execute("ROLLBACK")


def test_the_service_may_neither_adopt_nor_add_an_earlier_hash(installation: Installation) -> None:
    with (
        new_login(installation.owner_url, SERVICE) as service,
        service.connection(installation.owner_url) as connection,
    ):
        for statement in (
            ADOPTING,
            *(each.format(site=BREMEN) for each in ONLY_AN_ADOPTION.values()),
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
                connection.execute(statement.encode())


def test_a_new_signature_that_does_not_say_what_it_means_is_not_recorded(
    installation: Installation,
) -> None:
    (needed,) = installation.plan().needed_signoffs
    entry = signoff_entry(needed.config_hash).replace("approval", "unstated")
    installation.commit("Sign without a meaning", {BREMEN_SIGNATURE: signature_file(rest=entry)})
    plan = installation.plan()
    assert [reason.code for reason in plan.blocked] == [BlockCode.UNSTATED_MEANING]
    assert not plan.blocked[0].forceable
    assert "review, approval, responsibility or authorship" in plan.blocked[0].message
