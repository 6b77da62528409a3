"""Findings about what a file says: its keys, its types, and what it refers to."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

UNKNOWN_KEY = DiagnosticKind(
    "unknown-key",
    "key {key!r} is not known in {kind}",
    "{suggestion}",
)
MISSING_KEY = DiagnosticKind(
    "missing-key",
    "key {key!r} is missing in {kind}",
    "Add it; `reconciler schema {kind}` prints what the file may say.",
)
WRONG_TYPE = DiagnosticKind(
    "wrong-type",
    "{place} has the wrong type: {problem}",
    "Write a value of the type asked for; quote it if it should be text.",
)
INVALID_VALUE = DiagnosticKind(
    "invalid-value",
    "{place} is not valid: {problem}",
    "`reconciler schema {kind}` prints what the file may say.",
)
MISPLACED_FILE = DiagnosticKind(
    "misplaced-file",
    "the file is not where the reconciler looks: {problem}",
    "{suggestion}",
)
MISSING_FILE = DiagnosticKind(
    "missing-file",
    "the file {name} is missing",
    "{suggestion}",
)
IDENTITY_MISMATCH = DiagnosticKind(
    "identity-mismatch",
    "the file says {key} {written!r}, but its path says {expected!r}",
    "The path decides: correct the key or leave it out, or move the file.",
)
DUPLICATE_SITE_ID = DiagnosticKind(
    "duplicate-site-id",
    "site id {id} is also the id of site {other!r}",
    "Give each site the id of its own row in MachShop's table sites.",
)
DUPLICATE_USER = DiagnosticKind(
    "duplicate-user",
    "{field} {value!r} is given to two users",
    "Each user is listed once, with the id of its row in MachShop's table users.",
)
DUPLICATE_CATALOG_ENTRY = DiagnosticKind(
    "duplicate-catalog-entry",
    "{what} is described a second time; the first is {other}",
    "Keep one of the two files.",
)
UNKNOWN_PROFILE = DiagnosticKind(
    "unknown-profile",
    "there is no profile {profile!r}",
    "{suggestion}",
)
UNKNOWN_USER = DiagnosticKind(
    "unknown-user",
    "there is no user {username!r} in users.yaml",
    "{suggestion}",
)
MISSING_VERSION = DiagnosticKind(
    "missing-version",
    "no version is given for extension {extension!r}",
    "Add `version:`; the catalog has {versions}.",
)
UNKNOWN_EXTENSION = DiagnosticKind(
    "unknown-extension",
    "the catalog has no extension {extension!r}",
    "{suggestion}",
)
UNKNOWN_VERSION = DiagnosticKind(
    "unknown-version",
    "the catalog has no version {version} of extension {extension!r}",
    "It has {versions}.",
)
MANIFEST_INVALID = DiagnosticKind(
    "manifest-invalid",
    "the reconciler relies on {place}, which is not valid: {problem}",
    "Correct the manifest; extensions of this version cannot be checked against it.",
)
MANIFEST_SCHEMA_INVALID = DiagnosticKind(
    "manifest-schema-invalid",
    "the configuration schema of {extension} {version} is not a valid JSON Schema: {problem}",
    "Correct `configuration` in the manifest; configurations cannot be checked against it.",
)
USELESS_OPT_OUT = DiagnosticKind(
    "useless-opt-out",
    "`enabled: false`, but no profile of the site brings extension {extension!r} in",
    "Delete the file: an extension without one is not enabled.",
    Severity.WARNING,
)
TOO_MANY_FINDINGS = DiagnosticKind(
    "too-many-findings",
    "more than {limit} findings about this file; the others are not listed",
    "Mend those that are listed and validate again.",
)
