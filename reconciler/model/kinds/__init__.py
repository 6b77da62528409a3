"""The catalogue of findings: every kind of diagnostic, each once, one module a subject."""

from __future__ import annotations

from types import ModuleType

from reconciler.model.diagnostic import DiagnosticKind
from reconciler.model.kinds import (
    catalog,
    conflicts,
    dependencies,
    files,
    folder,
    lifecycle,
    reading,
    rules,
    waivers,
)


def _kinds_in(module: ModuleType) -> list[DiagnosticKind]:
    return [value for value in vars(module).values() if isinstance(value, DiagnosticKind)]


_MODULES = (folder, reading, files, catalog, rules, dependencies, conflicts, lifecycle, waivers)

ALL_KINDS: dict[str, DiagnosticKind] = {
    kind.code: kind for module in _MODULES for kind in _kinds_in(module)
}
"""Every kind by its code."""

WAIVABLE: frozenset[str] = frozenset(code for code, kind in ALL_KINDS.items() if kind.waivable)
"""The codes of the findings that a waiver may be about."""
