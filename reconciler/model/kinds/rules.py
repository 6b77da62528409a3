"""Findings about what a configuration means: schema, secrets, compliance."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

CONFIGURATION_TYPE = DiagnosticKind(
    "configuration-type",
    "{place} has the wrong type: {problem}",
    "The manifest of {extension} {version} says what it may be.",
    about=(
        "The extension would read a value of another kind than it expects, and what it makes "
        "of that is its own affair: a failure when it starts, or a silent default."
    ),
    waivable=True,
)
CONFIGURATION_VALUE = DiagnosticKind(
    "configuration-value",
    "{place} is not valid: {problem}",
    "The manifest of {extension} {version} says what it may be.",
    about=(
        "The value has the right type, and the manifest rules it out: by a range, a list of "
        "choices, a pattern or a format. The extension was not tested with it."
    ),
    waivable=True,
)
CONFIGURATION_MISSING = DiagnosticKind(
    "configuration-missing",
    "{problem}",
    "Add the key; the manifest of {extension} {version} requires it.",
    about=(
        "The manifest requires the key, so the extension has no default for it. A profile of "
        "the site may give it just as well as the site's own file."
    ),
    waivable=True,
)
CONFIGURATION_UNKNOWN = DiagnosticKind(
    "configuration-unknown",
    "{place} is not a property that {extension} {version} knows",
    "{suggestion}",
    about=(
        "The extension would not read the property, so it would have no effect; most often it "
        "is misspelt, or was renamed in this version. A manifest lets further properties in "
        "with `additionalProperties`."
    ),
    waivable=True,
)
CONFIGURATION_FINDINGS = DiagnosticKind(
    "configuration-findings",
    "more than {number} findings about one configuration; the others are not listed",
    "Mend these first, and run it again.",
    about=(
        "So many findings about one configuration have one cause, such as the configuration "
        "of another extension. The list is cut so that it can be found."
    ),
)
PLAINTEXT_SECRET = DiagnosticKind(
    "plaintext-secret",
    "{place} is a secret and holds something other than a reference",
    "Write a reference, such as {{$secret: vault://…}}, and change the secret: git remembers it.",
    about=(
        "Whoever can read the repository, now or later, can read the secret. The finding "
        "never repeats it. A key counts as secret by its manifest (`x-sensitive`, "
        "`writeOnly`, `format: password`) or by its name."
    ),
)
SIGNOFF_MISSING = DiagnosticKind(
    "signoff-missing",
    "aspect {aspect!r} needs the signature of a {role}, and none counts",
    "Someone whom the site lists as {role} signs configHash {config_hash}.",
    gate=Gate.APPLY,
    about=(
        "The extension's manifest, or the contract of a capability that it provides, enforces "
        "a signature for this aspect. The signature is for one hash, so any change of the "
        "configuration or version needs a new one."
    ),
    waivable=True,
)
SIGNOFF_MISSING_WARNING = DiagnosticKind(
    "signoff-recommended",
    "aspect {aspect!r} asks for the signature of a {role}, and none counts",
    "Someone whom the site lists as {role} signs configHash {config_hash}.",
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
