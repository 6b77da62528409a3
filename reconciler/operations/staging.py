"""From a plan to the rows it writes: whole configurations, audit details, derived records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from reconciler.database.writer import StagedChange, StagedSignature
from reconciler.model.change import Action, Change, Signature
from reconciler.model.derived import SiteRecords
from reconciler.model.desired import DesiredState
from reconciler.model.plan import Plan
from reconciler.planning.safety import ReasonsBySubject


class Forced(Struct, frozen=True):
    """That somebody had a blocked plan applied: why, and what was overridden."""

    reason: str
    overridden: ReasonsBySubject

    def details(self, change: Change) -> dict[str, Any]:
        """Return it as the audit row of a change has it: with what was overridden for that."""
        overridden = [
            {"code": reason.code.value, "message": reason.message}
            for reason in self.overridden.about(change.site, change.extension)
        ]
        return {"reason": self.reason, "overridden": overridden}


def staged_changes(
    plan: Plan, head: DesiredState, run_id: UUID, forced: Forced | None = None
) -> Iterator[StagedChange]:
    """Yield the plan's changes as they are written, in the plan's order."""
    waived = waivers_by_site(plan)
    for change in plan.changes:
        details = audit_details(change, plan, run_id, waived)
        if forced:
            details["forced"] = forced.details(change)
        yield _staged(change, head, run_id, details)


def staged_records(
    plan: Plan, head: DesiredState, records: Mapping[UUID, SiteRecords]
) -> list[SiteRecords]:
    """Return the derived records of the sites that the plan touches or refreshes, by slug."""
    slugs = {change.site for change in plan.changes} | set(plan.refreshes)
    return [records[head.sites[slug].id] for slug in sorted(slugs)]


def waivers_by_site(plan: Plan) -> dict[str | None, list[dict[str, Any]]]:
    """Return the waivers that the plan's findings were accepted by, as audit rows have them."""
    waived: dict[str | None, list[dict[str, Any]]] = {}
    for found in plan.diagnostics:
        if found.waiver:
            accepted = {
                "code": found.code,
                "extension": found.extension,
                "subject": found.subject,
            }
            waived.setdefault(found.site, []).append(accepted | found.waiver.model_dump())
    return waived


def audit_details(
    change: Change,
    plan: Plan,
    run_id: UUID,
    waived: Mapping[str | None, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return what an audit row says beside its columns; secrets are replaced already."""
    details: dict[str, Any] = {
        "origin": change.origin.value,
        "commit": change.commit,
        "author": {"name": change.author, "email": change.author_email},
        "dirty": plan.desired.dirty,
        "planId": plan.plan_id,
        "runId": str(run_id),
        "path": change.path,
        "oldVersion": change.old_version,
        "newVersion": change.new_version,
        "differences": [entry.as_json() for entry in change.differences],
    }
    if change.site in waived:
        details["waivers"] = waived[change.site]
    if change.drift:
        details["drift"] = change.drift.model_dump(mode="json")
    if change.signature:
        details["signature"] = change.signature.model_dump(mode="json")
    return details


def _staged(
    change: Change, head: DesiredState, run_id: UUID, details: dict[str, Any]
) -> StagedChange:
    writes = change.action in (Action.ACTIVATE, Action.RECONFIGURE)
    return StagedChange(
        site_id=change.site_id,
        extension_id=change.extension,
        action=change.action.value,
        version=change.new_version,
        configuration=head.configurations[change.key].configuration if writes else None,
        old_config_hash=change.old_hash,
        new_config_hash=change.new_hash,
        commit_id=change.commit,
        changed_by=head.users[change.changed_by].id,
        reason=change.reason or "no reason given",
        details=details,
        signature=_staged_signature(change.signature, change, head, run_id),
    )


def _staged_signature(
    signature: Signature | None, change: Change, head: DesiredState, run_id: UUID
) -> StagedSignature | None:
    if signature is None:
        return None
    return StagedSignature(
        aspect=signature.aspect,
        signed_by=head.users[signature.signed_by].id,
        role=signature.role,
        signed_at=signature.signed_at,
        meaning=signature.meaning,
        notes=signature.notes,
        metadata={"commit": change.commit, "runId": str(run_id)},
    )
