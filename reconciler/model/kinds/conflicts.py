"""Findings about extensions that must not be enabled together."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate

CONFLICT_EXPLICIT = DiagnosticKind(
    "conflict-explicit",
    "{extension} and {other} must not both be enabled at {site}: {reason}",
    "{advice}",
    gate=Gate.APPLY,
    about="The manifest of one of the two names the other. It holds both ways, whichever of them "
    "says so.",
    waivable=True,
)
CONFLICT_POLICY = DiagnosticKind(
    "conflict-policy",
    "{extension} and {other} follow policies that do not go together{shared}: {first_policy} and "
    "{second_policy} (scope {scope}): {reason}",
    "{advice}",
    gate=Gate.APPLY,
    about="Two extensions share a capability or a resource and follow policies of which one "
    "excludes the other, by a manifest or by the contract of the capability. Scope `capability` "
    "and `resource` is about one site, `global` about any two sites of the installation.",
    waivable=True,
)
CONFLICT_FINDINGS = DiagnosticKind(
    "conflict-findings",
    "more than {number} conflicts {where}; the others are not listed",
    "Mend these first, and run it again.",
    gate=Gate.APPLY,
    about="So many conflicts have one cause, such as a policy that excludes all others. The list "
    "is cut so that it can be found. A waiver cannot be about what is not listed.",
)
CONFLICT_DEPENDENCY = DiagnosticKind(
    "conflict-dependency",
    "{extension} and {other} cannot both have what they need at {site}: {reason}",
    "{advice}",
    gate=Gate.APPLY,
    about="Two extensions depend on a third one at ranges of versions of which no version in the "
    "catalog is in both. One site has one version of an extension.",
    waivable=True,
)
