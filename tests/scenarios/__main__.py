"""Writes docs/diagnostics.md: ``python -m tests.scenarios``; with ``--check`` only compares it."""

from __future__ import annotations

import sys
from pathlib import Path

from reconciler.model.kinds import ALL_KINDS
from tests.scenarios.collection import SCENARIOS
from tests.scenarios.page import diagnostics_page

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics.md"


def main(arguments: list[str], path: Path = PAGE) -> int:
    """Write the page to ``path``; with ``--check`` return 1 where it is not as it would be."""
    if without := sorted(ALL_KINDS.keys() - SCENARIOS.keys()):
        sys.stderr.write(f"no scenario in tests/scenarios/ for: {', '.join(without)}\n")
        return 1
    if silent := sorted(code for code, kind in ALL_KINDS.items() if not kind.about):
        sys.stderr.write(f"no `about` in reconciler/model/kinds/ for: {', '.join(silent)}\n")
        return 1
    page = diagnostics_page()
    if "--check" not in arguments:
        path.write_text(page, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != page:
        sys.stderr.write("docs/diagnostics.md is not what the code says; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
