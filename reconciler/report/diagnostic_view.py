"""What formats for machines show beside a finding's sentences: whom it concerns, its waiver."""

from __future__ import annotations

from reconciler.model.diagnostic import Diagnostic


def concerned(found: Diagnostic) -> str:
    """Return whom a finding concerns, or nothing where no site and no extension is known."""
    return " / ".join(part for part in (found.site, found.extension) if part)


def bystander(found: Diagnostic) -> str:
    """Return whom a finding concerns, in brackets, where its place does not say so.

    A mistake in a profile is found once for each site that uses it.
    """
    if found.site is None or f"/sites/{found.site}/" in f"/{found.location.path}":
        return ""
    return f" ({concerned(found)})"


def acceptance(found: Diagnostic) -> str:
    """Return who accepted a finding, until when and why, or nothing."""
    waiver = found.waiver
    return f"Waived by {waiver.waived_by} until {waiver.until}: {waiver.reason}" if waiver else ""
