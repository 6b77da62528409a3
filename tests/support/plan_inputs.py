"""Factories of plans without a database: what it would say is given as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from reconciler.model.canonical import config_hash, content_hash
from reconciler.model.change import Action, Change, FieldDifference, Operation, Origin
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import DatabaseIdentity, DatabaseRow, Row
from reconciler.model.plan import Plan, Summary
from reconciler.planning.compare import divergences
from reconciler.planning.inputs import DatabaseState, PlanInputs
from reconciler.planning.plan import make_plan
from tests.support.desired_folder import EXTENSION, SITE_ID, VERSION

IDENTITY = DatabaseIdentity(system_identifier="7", database="mes", schema_version=1)
KEY = ConfigurationKey(UUID(SITE_ID), EXTENSION)


def side(configuration: dict[str, Any], version: str = VERSION) -> Row:
    """Return what the database says of the small folder's configuration."""
    written = config_hash(KEY.site_id, KEY.extension_id, version, configuration)
    return Row(version, written, content_hash(configuration))


def plan_of(
    head: DesiredState,
    live: Mapping[ConfigurationKey, dict[str, Any]],
    *,
    applied: Mapping[ConfigurationKey, dict[str, Any]] | None = None,
    base: DesiredState | None = None,
    diagnostics: Sequence[Diagnostic] = (),
) -> Plan:
    """Return the plan against live rows; unless given, they are what was last applied."""
    was = live if applied is None else applied
    rows = {
        key: DatabaseRow(
            key,
            side(live[key]) if key in live else None,
            side(was[key]) if key in was else None,
        )
        for key in live.keys() | was.keys()
    }
    return make_plan(
        PlanInputs(
            head=head,
            database=DatabaseState(IDENTITY, rows, {key: json.dumps(live[key]) for key in live}),
            divergences=tuple(divergences(head.configurations, rows)),
            diagnostics=tuple(diagnostics),
            base=base,
        )
    )


def difference(pointer: str, old: Any = None, new: Any = None) -> FieldDifference:
    """Return a replaced value."""
    return FieldDifference(pointer=pointer, operation=Operation.REPLACE, old=old, new=new)


def change(**facts: Any) -> Change:
    """Return a reconfiguration, different in what is given."""
    given: dict[str, Any] = {
        "site": "hartford",
        "site_id": KEY.site_id,
        "extension": EXTENSION,
        "action": Action.RECONFIGURE,
        "origin": Origin.PENDING,
        "new_version": VERSION,
        "changed_by": "reconciler",
    }
    return Change(**given | facts)


def plan_with(*changes: Change, **facts: Any) -> Plan:
    """Return a plan of these changes, with the counts that belong to them."""
    given: dict[str, Any] = {
        "installation": "machshop",
        "changes": changes,
        "summary": Summary(
            reconfigure=len(changes), sites_touched=len({found.site for found in changes})
        ),
        "complete": True,
        "applyable": bool(changes),
    }
    return Plan(**given | facts).identified()
