"""A log of a million rows is verified within a minute, and what is wrong in it is named."""

from __future__ import annotations

from time import perf_counter

import pytest

from reconciler.model.evidence import Mismatch
from reconciler.operations.audit import AuditRequest, verify_audit
from tests.conftest import MILLION_ROWS
from tests.support.installation import Installation

ROWS, SECONDS = 1_000_000, 60
# The server stamps and links each of them, as it does the rows of an apply.
FILL = """
INSERT INTO configuration_audit_log (site_id, extension_id, action, reason, details)
SELECT ids[1 + number %% cardinality(ids)], 'erp-adapter', 'reconfigured', 'row ' || number,
       jsonb_build_object('origin', 'out-of-band', 'changedKeys', jsonb_build_array('url', number))
FROM generate_series(1, %s) AS number,
     (SELECT array_agg(id ORDER BY id) FROM sites) AS all_sites (ids)
"""
ALTER_ONE = (
    "ALTER TABLE configuration_audit_log DISABLE TRIGGER USER; "
    "UPDATE configuration_audit_log SET reason = 'another' WHERE reason = 'row 500000'"
)


@pytest.mark.exhaustive
def test_a_million_audit_rows_are_verified_within_a_minute(
    installation: Installation, request: pytest.FixtureRequest
) -> None:
    installation.rows(FILL, [ROWS])
    began = perf_counter()
    done = verify_audit(AuditRequest(installation.folder), None, installation.connection)
    taken = perf_counter() - began
    request.node.user_properties.append((MILLION_ROWS, round(taken, 1)))
    assert done.verification.rows == done.verification.links > ROWS
    assert done.verification.tampering == ()
    assert taken < SECONDS, f"{taken:.0f} seconds"
    installation.rows(ALTER_ONE)
    altered = verify_audit(AuditRequest(installation.folder), None, installation.connection)
    assert [each.mismatch for each in altered.verification.tampering] == [Mismatch.ALTERED]
