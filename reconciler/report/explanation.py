"""An explanation as text and as JSON."""

from __future__ import annotations

import json
from operator import methodcaller
from typing import Any

from msgspec import to_builtins

from reconciler.model.relations import DependencyType, Resolution
from reconciler.operations.explain import Explanation
from reconciler.report.escaping import printable_json_text
from reconciler.report.rendering import render
from reconciler.rules.explanation import Clash

_DEEPEST_INDENT = 16
_MODEL_AS_JSON = methodcaller("model_dump", mode="json")


def explanation_as_text(explanation: Explanation) -> str:
    """Return an explanation as indented text, what is wrong marked with a cross."""
    return render(
        "explain.txt.j2",
        explanation=explanation,
        indent=indent,
        dependency_text=dependency_text,
        clash_text=clash_text,
    )


def explanation_as_json(explanation: Explanation) -> str:
    """Return an explanation as JSON, ways in words and as steps."""
    document: dict[str, Any] = to_builtins(explanation, enc_hook=_MODEL_AS_JSON)
    for shown, explained in zip(document["extensions"], explanation.extensions, strict=True):
        for link, told in zip(shown["chain"], explained.chain, strict=True):
            link["resolution"] = told.resolution._asdict()
    written = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return printable_json_text(written) + "\n"


def indent(depth: int) -> str:
    """Return the space before a link of a chain; a very long one goes no further to the right."""
    return "  " * min(depth, _DEEPEST_INDENT)


def dependency_text(resolution: Resolution) -> str:
    """Return a dependency in one line: what is asked for, and what there is."""
    asked = f"{resolution.dependency} {resolution.wanted or ''}".rstrip()
    if resolution.type is DependencyType.EXTENSION:
        there = resolution.reason or f"enabled at {resolution.resolved_version}"
        return f"{asked}: {there}"
    there = f"{resolution.resolved_provider} provides {resolution.resolved_version}"
    return f"capability {asked}: {resolution.reason or there}"


def clash_text(clash: Clash, site: str) -> str:
    """Return a conflict in one line, as one side sees it."""
    conflict = clash.conflict
    where = f" at {clash.at}" if clash.at != site else ""
    parts = [conflict.type.value]
    if conflict.scope:
        parts.append(f"scope {conflict.scope.value}")
    parts += [part for part in (conflict.capability, conflict.resource) if part]
    if conflict.first_policy:
        parts.append(f"{conflict.first_policy} against {conflict.second_policy}")
    return f"{clash.other}{where} ({', '.join(parts)}): {conflict.reason}"
