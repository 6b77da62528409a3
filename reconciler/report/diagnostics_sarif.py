"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.model.diagnostic import Acceptance, Diagnostic, Severity
from reconciler.report.diagnostic_view import concerned
from reconciler.report.escaping import cut, linkless, printable_json
from reconciler.report.sarif_rules import RULE_INDEX, RULES

MOST_RESULTS = 5000
"""As many as GitHub stores of a run; it refuses a file with more than 25,000."""

FINGERPRINT = "findingIdentity/v1"
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LONGEST_SENTENCE = 1000
_LONGEST_NAME = 1000
_ENDS = (".", "!", "?")


def diagnostics_as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the findings as a SARIF log of one run, in reporting order.

    Of more than `MOST_RESULTS` the weightiest are kept; a notification of the run says how many
    were left out.
    """
    fingerprints = _fingerprints(diagnostics)
    kept = _weightiest(diagnostics)
    driver = {"name": "reconciler", "version": __version__, "rules": RULES}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(diagnostics)],
        "results": [_result(diagnostics[index], fingerprints[index]) for index in kept],
    }
    return f"{printable_json({'$schema': _SCHEMA, 'version': '2.1.0', 'runs': [run]})}\n"


def left_out(diagnostics: Sequence[Diagnostic]) -> str:
    """Return in a sentence how many findings the log does not hold, or nothing."""
    more = len(diagnostics) - MOST_RESULTS
    if more <= 0:
        return ""
    return (
        f"{more} of {len(diagnostics)} findings are left out: code scanning takes {MOST_RESULTS}. "
        "Errors were kept first; the text and json formats have all."
    )


def _weightiest(diagnostics: Sequence[Diagnostic]) -> list[int]:
    weights = {severity: weight for weight, severity in enumerate(Severity)}
    by_weight = sorted(
        range(len(diagnostics)), key=lambda index: weights[diagnostics[index].severity]
    )
    return sorted(by_weight[:MOST_RESULTS])


def _fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return what each finding is known by again, numbered where several are about the same."""
    seen: Counter[str] = Counter()
    numbered = []
    for found in diagnostics:
        identity = _identity(found)
        seen[identity] += 1
        numbered.append(f"{identity}:{seen[identity]}")
    return numbered


def _identity(found: Diagnostic) -> str:
    """Return a digest of what a finding is about; lines move, and sentences get better."""
    about = [found.location.path, found.code, found.site, found.extension, found.subject]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


def _invocation(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if missing := left_out(diagnostics):
        notification = {"level": "warning", "message": {"text": missing}}
        invocation["toolExecutionNotifications"] = [notification]
    return invocation


def _result(found: Diagnostic, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": found.code}
    if found.code in RULE_INDEX:
        result["ruleIndex"] = RULE_INDEX[found.code]
    result |= {
        "level": found.severity.value,
        "message": {"text": _message(found)},
        "locations": [{"physicalLocation": _place(found)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    named = {"site": found.site, "extension": found.extension, "subject": found.subject}
    if given := {key: cut(name, _LONGEST_NAME) for key, name in named.items() if name is not None}:
        result["properties"] = given
    if found.waiver is not None:
        result["suppressions"] = [_suppression(found.waiver)]
    return result


def _message(found: Diagnostic) -> str:
    """Return what is wrong, at whom, and what to do; readers short of room show one sentence."""
    whom = concerned(found)
    sentence = cut(linkless(found.message), _LONGEST_SENTENCE)
    sentence += f" ({cut(linkless(whom), _LONGEST_NAME)})" if whom else ""
    stop = "" if sentence.endswith(_ENDS) else "."
    return f"{sentence}{stop}\n{cut(linkless(found.hint), _LONGEST_SENTENCE)}"


def _place(found: Diagnostic) -> dict[str, Any]:
    place = found.location
    uri = quote(place.path, safe="/", errors="backslashreplace")
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place.line, "startColumn": place.column},
    }


def _suppression(waiver: Acceptance) -> dict[str, str]:
    why = f"{waiver.waived_by} until {waiver.until}: {waiver.reason}"
    justification = cut(linkless(why), _LONGEST_SENTENCE)
    return {"kind": "external", "status": "accepted", "justification": justification}
