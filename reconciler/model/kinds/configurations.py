"""Findings about a configuration: what its manifest says it may be."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind

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
CONFIGURATION_TOO_LARGE = DiagnosticKind(
    "configuration-too-large",
    "the configuration and the schema of {extension} {version} are too large, or lead through "
    "too many references, to be checked against each other",
    "Split the configuration, or simplify `configuration` in the manifest.",
    about="A check looks at every value by every part of the schema that may describe it. How long "
    "that takes is worked out before, and what would take longer than there is, is refused.",
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
