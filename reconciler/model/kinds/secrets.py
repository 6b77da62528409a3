"""Findings about secrets: references and encrypted values, never plaintext."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind

PLAINTEXT_SECRET = DiagnosticKind(
    "plaintext-secret",
    "{place} is a secret and holds something other than a reference",
    "Write a reference, such as {{$secret: vault://…}}, or what `reconciler encrypt` makes of it; "
    "and change the secret: git remembers it.",
    about=(
        "Whoever can read the repository, now or later, can read the secret. The finding "
        "never repeats it. A key counts as secret by its manifest (`x-sensitive`, "
        "`writeOnly`, `format: password`) or by its name."
    ),
)
ENCRYPTED_VALUE_DAMAGED = DiagnosticKind(
    "encrypted-value-damaged",
    "{place} begins as an encrypted value and is none: it was cut short or altered",
    "Encrypt the secret again with `reconciler encrypt`, or restore the value from git.",
    about=(
        'A value `{$encrypted: "age:…"}` is not the base64 of a whole age file. The service '
        "that should use the secret could not decrypt it, and would find that out in production."
    ),
)
