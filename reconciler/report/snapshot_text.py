"""Snapshots, what they hold and what differs, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import asdict

from reconciler.model.change import Action, FieldDifference
from reconciler.model.snapshot import Difference, Doubt, KeptConfiguration, Snapshot
from reconciler.operations.snapshot import LIVE, Compared, Listed, Shown
from reconciler.operations.snapshot_check import SnapshotsVerified
from reconciler.report.counting import counted
from reconciler.report.difference_text import difference_lines
from reconciler.report.escaping import printable, printable_json, shown_value
from reconciler.report.view import SYMBOLS

_DRIFTED = "edited outside git when the snapshot was made; its values were not kept"
_SAID = {
    Doubt.HASH: "what it holds has another hash than it says",
    Doubt.DIGEST: "what it holds has another digest than it says",
    Doubt.HISTORY: "it is not what had been applied last",
    Doubt.MISSING: "it lacks this configuration, which had been applied",
    Doubt.UNEXPLAINED: "it says that this had drifted, and the audit log knows of no edit",
    Doubt.UNKNOWN_SIGNATURE: "it holds a signature that had not been recorded like that",
    Doubt.MISSING_SIGNATURE: "it lacks a signature that had been recorded",
}


def snapshots_as_text(listed: Listed) -> str:
    """Return snapshots as a table, newest first."""
    rows = [("ID", "SITE", "AT", "RUN", "HOLDS", "REASON")]
    rows += [
        (
            str(each.id)[:8],
            listed.names.get(each.site_id, str(each.site_id)),
            _time(each.at),
            str(each.run_id)[:8] if each.run_id else "-",
            _holds(each),
            each.reason or "",
        )
        for each in listed.snapshots
    ]
    if len(rows) == 1:
        return "No snapshots.\n"
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    )
    return "".join(f"{line}\n" for line in lines)


def snapshots_as_json(listed: Listed) -> str:
    """Return snapshots as a JSON document."""
    facts = [
        _snapshot_facts(each, listed.names.get(each.site_id, str(each.site_id)))
        for each in listed.snapshots
    ]
    return printable_json({"snapshots": facts}) + "\n"


def shown_as_text(shown: Shown) -> str:
    """Return what a snapshot holds, a paragraph an extension, a line a value."""
    return _printable_lines(_shown_lines(shown))


def _shown_lines(shown: Shown) -> Iterator[str]:
    yield f"Snapshot {shown.snapshot.id} of {shown.site} at {_time(shown.snapshot.at)}"
    yield f"  reason: {shown.snapshot.reason or ''}"
    if shown.snapshot.created_by:
        yield f"  made by: {shown.snapshot.created_by}"
    if shown.snapshot.run_id:
        yield f"  run: {shown.snapshot.run_id}"
    for extension, values in shown.values.items():
        kept = shown.configurations[extension]
        yield ""
        yield f"{extension} {kept.version}  {kept.config_hash}"
        if not kept.kept:
            yield f"  {_DRIFTED}"
        for value in values:
            yield f"  {value.pointer or '(whole configuration)'}: {shown_value(value.new)}"
    if shown.signatures:
        yield ""
        yield "Signatures"
    for signature in shown.signatures:
        said = f"{signature.aspect}: {signature.meaning} by {signature.signed_by}"
        yield f"  {signature.extension}: {said} ({signature.role}) at {signature.signed_at}"
        yield f"    of {signature.config_hash}"


def shown_as_json(shown: Shown) -> str:
    """Return what a snapshot holds as a JSON document."""
    configurations = [
        {
            "extension": extension,
            **_configuration_facts(shown.configurations[extension]),
            "drifted": not shown.configurations[extension].kept,
            "values": [
                {"pointer": each.pointer, "value": each.new, "sensitive": each.sensitive}
                for each in values
            ],
        }
        for extension, values in shown.values.items()
    ]
    content = _snapshot_facts(shown.snapshot, shown.site) | {
        "configurations": configurations,
        "signoffs": [asdict(each) for each in shown.signatures],
    }
    return printable_json(content) + "\n"


def compared_as_text(compared: Compared) -> str:
    """Return what differs between two sides of a site, as plans show differences."""
    return _printable_lines(_compared_lines(compared))


def _compared_lines(compared: Compared) -> Iterator[str]:
    differing = counted(len(compared.differences), "extension")
    sides = f"{_side(compared.old)} to {_side(compared.new)}"
    yield f"{compared.site}, {sides}: {differing if compared.differences else 'nothing'} changed."
    for each in compared.differences:
        action = _action(each)
        yield ""
        yield f"{SYMBOLS[action]} {each.extension} {_version(each)}"
        if not each.comparable:
            yield f"    {_DRIFTED}"
        elif not each.differences and action is Action.RECONFIGURE:
            yield "    the same values under another hash or version"
        for difference in each.differences:
            yield from (f"    {line}" for line in difference_lines(difference))


def compared_as_json(compared: Compared) -> str:
    """Return the same as a JSON document."""
    content = {
        "site": compared.site,
        "old": str(compared.old.id) if compared.old else LIVE,
        "new": str(compared.new.id) if compared.new else LIVE,
        "differences": [
            {
                "extension": each.extension,
                "action": _action(each).value,
                "old": _configuration_facts(each.old) if each.old else None,
                "new": _configuration_facts(each.new) if each.new else None,
                "comparable": each.comparable,
                "differences": [_difference_facts(one) for one in each.differences],
            }
            for each in compared.differences
        ],
    }
    return printable_json(content) + "\n"


def verified_as_text(verified: SnapshotsVerified) -> str:
    """Return what was verified, and every entry that does not fit, a line each."""
    what = (
        f"{counted(verified.snapshots, 'snapshot')} with "
        f"{counted(verified.configurations, 'configuration')}"
    )
    if not verified.doubted:
        said = "each is what it says, and what had been applied and signed then"
        return f"Verified: {what}; {said}.\n"
    lines = [f"NOT verified: {what}."]
    for each in verified.doubted:
        site = verified.names.get(each.site_id, str(each.site_id))
        entry = each.extension if each.aspect is None else f"{each.extension} {each.aspect}"
        place = f"{str(each.snapshot_id)[:8]} of {site} at {_time(each.at)}, {entry}"
        lines.append(f"  {place}: {_SAID[each.doubt]}")
    if verified.others:
        lines.append(f"  and {verified.others} other entries")
    return _printable_lines(iter(lines))


def verified_as_json(verified: SnapshotsVerified) -> str:
    """Return the same as a JSON document."""
    content = {
        "verified": not verified.doubted,
        "snapshots": verified.snapshots,
        "configurations": verified.configurations,
        "doubted": [
            {
                "snapshot": str(each.snapshot_id),
                "site": verified.names.get(each.site_id, str(each.site_id)),
                "at": each.at.isoformat(),
                "extension": each.extension,
                "aspect": each.aspect,
                "doubt": each.doubt.value,
            }
            for each in verified.doubted
        ],
        "others": verified.others,
    }
    return printable_json(content) + "\n"


def _printable_lines(lines: Iterator[str]) -> str:
    return "".join(f"{printable(line)}\n" for line in lines)


def _snapshot_facts(snapshot: Snapshot, site: str) -> dict[str, Any]:
    return {
        "id": str(snapshot.id),
        "site": site,
        "site_id": str(snapshot.site_id),
        "at": snapshot.at.astimezone(UTC).isoformat(),
        "reason": snapshot.reason,
        "created_by": snapshot.created_by,
        "run_id": str(snapshot.run_id) if snapshot.run_id else None,
        "counts": {
            "configurations": snapshot.configurations,
            "drifted": snapshot.drifted,
            "signoffs": snapshot.signoffs,
        },
    }


def _configuration_facts(kept: KeptConfiguration) -> dict[str, Any]:
    return {"version": kept.version, "config_hash": kept.config_hash, "digest": kept.digest}


def _difference_facts(difference: FieldDifference) -> dict[str, Any]:
    facts = difference.as_json()
    del facts["source"]
    return facts


def _holds(snapshot: Snapshot) -> str:
    drifted = f" ({snapshot.drifted} drifted)" if snapshot.drifted else ""
    configurations = f"{counted(snapshot.configurations, 'configuration')}{drifted}"
    return f"{configurations}, {counted(snapshot.signoffs, 'signoff')}"


def _action(difference: Difference) -> Action:
    if difference.old is None:
        return Action.ACTIVATE
    return Action.DEACTIVATE if difference.new is None else Action.RECONFIGURE


def _version(difference: Difference) -> str:
    sides = [each.version or "" for each in (difference.old, difference.new) if each]
    return " → ".join(dict.fromkeys(sides))


def _side(snapshot: Snapshot | None) -> str:
    return LIVE if snapshot is None else f"{str(snapshot.id)[:8]} ({_time(snapshot.at)})"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
