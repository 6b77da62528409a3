"""Findings about encrypted values."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind

ENCRYPTED_VALUE_DAMAGED = DiagnosticKind(
    "encrypted-value-damaged",
    "{place} begins as an encrypted value and is none: it was cut short or altered",
    "Encrypt the secret again with `reconciler encrypt`, or restore the value from git.",
    about=(
        'A value `{$encrypted: "age:…"}` is not the base64 of a whole age file. The service '
        "that should use the secret could not decrypt it, and would find that out in production."
    ),
)
