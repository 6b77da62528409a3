"""Fails when a function or a file has grown beyond what one can take in.

``python -m tests.support.sizes``
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
LONGEST_FUNCTION = 60
LONGEST_FILE = {"reconciler": 400, "tests": 500, "benchmarks": 400}


def too_large(project: Path) -> Iterator[str]:
    """Yield one line for each file and function under ``project`` that is too long."""
    for folder, longest in LONGEST_FILE.items():
        for path in sorted((project / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(project)
            lines = len(text.splitlines())
            if lines > longest:
                yield f"{name}: the file has {lines} lines, and {longest} are allowed"
            yield from (f"{name}:{finding}" for finding in _long_functions(text))


def _long_functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield (
                    f"{node.lineno}: {node.name} has {lines} lines, "
                    f"and {LONGEST_FUNCTION} are allowed"
                )


def main() -> int:
    """Print what is too large; return 1 if anything is."""
    findings = list(too_large(PROJECT))
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
