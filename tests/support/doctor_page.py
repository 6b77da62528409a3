"""Writes the table of codes in docs/doctor.md; with ``--check`` only compares it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from reconciler.model.weakness import WeaknessKind
from reconciler.model.weaknesses import ALL_WEAKNESSES
from tests.support.servers import PROJECT

PAGE = PROJECT / "docs" / "doctor.md"
_START = "<!-- From here on written by `make docs`, from reconciler/model/weaknesses/. -->\n"
_HEAD = "| code | severity | is found where | why it matters |\n|---|---|---|---|\n"


def page(text: str) -> str:
    """Return the page with its table as the code has it."""
    written, mark, _ = text.partition(_START)
    if not mark:
        raise ValueError(f"the page lacks its mark: {_START}")
    return f"{written}{mark}\n{_HEAD}{''.join(_rows())}"


def _rows() -> Iterator[str]:
    for kind in sorted(ALL_WEAKNESSES.values(), key=lambda kind: kind.code):
        yield f"| `{kind.code}` | {kind.severity} | {_found(kind)} | {kind.about} |\n"


def _found(kind: WeaknessKind) -> str:
    return re.sub(r"\{(\w+)\}", "…", kind.message)


def main(arguments: list[str], path: Path = PAGE) -> int:
    """Write the page to ``path``; with ``--check`` return 1 where it is not as it would be."""
    text = path.read_text(encoding="utf-8")
    if "--check" not in arguments:
        path.write_text(page(text), encoding="utf-8")
    elif page(text) != text:
        sys.stderr.write("docs/doctor.md is not what the code says; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
