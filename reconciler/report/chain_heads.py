"""The heads of the audit chains that an apply left, in its report: the form of an anchor."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reconciler.model.evidence import Anchor, ChainHead
from reconciler.model.plan import Plan
from reconciler.report.counting import counted
from reconciler.report.escaping import fence_for, printable_json_text

MOST_IN_MARKDOWN = 100
_TITLE = "Chain heads, for `reconciler audit verify --anchor`"


def heads_as_text(heads: Sequence[ChainHead]) -> str:
    """Return a title, and lines that make an anchor when they stand in a file; a line a head."""
    return f"{_TITLE}:\n" + "".join(f"{line}\n" for line in _lines(heads))


def heads_as_markdown(heads: Sequence[ChainHead]) -> str:
    """Return the same as a collapsed block, which says how many heads it leaves out."""
    lines = _lines(heads[:MOST_IN_MARKDOWN])
    fence = fence_for(lines)
    left_out = len(heads) - MOST_IN_MARKDOWN
    more = (
        f"\n{counted(left_out, 'head')} more: `reconciler audit anchor`.\n" if left_out > 0 else ""
    )
    block = "\n".join((f"{fence}json", *lines, fence))
    return f"\n<details><summary>{_summary(heads)}</summary>\n\n{block}\n{more}\n</details>\n"


def applied_as_json(plan: Plan, heads: Sequence[ChainHead]) -> str:
    """Return an applied plan as JSON, with the heads beside its own keys, as an anchor."""
    content = plan.model_dump(mode="json")
    content["chain_heads"] = _anchor(heads)
    written = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    return printable_json_text(written) + "\n"


def _summary(heads: Sequence[ChainHead]) -> str:
    return f"Audit chain: {counted(len(heads), 'head')} to be kept elsewhere"


def _anchor(heads: Sequence[ChainHead]) -> dict[str, object]:
    return Anchor(heads=tuple(heads)).model_dump(mode="json")


def _lines(heads: Sequence[ChainHead]) -> list[str]:
    """Return an anchor's JSON, a line a head, in which no name steers what shows it."""
    version = json.dumps(Anchor(heads=()).format_version)
    named = [json.dumps(head.model_dump(mode="json"), ensure_ascii=False) for head in heads]
    shown = [printable_json_text(line) for line in named]
    rows = [f"  {line}," for line in shown[:-1]] + [f"  {line}" for line in shown[-1:]]
    return [f'{{"format_version": {version}, "heads": [', *rows, "]}"]
