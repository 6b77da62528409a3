"""Waivers: a finding that somebody takes responsibility for, until a day (design section 4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date
from typing import TypeAlias

from msgspec import Struct

from reconciler.model.desired import DesiredState, Site
from reconciler.model.diagnostic import Acceptance, Diagnostic, Severity
from reconciler.model.files import WaiverEntry
from reconciler.model.kinds import ALL_KINDS
from reconciler.model.kinds import waivers as kinds
from reconciler.model.kinds.dependencies import DEACTIVATION_BREAKS
from reconciler.model.kinds.lifecycle import FOUNDATION_DISABLED
from reconciler.rules.suggestion import did_you_mean

About: TypeAlias = tuple[str, str, str | None, str | None]
Entry: TypeAlias = tuple[str, int]
# Whether these are there is only known once live rows are; no waiver of them is ever idle.
_FOUND_BY_PLAN = frozenset({DEACTIVATION_BREAKS.code, FOUNDATION_DISABLED.code})


class _Waiver(Struct, frozen=True):
    """A waiver where it stands: the entry of a site with this number."""

    site: Site
    index: int
    entry: WaiverEntry

    @property
    def identity(self) -> Entry:
        """The site's name and the number of the entry."""
        return self.site.slug, self.index

    @property
    def about(self) -> About:
        """What it accepts: the finding's code, site, extension and subject."""
        entry = self.entry
        return entry.code, self.site.slug, entry.extension, entry.subject

    @property
    def words(self) -> str:
        """What it accepts, for a sentence."""
        parts = (self.entry.code, self.entry.extension, self.entry.subject)
        return " ".join(part for part in parts if part)


def waived(
    state: DesiredState, diagnostics: Iterable[Diagnostic], waivable: frozenset[str]
) -> list[Diagnostic]:
    """Return the findings with those that are waived as warnings, and what is wrong with waivers.

    Args:
        state: the desired state, whose sites carry the waivers.
        diagnostics: every other finding.
        waivable: the codes that a waiver may be about.
    """
    used: set[Entry] = set()
    valid = _valid(state, waivable)
    found = [_accepted(each, valid, used) for each in diagnostics]
    for waiver in _waivers(state):
        found.extend(_findings(waiver, state, waivable, _today(state), used))
    return found


def accepted(
    state: DesiredState, diagnostics: Iterable[Diagnostic], waivable: frozenset[str]
) -> list[Diagnostic]:
    """Return findings with those that are waived as warnings, and nothing about waivers."""
    valid = _valid(state, waivable)
    return [_accepted(each, valid, set()) for each in diagnostics]


def _waivers(state: DesiredState) -> list[_Waiver]:
    return [
        _Waiver(site, index, entry)
        for site in state.sites.values()
        for index, entry in enumerate(site.waivers)
    ]


def _today(state: DesiredState) -> date:
    return state.as_of.astimezone(UTC).date() if state.as_of else date.min


def _valid(state: DesiredState, waivable: frozenset[str]) -> dict[About, _Waiver]:
    """Return the waivers that hold, by what they are about; of two the one that holds longer."""
    holding = [
        waiver
        for waiver in reversed(_waivers(state))
        if waiver.entry.code in waivable
        and waiver.entry.until >= _today(state)
        and _why_not_signer(waiver, state) is None
    ]
    return {waiver.about: waiver for waiver in sorted(holding, key=lambda each: each.entry.until)}


def _accepted(
    found: Diagnostic,
    valid: dict[About, _Waiver],
    used: set[Entry],
) -> Diagnostic:
    # A configuration as a whole is the subject "", which nobody writes.
    about = found.code, found.site or "", found.extension, found.subject or None
    waiver = valid.get(about)
    if waiver is None:
        return found
    used.add(waiver.identity)
    if found.severity is not Severity.ERROR:
        return found
    entry = waiver.entry
    acceptance = Acceptance(
        waived_by=entry.waived_by, until=entry.until.isoformat(), reason=entry.reason
    )
    said = f"Waived by {entry.waived_by} until {acceptance.until}: {entry.reason}"
    return found.model_copy(
        update={
            "severity": Severity.WARNING,
            "waiver": acceptance,
            "hint": f"{said.rstrip('.')}. {found.hint}",
        }
    )


def _findings(
    waiver: _Waiver,
    state: DesiredState,
    waivable: frozenset[str],
    today: date,
    used: set[Entry],
) -> Iterator[Diagnostic]:
    """Yield what is wrong with a waiver; one that expired says only that."""
    entry, facts = waiver.entry, {}
    if entry.code not in waivable:
        kind, key, subject = kinds.WAIVER_NOT_ALLOWED, "code", entry.code
        facts["suggestion"] = (
            "Mend what it is about, and remove the waiver."
            if entry.code in ALL_KINDS
            else did_you_mean(entry.code, waivable, "Remove the waiver.")
        )
    elif entry.until < today:
        kind, key, subject = kinds.WAIVER_EXPIRED, "until", waiver.words
        facts["until"] = entry.until.isoformat()
    elif (problem := _why_not_signer(waiver, state)) is not None:
        kind, key, subject = kinds.WAIVER_SIGNER, "waivedBy", entry.waived_by
        facts["problem"] = problem
    elif waiver.identity not in used and entry.code not in _FOUND_BY_PLAN:
        kind, key, subject = kinds.WAIVER_UNUSED, "code", waiver.words
    else:
        return
    yield kind.at(
        waiver.site.document.locate(("waivers", waiver.index, key)),
        site=waiver.site.slug,
        extension=entry.extension,
        subject=subject,
        **facts,
    )


def _why_not_signer(waiver: _Waiver, state: DesiredState) -> str | None:
    name = waiver.entry.waived_by
    if name not in state.users:
        return "there is no such user in users.yaml"
    if not any(name in names for names in waiver.site.signers.values()):
        return "the site does not list this user as a signer"
    return None
