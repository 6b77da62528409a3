"""A rehearsal does all that an apply does, and leaves nothing behind."""

from __future__ import annotations

import pytest

from reconciler.model.errors import LockNotObtainedError, ReconcilerError
from reconciler.model.plan import Plan
from reconciler.operations.apply import ApplyRequest, rehearse
from tests.support.installation import CORK_ERP, PROFILE, Installation, erp_file, profile_file

VERSIONS_ALLOWED = """
CREATE TABLE allowed (version varchar(20) PRIMARY KEY);
ALTER TABLE site_extension_configs ADD CONSTRAINT version_allowed FOREIGN KEY (version)
    REFERENCES allowed (version) DEFERRABLE INITIALLY DEFERRED NOT VALID
"""
REFUSING_TRIGGER = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the plant is being audited'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON configuration_audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one merged change that was not applied yet."""
    installation.commit("Take 3.1.0", {CORK_ERP: erp_file("cork", version="3.1.0")})
    return installation


def rehearsed(installation: Installation) -> Plan:
    request = ApplyRequest(installation.request(), lock_timeout_seconds=0.3)
    return rehearse(request, installation.service)


def test_a_rehearsal_gives_the_plan_and_leaves_every_table_as_it_was(
    pending: Installation,
) -> None:
    before = pending.digest()
    assert rehearsed(pending) == pending.plan()
    assert pending.digest() == before


def test_a_constraint_that_is_checked_at_commit_fails_the_rehearsal_and_no_plain_plan(
    pending: Installation,
) -> None:
    pending.rows(VERSIONS_ALLOWED)
    before = pending.digest()
    assert pending.plan().applyable
    with pytest.raises(ReconcilerError, match=r"the rehearsal failed: .*version_allowed") as raised:
        rehearsed(pending)
    assert raised.value.exit_code == 1
    assert pending.digest() == before


def test_a_trigger_that_refuses_fails_the_rehearsal(pending: Installation) -> None:
    pending.rows(REFUSING_TRIGGER)
    before = pending.digest()
    with pytest.raises(ReconcilerError, match="the plant is being audited"):
        rehearsed(pending)
    assert pending.digest() == before


def test_what_was_rehearsed_can_be_applied(pending: Installation) -> None:
    pending.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    plan = rehearsed(pending)
    done = pending.apply(apply_options={"expected": plan})
    assert (done.plan.plan_id, done.run_id is None) == (plan.plan_id, False)


def test_nothing_to_do_is_not_rehearsed(installation: Installation) -> None:
    with installation.connection() as connection, connection.transaction():
        connection.execute("LOCK TABLE site_extension_configs IN SHARE MODE")
        assert not rehearsed(installation).differs


def test_a_rehearsal_waits_for_its_turn_as_an_apply_does(pending: Installation) -> None:
    with pending.connection() as connection, connection.transaction():
        connection.execute("LOCK TABLE site_extension_configs IN SHARE MODE")
        with pytest.raises(LockNotObtainedError):
            rehearsed(pending)
