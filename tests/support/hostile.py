"""Texts that try to take effect where they are shown, and plans that hold them everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.change import (
    Action,
    Change,
    Drift,
    FieldDifference,
    Operation,
    Origin,
    Signature,
)
from reconciler.model.diagnostic import Diagnostic, Gate, Location, Severity
from reconciler.model.plan import BlockCode, BlockedReason, DesiredRevision, NeededSignoff, Plan
from tests.support.plan_inputs import change, difference, plan_with

HOSTILE = (
    "a | b | c",
    "a \\| @everyone \\| b",
    "`code` ``two`` ```three",
    "```\n# fence closed\n```",
    "~~~\n# fence closed",
    "@octocat and @machshop/quality",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></summary><h1>out</h1>",
    "<!-- hidden",
    "[click](https://evil.example) https://evil.example <https://evil.example>",
    "![image](https://evil.example/x.png)",
    "line\n\n# heading\n\n- list\n> quote\n---",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b31m",
    "\u202egnp.exe\u2066\u200b",
    "::error file=a,line=1::boo",
    "##[add-mask]boo",
    "{{ config }} {% raw %} {# c #} ${{ secrets.TOKEN }}",
    "&lt;b&gt; &amp; &#96; \\` \\<",
    "#1 GH-1 5cbeef7 owner/repo#7",
    "[bold red]rich[/] :smile: [link=https://evil.example]x[/link]",
    "C:\\",
)


def hostile_plan(text: str) -> Plan:
    """Return a plan with ``text`` wherever a person's words can come in."""
    where = Location(path=f"desired-state/{text}.yaml", line=3)
    finding = Diagnostic(
        severity=Severity.WARNING,
        gate=Gate.APPLY,
        code="unknown-key",
        message=f"key {text} is not known",
        hint=text,
        location=where,
    )
    needed = NeededSignoff(
        site=text,
        extension=text,
        aspect=text,
        role="quality-manager",
        config_hash="sha256:0",
        enforced=True,
        path=text,
    )
    message = f"user {text} is not known"
    return plan_with(
        *_hostile_changes(text),
        installation=text,
        diagnostics=(finding,),
        blocked=tuple(
            BlockedReason(code=BlockCode.MISSING_USER, message=message, forceable=forceable)
            for forceable in (False, True)
        ),
        base=DesiredRevision(commit="0" * 40),
        needed_signoffs=(needed,),
    )


def _hostile_changes(text: str) -> Iterator[Change]:
    """Yield changes of the pull request and others, some that fold and some from two files."""
    common = {"extension": text, "reason": text, "author": text, "changed_by": ""}
    replaced = difference(f"/{text}", text, {text: text})
    added = FieldDifference(
        pointer=f"/{text}", operation=Operation.ADD, new={text: [text]}, source=text
    )
    two_files = (replace(replaced, source=f"{text}/profile"), added)
    signature = Signature(
        aspect=text,
        signed_by=text,
        role="quality-manager",
        meaning="approval",
        signed_at="2026-11-20T10:00:00+00:00",
        config_hash="sha256:0",
    )
    yield change(site=text, action=Action.SIGNOFF, signature=signature, **common)
    yield change(site=text, origin=Origin.PULL_REQUEST, differences=two_files, **common)
    for site in (text, f"{text}/"):
        drift = Drift(
            description="edited", session_user=text, at=site, application=text, address=text
        )
        yield change(site=site, differences=(replaced, added), **common)
        yield change(site=site, differences=two_files, **common)
        yield change(site=site, origin=Origin.DRIFT, drift=drift, old_version=text, **common)
