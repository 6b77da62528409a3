"""Findings about the catalog: manifests and contracts that are not what they claim to be."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

MANIFEST_V2 = DiagnosticKind(
    "manifest-v2",
    "the manifest breaks manifest v2 at {place}: {problem}",
    "Tell the extension's vendor. {suggestion}",
    Severity.WARNING,
    about="Real manifests often break the format that they claim. The reconciler does not rely on "
    "this part, so nothing that it does is affected.",
)
MANIFEST_INVALID = DiagnosticKind(
    "manifest-invalid",
    "the reconciler relies on {place}, which is not valid: {problem}",
    "Correct the manifest; extensions of this version cannot be checked against it.",
    about="Dependencies, conflicts, signatures and the schema of the configuration are taken from "
    "these parts of a manifest or contract. Where no site enables the version it is a warning.",
)
MANIFEST_DIALECT = DiagnosticKind(
    "manifest-dialect",
    "{place} is written in the dialect before manifest v2: {problem}",
    "{suggestion}",
    about="An earlier dialect of manifests wrote capabilities and delegations otherwise. What was "
    "meant is not guessed: a guess would decide about signatures. Where no site enables the "
    "version it is a warning.",
)
MANIFEST_MISSPELT = DiagnosticKind(
    "manifest-misspelt",
    "the manifest has {place}, which is probably meant to be {meant!r} and is not read",
    "Correct the key: what stands below it has no effect as it is.",
    gate=Gate.APPLY,
    about="A misspelt key switches off what stands below it: a signature is not asked for, a "
    "conflict is not seen. Where no site enables the version it is a warning.",
)
MANIFEST_SCHEMA_INVALID = DiagnosticKind(
    "manifest-schema-invalid",
    "the configuration schema of {extension} {version} is not a valid JSON Schema: {problem}",
    "Correct `configuration` in the manifest; configurations cannot be checked against it.",
    about="The manifest's `configuration` is a JSON Schema, draft-07 unless `$schema` says "
    "otherwise. One that is broken would let every configuration pass. References are followed to "
    "places within the schema, like `#/definitions/name`, and one that leads elsewhere is refused, "
    "as is a schema with which a check could take longer than there is.",
)
CAPABILITY_UNPROVIDED = DiagnosticKind(
    "capability-unprovided",
    "capability {subject}{wanted} is needed by {extension} {version}, and nothing in the catalog "
    "provides it",
    "Add a manifest that provides it, or list it under platform.capabilities in reconciler.yaml "
    "if the MES itself does.",
    Severity.WARNING,
    about="No site could enable this version with what the catalog has. It is no error until one "
    "does.",
)
