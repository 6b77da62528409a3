"""Relations between extensions, made by hand, and applies that know of them and of waivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from reconciler.database.connection import reading
from reconciler.model.desired import ConfigurationKey
from reconciler.model.diagnostic import Acceptance, Diagnostic, Gate, Location, Severity
from reconciler.model.plan import Plan
from reconciler.model.relations import (
    Conflict,
    ConflictType,
    DependencyType,
    Relations,
    Resolution,
)
from reconciler.operations.apply import Applied, ApplyRequest, apply_prepared
from reconciler.operations.plan import plan_on
from reconciler.operations.preparing import PreparedRequest, prepare
from tests.support.installation import Installation

WAIVER = Acceptance(waived_by="quality", until="2027-01-31", reason="Replaced in January")


def resolution(site: UUID, extension: str, dependency: str, **facts: Any) -> Resolution:
    """Return a dependency on an extension that is met, different in what is given."""
    given: dict[str, Any] = {
        "type": DependencyType.EXTENSION,
        "wanted": "^3.0.0",
        "resolved_version": "3.0.0",
        "resolved_provider": dependency,
        "satisfied": True,
    }
    return Resolution(ConfigurationKey(site, extension), dependency=dependency, **given | facts)


def conflict(first: tuple[UUID, str], second: tuple[UUID, str], **facts: Any) -> Conflict:
    """Return an explicit conflict of two configurations, the lesser key first."""
    given: dict[str, Any] = {"type": ConflictType.EXPLICIT, "reason": "Both write the ledger"}
    keys = (ConfigurationKey(*first), ConfigurationKey(*second))
    return Conflict(first=min(keys), second=max(keys), **given | facts)


def relations(
    resolutions: Iterable[Resolution] = (), conflicts: Iterable[Conflict] = ()
) -> Relations:
    """Return relations that consist of these."""
    by_site: defaultdict[UUID, list[Resolution]] = defaultdict(list)
    for each in resolutions:
        by_site[each.key.site_id].append(each)
    return Relations(by_site, tuple(conflicts))


def accepted(site: str, extension: str, subject: str, **facts: Any) -> Diagnostic:
    """Return an error about an extension that a waiver made a warning of."""
    given: dict[str, Any] = {
        "severity": Severity.WARNING,
        "gate": Gate.APPLY,
        "code": "conflict-explicit",
        "message": f"{extension} conflicts with {subject}",
        "hint": "Disable one of them.",
        "location": Location(path=f"sites/{site}/site.yaml"),
        "waiver": WAIVER,
    }
    return Diagnostic(site=site, extension=extension, subject=subject, **given | facts)


def prepared_knowing(
    installation: Installation,
    known: Relations,
    diagnostics: Sequence[Diagnostic] = (),
    **options: Any,
) -> PreparedRequest:
    """Prepare a request with these relations, and these findings beside its own."""
    prepared = prepare(installation.request(**options))
    head = replace(
        prepared.head,
        relations=known,
        quiet={},
        diagnostics=(*prepared.head.diagnostics, *diagnostics),
    )
    return replace(prepared, head=head)


def plan_knowing(
    installation: Installation,
    known: Relations,
    diagnostics: Sequence[Diagnostic] = (),
    **options: Any,
) -> Plan:
    """Plan with these relations and findings."""
    prepared = prepared_knowing(installation, known, diagnostics, **options)
    with installation.connection() as connection, reading(connection):
        return plan_on(connection, prepared)


def apply_knowing(
    installation: Installation,
    known: Relations,
    diagnostics: Sequence[Diagnostic] = (),
    *,
    apply_options: dict[str, Any] | None = None,
    **options: Any,
) -> Applied:
    """Apply with these relations and findings."""
    prepared = prepared_knowing(installation, known, diagnostics, **options)
    request = ApplyRequest(prepared.request, **(apply_options or {}))
    return apply_prepared(request, prepared, installation.service, lambda _plan: True)
