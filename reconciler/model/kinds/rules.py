"""Findings about what a configuration means: schema, secrets, compliance."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

CONFIGURATION_TYPE = DiagnosticKind(
    "configuration-type",
    "{place} has the wrong type: {problem}",
    "The manifest of {extension} {version} says what it may be.",
)
CONFIGURATION_VALUE = DiagnosticKind(
    "configuration-value",
    "{place} is not valid: {problem}",
    "The manifest of {extension} {version} says what it may be.",
)
CONFIGURATION_MISSING = DiagnosticKind(
    "configuration-missing",
    "{problem}",
    "Add the key; the manifest of {extension} {version} requires it.",
)
CONFIGURATION_UNKNOWN = DiagnosticKind(
    "configuration-unknown",
    "{place} is not a property that {extension} {version} knows",
    "{suggestion}",
)
CONFIGURATION_FINDINGS = DiagnosticKind(
    "configuration-findings",
    "more than {number} findings about one configuration; the others are not listed",
    "Mend these first, and run it again.",
)
CONFIGURATION_TOO_LARGE = DiagnosticKind(
    "configuration-too-large",
    "the configuration and the schema of {extension} {version} are too large, or lead through"
    " too many references, to be checked against each other",
    "Split the configuration, or simplify `configuration` in the manifest.",
)
PLAINTEXT_SECRET = DiagnosticKind(
    "plaintext-secret",
    "{place} is a secret and holds something other than a reference",
    "Write a reference, such as {{$secret: vault://…}}, and change the secret: git remembers it.",
)
SIGNOFF_MISSING = DiagnosticKind(
    "signoff-missing",
    "aspect {aspect!r} needs the signature of a {role}, and none counts",
    "Someone whom the site lists as {role} signs configHash {config_hash}.",
    gate=Gate.APPLY,
)
SIGNOFF_MISSING_WARNING = DiagnosticKind(
    "signoff-recommended",
    "aspect {aspect!r} asks for the signature of a {role}, and none counts",
    "Someone whom the site lists as {role} signs configHash {config_hash}.",
    Severity.WARNING,
)
SIGNOFF_VOID = DiagnosticKind(
    "signoff-void",
    "the signoff of aspect {aspect!r} by {signer} does not count: {problem}",
    "{suggestion}",
    Severity.WARNING,
)
