"""The kinds of findings as the rules of a SARIF log.

All of them, found or not: a log of one installation differs from another's in its results only,
and code scanning can tell a rule without findings from one that is gone.
"""

from __future__ import annotations

from string import Formatter
from typing import Any

from reconciler.model.diagnostic import DiagnosticKind
from reconciler.model.kinds import ALL_KINDS

_LONGEST_DESCRIPTION = 1024


def _sentence(template: str) -> str:
    """Return a kind's template with an ellipsis for each fact; nothing where it is facts only."""
    parts = list(Formatter().parse(template))
    if not any(character.isalnum() for literal, *_ in parts for character in literal):
        return ""
    return "".join(literal + ("…" if name else "") for literal, name, *_ in parts)


def rule_of(kind: DiagnosticKind) -> dict[str, Any]:
    """Return a kind as a rule, with the descriptions and the help that code scanning asks for."""
    short = _sentence(kind.message) or kind.code.replace("-", " ")
    full = kind.about or short
    advice = _sentence(kind.hint)
    return {
        "id": kind.code,
        "shortDescription": {"text": short[:_LONGEST_DESCRIPTION]},
        "fullDescription": {"text": full[:_LONGEST_DESCRIPTION]},
        "help": {"text": f"{full}\n\n{advice}" if advice else full},
        "defaultConfiguration": {"level": kind.severity.value},
    }


RULES = [rule_of(kind) for _, kind in sorted(ALL_KINDS.items())]
"""The rules by code."""

RULE_INDEX = {rule["id"]: index for index, rule in enumerate(RULES)}
"""Where the rule of a code stands in `RULES`."""
