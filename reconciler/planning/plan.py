"""From inputs to the plan: pure, and the same inputs give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from functools import lru_cache, partial
from typing import Any, TypeAlias

from reconciler.model.authorship import Authorship
from reconciler.model.canonical import content_hash
from reconciler.model.change import Action, Change, Drift, Origin, Signature
from reconciler.model.derived import RecordedDigest
from reconciler.model.desired import DesiredConfiguration, DesiredState, Revision
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.document import Path
from reconciler.model.files import SignoffEntry
from reconciler.model.live import DatabaseRow, OutOfBandEdit
from reconciler.model.plan import BlockCode, BlockedReason, DesiredRevision, Plan, Summary
from reconciler.model.stored import shown_value
from reconciler.planning.attribution import Attribution, attribute, causes, of_nobody, own_file
from reconciler.planning.change_windows import windows_of
from reconciler.planning.compare import Divergence, origin
from reconciler.planning.differences import field_differences, known_schemas
from reconciler.planning.inputs import PlanInputs

Schemas: TypeAlias = Callable[[str, tuple[str, ...]], tuple[Mapping[str, Any], ...] | None]
"""Returns the schemas to tell secrets by, of an extension at some versions."""


def invalid_plan(
    head: DesiredState | None, diagnostics: tuple[Diagnostic, ...], filters: tuple[str, ...]
) -> Plan:
    """Return the plan of a desired state that cannot be compared with anything."""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    return Plan(
        installation=head.project.installation if head else "",
        filters=filters,
        desired=_revision(head.revision) if head else DesiredRevision(),
        diagnostics=diagnostics,
        blocked=(
            BlockedReason(
                code=BlockCode.INVALID, message=f"{_count(errors, 'error')} in the desired state"
            ),
        ),
        errored=True,
    ).identified()


def make_plan(inputs: PlanInputs) -> Plan:
    """Return the plan for inputs that could be read and compared."""
    found = inputs.divergences
    wrote = {**inputs.authorship, **inputs.wrote}
    catalogs = tuple(state.catalog for state in (inputs.head, inputs.base) if state)
    # The same few versions come again and again.
    schemas = lru_cache(maxsize=None)(partial(known_schemas, catalogs))
    changes = [_configuration_change(inputs, each, wrote, schemas) for each in found]
    changes += [_signoff_change(inputs, *entry) for entry in inputs.database.new_signoffs]
    changes.sort(key=lambda change: change.sort_key)
    refreshed = tuple(refresh.site for refresh in inputs.refreshes)
    blocked = (*inputs.blocked, *_blocking_diagnostics(inputs.diagnostics))
    return Plan(
        installation=inputs.head.project.installation,
        scope=inputs.scope,
        filters=inputs.filters,
        desired=_revision(inputs.head.revision),
        # Where the base's branch is by now changes nothing of this plan.
        base=DesiredRevision(commit=inputs.base.revision.commit) if inputs.base else None,
        database=inputs.database.identity,
        live_fingerprint=_fingerprint(inputs, changes),
        changes=tuple(changes),
        refreshes=refreshed,
        diagnostics=inputs.diagnostics,
        windows=windows_of(inputs.head, (*(change.site for change in changes), *refreshed)),
        summary=_summary(inputs, changes, found),
        needed_signoffs=inputs.needed_signoffs,
        blocked=blocked,
        complete=True,
        applyable=bool(changes or inputs.refreshes) and not blocked,
    ).identified()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _revision(revision: Revision) -> DesiredRevision:
    return DesiredRevision(commit=revision.commit, dirty=revision.dirty, ref=revision.ref)


def _blocking_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[BlockedReason]:
    codes = Counter(d.code for d in diagnostics if d.severity is Severity.ERROR)
    return [
        BlockedReason(code=BlockCode.FINDING, message=f"{_count(number, 'finding')} of {code}")
        for code, number in sorted(codes.items())
    ]


def _summary(inputs: PlanInputs, changes: list[Change], found: Sequence[Divergence]) -> Summary:
    actions = Counter(change.action for change in changes)
    return Summary(
        activate=actions[Action.ACTIVATE],
        reconfigure=actions[Action.RECONFIGURE],
        deactivate=actions[Action.DEACTIVATE],
        signoff=actions[Action.SIGNOFF],
        unchanged=len(inputs.head.configurations)
        - sum(divergence.desired is not None for divergence in found)
        + inputs.head.unread.configurations,
        drifted=sum(divergence.drifted for divergence in found),
        sites_managed=len(inputs.head.sites) + inputs.head.unread.number,
        sites_touched=len({change.site_id for change in changes}),
        sites_refreshed=len(inputs.refreshes),
        sites_unmanaged=inputs.database.unmanaged_sites,
    )


def _fingerprint(inputs: PlanInputs, changes: list[Change]) -> str:
    """Return a hash over the database rows that the plan concerns, as they were read."""
    concerned = sorted(
        {(str(it.site_id), it.extension, it.live_fingerprint or "") for it in changes}
    )
    return content_hash(
        [
            *concerned,
            *([str(it.site_id), it.digest, *_recorded(it.recorded)] for it in inputs.refreshes),
        ]
    )


def _recorded(recorded: RecordedDigest | None) -> tuple[str | None, ...]:
    """Return what was recorded of a site; each run is another, so no plan comes twice."""
    return (recorded.digest, str(recorded.run_id)) if recorded else (None, None)


def live_fingerprint(row: DatabaseRow | None) -> str:
    """Return a hash over a row as it was read. Its version only grows, so no plan comes twice."""
    if row is None:
        return content_hash([None, None, 0])
    sides = (row.live, row.applied)
    shown = [[side.version, side.config_hash, side.digest] if side else None for side in sides]
    return content_hash([*shown, row.config_version])


def _configuration_change(
    inputs: PlanInputs, divergence: Divergence, wrote: Mapping[str, Authorship], schemas: Schemas
) -> Change:
    wanted = divergence.desired
    live = divergence.row.live if divergence.row else None
    site = inputs.head.sites_by_id[divergence.key.site_id]
    differences = field_differences(
        shown_value(inputs.database.bodies.get(divergence.key)),
        wanted.configuration if wanted else None,
        schemas(divergence.key.extension_id, _versions(divergence)),
        _source_of(wanted),
    )
    why = _origin(inputs, divergence)
    drift = _drift(divergence, inputs.database.edits.get(divergence.key))
    restores = drift is not None and why is Origin.DRIFT
    otherwise = wanted.path if wanted else own_file(site, divergence.key.extension_id)
    if restores and wanted is None and divergence.never_applied:
        attribution = of_nobody(inputs.head, otherwise)
    else:
        attribution = attribute(
            inputs.head,
            wrote,
            causes(divergence, differences, inputs.head),
            otherwise=otherwise,
            reason=wanted.reason if wanted else None,
        )
    return Change(
        site=site.slug,
        site_id=site.id,
        extension=divergence.key.extension_id,
        action=divergence.action,
        origin=why,
        old_version=live.version if live else None,
        new_version=wanted.version if wanted else None,
        old_hash=live.config_hash if live else None,
        new_hash=wanted.config_hash if wanted else None,
        differences=differences,
        drift=drift,
        live_fingerprint=live_fingerprint(divergence.row),
        **_by(attribution, inputs.head, restored=drift if restores else None),
    )


def _origin(inputs: PlanInputs, divergence: Divergence) -> Origin:
    head, base, key = inputs.head, inputs.base, divergence.key
    if base is None:
        return origin(divergence, None)
    sites = [state.sites_by_id.get(key.site_id) for state in (head, base)]
    profiles = {site.profiles if site else None for site in sites}
    itself = len(profiles) > 1 or key in head.opt_outs or key in base.opt_outs
    return origin(divergence, base.configurations, by_the_site=itself)


def _signoff_change(
    inputs: PlanInputs, desired: DesiredConfiguration, signoff: SignoffEntry
) -> Change:
    attribution = attribute(
        inputs.head,
        inputs.authorship,
        {desired.path},
        otherwise=desired.path,
        reason=desired.reason,
    )
    return Change(
        site=desired.site.slug,
        site_id=desired.site.id,
        extension=desired.extension,
        action=Action.SIGNOFF,
        origin=_signoff_origin(inputs.base, desired, signoff),
        new_version=desired.version,
        old_hash=desired.config_hash,
        new_hash=desired.config_hash,
        signature=Signature(
            aspect=signoff.aspect,
            signed_by=signoff.signed_by,
            role=signoff.role.value,
            meaning=signoff.meaning.value,
            signed_at=signoff.signed_at.isoformat(),
            config_hash=signoff.config_hash,
            notes=signoff.notes,
        ),
        live_fingerprint=live_fingerprint(inputs.database.rows.get(desired.key)),
        **_by(attribution, inputs.head),
    )


def _signoff_origin(
    base: DesiredState | None, desired: DesiredConfiguration, signoff: SignoffEntry
) -> Origin:
    if base is None:
        return Origin.PENDING
    before = base.configurations.get(desired.key)
    known = before is not None and signoff in before.signoffs
    return Origin.PENDING if known else Origin.PULL_REQUEST


def _by(
    attribution: Attribution, head: DesiredState, *, restored: Drift | None = None
) -> dict[str, Any]:
    """Return the part of a change that says who, where and why.

    Restoring what drifted is nobody's new change, and so the service user's.
    """
    service = head.service_user.username
    return {
        "path": attribution.path,
        "author": attribution.author,
        "author_email": attribution.author_email,
        "changed_by": service if restored else attribution.changed_by,
        "commit": attribution.commit,
        "reason": f"restored after it was {restored.description}"
        if restored
        else attribution.reason,
    }


def _versions(divergence: Divergence) -> tuple[str, ...]:
    sides = (divergence.desired, divergence.row.live if divergence.row else None)
    return tuple(side.version for side in sides if side)


def _source_of(wanted: DesiredConfiguration | None) -> Any:
    if wanted is None:
        return None

    def source(path: Path) -> str:
        return wanted.source(path).document.path

    return source


def _drift(divergence: Divergence, edit: OutOfBandEdit | None) -> Drift | None:
    row = divergence.row
    if row is None or not row.drifted:
        return None
    description = _drift_description(row)
    if edit is None:
        return Drift(description=description)
    return Drift(
        description=description,
        session_user=edit.session_user,
        at=edit.at.astimezone(UTC).isoformat(timespec="seconds"),
        application=edit.application,
        address=edit.address,
        earlier_by=edit.earlier_by,
    )


def _drift_description(row: DatabaseRow) -> str:
    if row.applied is None:
        return "added outside the reconciler"
    if row.live is None:
        return "deleted outside the reconciler"
    if row.live.digest == row.applied.digest:
        return "config_hash altered outside the reconciler"
    if row.live.config_hash == row.applied.config_hash:
        return "edited outside the reconciler, its config_hash left as it was"
    return "edited outside the reconciler"
