"""What an export did, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import to_builtins

from reconciler.operations.export import Exported
from reconciler.report.counting import counted
from reconciler.report.escaping import printable, printable_json


def exported_as_text(exported: Exported) -> str:
    """Return one line a site."""
    return "".join(
        f"{site.slug}: {counted(site.configurations, 'configuration')} ({site.drifted} drifted), "
        f"{counted(site.signoffs, 'signoff')}\n"
        for site in exported.sites
    )


def exported_as_json(exported: Exported) -> str:
    """Return the whole result."""
    return printable_json(to_builtins(exported, enc_hook=str))


def remarks(exported: Exported) -> Iterator[str]:
    """Yield what has to be known about an export, a line each."""
    drifted = sum(site.drifted for site in exported.sites)
    if exported.unreadable is not None:
        yield f"warning: {exported.unreadable} cannot be read; only its catalog was taken."
    if drifted:
        yield (
            f"{counted(drifted, 'configuration')} had drifted: exported as live. The next plan "
            "lists them without a difference, and applying it takes them into the history."
        )
    if exported.deleted:
        yield (
            f"{counted(exported.deleted, 'configuration')} had been deleted outside the "
            "reconciler: not exported. The next plan deactivates them."
        )
    if exported.unwritable_signoffs:
        yield (
            f"warning: {counted(exported.unwritable_signoffs, 'signoff')} left out: recorded "
            "without a meaning, or with a role that there is not."
        )
    for username in exported.shared_emails:
        yield f"warning: the email of {printable(username)} was left out: others have the same."
    for version in exported.without_manifest:
        yield f"warning: the catalog has no manifest of {version}."
    if exported.errors:
        yield (
            f"warning: validation finds {counted(exported.errors, 'error')} in what is live; see "
            f"`reconciler validate --desired-state {exported.out}`."
        )
