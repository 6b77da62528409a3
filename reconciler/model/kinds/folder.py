"""Findings about entries of the folder that are not ordinary files inside it."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

OUTSIDE_LINK = DiagnosticKind(
    "outside-link",
    "the symbolic link leads out of the desired-state folder",
    "Replace the link by the file itself; what is planned must be what was reviewed.",
)
NOT_A_FILE = DiagnosticKind(
    "not-a-file",
    "this is not an ordinary file",
    "Remove it from the folder, or replace it by a file.",
)
IGNORED_FILE = DiagnosticKind(
    "ignored-file",
    "the file stands among the desired state's and is not read, because of its name",
    "Give it a name in small letters that ends in .yaml and begins with no dot, or move it away.",
    Severity.WARNING,
)
UNREADABLE_FILE = DiagnosticKind(
    "unreadable-file",
    "the file cannot be read: {problem}",
    "Mend it or remove it; a part of a desired state is never taken for the whole.",
)
