"""The catalogue of findings: every kind of diagnostic, each once, one module a subject."""

from __future__ import annotations

from types import ModuleType

from reconciler.model.diagnostic import DiagnosticKind
from reconciler.model.kinds import (
    catalog,
    compliance,
    configurations,
    conflicts,
    dependencies,
    files,
    folder,
    lifecycle,
    reading,
    secrets,
    waivers,
)


def _kinds_in(module: ModuleType) -> list[DiagnosticKind]:
    return [value for value in vars(module).values() if isinstance(value, DiagnosticKind)]


_MODULES = (
    folder,
    reading,
    files,
    catalog,
    configurations,
    secrets,
    compliance,
    dependencies,
    conflicts,
    lifecycle,
    waivers,
)

GROUPS: dict[str, tuple[DiagnosticKind, ...]] = {
    module.__doc__ or module.__name__: tuple(_kinds_in(module)) for module in _MODULES
}
"""The kinds of each module, by what the module says they are about."""

ALL_KINDS: dict[str, DiagnosticKind] = {
    kind.code: kind for group in GROUPS.values() for kind in group
}
"""Every kind by its code."""

WAIVABLE: frozenset[str] = frozenset(code for code, kind in ALL_KINDS.items() if kind.waivable)
"""The codes of the findings that a waiver may be about."""
