"""Findings about what extensions need: other extensions, capabilities, a platform new enough."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

DEPENDENCY_MISSING = DiagnosticKind(
    "dependency-missing",
    "{extension} {version} needs extension {subject}{wanted}, which is not enabled at {site}",
    "{advice}",
    gate=Gate.APPLY,
    about="An extension is enabled without another that its manifest depends on. It would not "
    "start, or start and fail later.",
    waivable=True,
)
DEPENDENCY_VERSION = DiagnosticKind(
    "dependency-version",
    "{extension} {version} needs extension {subject}{wanted}, and {site} has {found}",
    "{advice}",
    gate=Gate.APPLY,
    about="The extension that is depended on is enabled, at a version outside the range that the "
    "manifest asks for. Ranges are read as npm reads them.",
    waivable=True,
)
CAPABILITY_MISSING = DiagnosticKind(
    "capability-missing",
    "{extension} {version} needs capability {subject}{wanted}, which nothing at {site} provides",
    "{advice}",
    gate=Gate.APPLY,
    about="An extension depends on a capability, and neither the platform nor any extension that "
    "is enabled at the site provides it.",
    waivable=True,
)
CAPABILITY_VERSION = DiagnosticKind(
    "capability-version",
    "{extension} {version} needs capability {subject}{wanted}, and at {site} {found}",
    "{advice}",
    gate=Gate.APPLY,
    about="The capability is provided, but not at a version that is enough: a minimum of v2 means "
    "2.0 or later within major version 2.",
    waivable=True,
)
CAPABILITY_PROVIDER = DiagnosticKind(
    "capability-provider",
    "{extension} {version} prefers {preferred} for capability {subject}, and {found} provides it",
    "Nothing has to be done; enable {preferred} if the difference matters.",
    Severity.NOTE,
    about="A manifest may name the provider that it would rather work with. Another one at the "
    "site provides the capability at a version that is enough.",
)
DEPENDENCY_CYCLE = DiagnosticKind(
    "dependency-cycle",
    "extensions depend on each other in a circle at {site}: {circle}",
    "{advice}",
    gate=Gate.APPLY,
    about="No order exists in which these extensions could be activated: each waits for the next. "
    "The catalog's manifests say so, directly or through a capability that one provides.",
    waivable=True,
)
MES_VERSION_TOO_LOW = DiagnosticKind(
    "mes-version-too-low",
    "{extension} {version} needs MES {wanted} or later, and {site} has {found}",
    "{advice}",
    gate=Gate.APPLY,
    about="A manifest, or the contract of a capability that the extension provides, names the "
    "oldest MES it runs on. The site's own version stands in its site.yaml.",
    waivable=True,
)
API_VERSION_TOO_LOW = DiagnosticKind(
    "api-version-too-low",
    "{extension} {version} needs the platform's API {wanted} or later, and {site} has {found}",
    "{advice}",
    gate=Gate.APPLY,
    about="A manifest names the oldest version of the extension API that it was built for. The "
    "site's own version stands in its site.yaml.",
    waivable=True,
)
DEACTIVATION_BREAKS = DiagnosticKind(
    "deactivation-breaks",
    "deactivating {extension} at {site} leaves {number} without what they need: {dependents}",
    "Keep {extension}, or deactivate or change all of these with it.",
    gate=Gate.APPLY,
    about="What is to be deactivated is what other enabled extensions depend on, directly or for "
    "a capability that it provides. All of them are named.",
    waivable=True,
)
