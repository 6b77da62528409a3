"""The catalogue of findings: every kind of diagnostic, each once, one module a subject."""

from __future__ import annotations

from types import ModuleType

from reconciler.model.diagnostic import DiagnosticKind
from reconciler.model.kinds import files, folder, reading, rules, secrets


def _kinds_in(module: ModuleType) -> list[DiagnosticKind]:
    return [value for value in vars(module).values() if isinstance(value, DiagnosticKind)]


ALL_KINDS: dict[str, DiagnosticKind] = {
    kind.code: kind
    for module in (folder, reading, files, rules, secrets)
    for kind in _kinds_in(module)
}
"""Every kind by its code."""
