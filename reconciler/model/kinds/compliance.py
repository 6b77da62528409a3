"""Findings about compliance: whose signature is asked for, and which signoffs count."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

SIGNOFF_MISSING = DiagnosticKind(
    "signoff-missing",
    "aspect {aspect!r} needs the signature of a {role}, and none counts",
    "Someone whom {site} lists as {role} signs it: `reconciler signoff {site} {extension} "
    "--aspect {aspect} --as <username>`; configHash is {config_hash}.",
    gate=Gate.APPLY,
    about=(
        "The extension's manifest, or the contract of a capability that it provides, enforces "
        "a signature for this aspect. The signature is for one hash, so any change of the "
        "configuration or version needs a new one."
    ),
)
SIGNOFF_MISSING_WARNING = DiagnosticKind(
    "signoff-recommended",
    "aspect {aspect!r} asks for the signature of a {role}, and none counts",
    "Someone whom {site} lists as {role} signs it: `reconciler signoff {site} {extension} "
    "--aspect {aspect} --as <username>`; configHash is {config_hash}.",
    Severity.WARNING,
    about=(
        "As with signoff-missing, but the manifest's compliance model does not enforce the "
        "signature. An auditor may still ask for it."
    ),
)
SIGNOFF_UNASKED = DiagnosticKind(
    "signoff-unasked",
    "{signer} signed aspect {subject!r} as {role}, which nothing asks for here",
    "{suggestion}",
    Severity.WARNING,
    about="A signature meets the one requirement whose aspect it names. This one meets none: the "
    "aspect is misspelt, was copied from another extension, or is no longer asked for.",
)
UNKNOWN_AUTHOR = DiagnosticKind(
    "unknown-author",
    "{subject!r} is nobody's email in users.yaml, and wrote {changed} signed",
    "Add the email of whoever commits with it; an address that hides a signer's own counts as "
    "another person.",
    Severity.WARNING,
    about="Whoever makes a change may not sign it (four eyes), and people are told apart by their "
    "emails. An author whom nobody knows may be the signer under another address.",
)
SIGNOFF_UNATTRIBUTED = DiagnosticKind(
    "signoff-unattributed",
    "who made the change that {signer} signed cannot be told: {problem}",
    "{suggestion}",
    Severity.WARNING,
    about="Whoever makes a change may not approve it (four eyes). The author is told by git, so "
    "that of a change that is not committed, or whose history is missing, nobody can say that the "
    "signer is another person.",
)
SIGNOFF_VOID = DiagnosticKind(
    "signoff-void",
    "the signoff of aspect {aspect!r} by {signer} does not count: {problem}",
    "{suggestion}",
    Severity.WARNING,
    about=(
        "The entry looks like a signature and is not counted as one. A signature stands for "
        "exactly the configuration whose hash it names, by somebody whom the site lists for "
        "the role."
    ),
)

COMPLIANCE_CODES = frozenset(
    kind.code
    for kind in (
        SIGNOFF_MISSING,
        SIGNOFF_MISSING_WARNING,
        SIGNOFF_UNASKED,
        SIGNOFF_UNATTRIBUTED,
        SIGNOFF_VOID,
    )
)
"""What is found about signatures alone."""
