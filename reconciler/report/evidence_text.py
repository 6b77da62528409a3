"""What came of verifying the audit log, as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reconciler.model.evidence import Anchor, Mismatch, Tampering, Verification
from reconciler.report.counting import counted
from reconciler.report.escaping import printable, printable_json

_SAID = {
    Mismatch.ALTERED: "the audit row is not as it was recorded",
    Mismatch.REMOVED: "the audit row is gone",
    Mismatch.INSERTED: "an audit row that was never recorded in the chain",
    Mismatch.LINK_ALTERED: "this link does not follow from the one before",
    Mismatch.LINKS_MISSING: "links before this one are gone",
    Mismatch.ANCHOR_MISSING: "the chain does not reach the anchored link any more: its end is gone",
    Mismatch.ANCHOR_DIFFERS: "the chain has another link at the anchored place",
    Mismatch.ROLLUP_DIFFERS: "the roll-up by which drift is looked for is not what the history has",
}


def verification_as_text(verification: Verification, names: Mapping[UUID, str]) -> str:
    """Return what was verified, and every place that does not fit, a line each."""
    what = (
        f"{counted(verification.rows, 'audit row')} and {counted(verification.links, 'link')} "
        f"at {counted(verification.sites, 'site')}"
    )
    if not verification.tampering:
        return f"Verified: {what}; every row is as it was recorded.\n"
    lines = [f"NOT verified: {what}."]
    lines += [f"  {_place(each, names)}: {_SAID[each.mismatch]}" for each in verification.tampering]
    if verification.more:
        lines.append("  and other places")
    return "\n".join(lines) + "\n"


def _place(found: Tampering, names: Mapping[UUID, str]) -> str:
    site = printable(names.get(found.site_id, str(found.site_id)))
    where = f"link {found.position}" if found.position is not None else "no link"
    if found.mismatch is Mismatch.ROLLUP_DIFFERS:
        where = "last applied"
    sequence = f", sequence {found.sequence}" if found.sequence is not None else ""
    row = f", row {found.audit_id}" if found.audit_id is not None else ""
    return f"{site}, {where}{sequence}{row}"


def verification_as_json(verification: Verification, names: Mapping[UUID, str]) -> str:
    """Return the same as a JSON document."""
    found: list[dict[str, Any]] = [
        {
            "site": names.get(each.site_id, str(each.site_id)),
            "siteId": str(each.site_id),
            "mismatch": each.mismatch.value,
            "position": each.position,
            "auditId": str(each.audit_id) if each.audit_id else None,
            "sequence": each.sequence,
        }
        for each in verification.tampering
    ]
    content = {
        "verified": not found,
        "rows": verification.rows,
        "links": verification.links,
        "sites": verification.sites,
        "tampering": found,
        "more": verification.more,
    }
    return printable_json(content) + "\n"


def anchor_as_json(anchor: Anchor) -> str:
    """Return an anchor as the file that ``audit verify --anchor`` reads."""
    return printable_json(anchor.model_dump(mode="json")) + "\n"
