"""Findings about the platform's foundation, and about versions that have had their time."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

FOUNDATION_MISSING = DiagnosticKind(
    "foundation-missing",
    "{extension} must be enabled at every site, and {site} does not have it",
    "{advice}",
    gate=Gate.APPLY,
    about="Its manifest says `preActivatedByDefault` or `requiredForOperation`: the MES does not "
    "work without it. Only versions that the site's MES can run count.",
    waivable=True,
)
FOUNDATION_DISABLED = DiagnosticKind(
    "foundation-disabled",
    "{extension} {version} may not be disabled, and {site} would lose it",
    "Keep it enabled: its manifest says `canBeDisabled: false`.",
    gate=Gate.APPLY,
    about="An extension of the platform's foundation is opted out of, or its file was deleted.",
    waivable=True,
)
DEPRECATED_VERSION = DiagnosticKind(
    "deprecated-version",
    "{extension} {version} is deprecated{notice}",
    "{suggestion}",
    Severity.WARNING,
    about="The manifest marks this version as deprecated. Its notice is quoted as it is written.",
)
CERTIFICATION_EXPIRED = DiagnosticKind(
    "certification-expired",
    "the certification {subject} of {extension} {version} was valid until {until}",
    "Have it renewed and the manifest updated, or change to a version that is certified.",
    Severity.WARNING,
    about="A certificate under `governance.certifications` of the manifest has run out. Whether "
    "the version may still be used is for the quality system to say.",
)
