"""Findings about what a file says: its keys, its types, and what it refers to."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

UNKNOWN_KEY = DiagnosticKind(
    "unknown-key",
    "key {key!r} is not known in {kind}",
    "{suggestion}",
    about=(
        "A misspelt key would otherwise be ignored, and the setting would silently stay what "
        "it was. Every key of the reconciler's own files is known, so that one that is not "
        "can only be a slip."
    ),
)
MISSING_KEY = DiagnosticKind(
    "missing-key",
    "key {key!r} is missing in {kind}",
    "Add it; `reconciler schema {kind}` prints what the file may say.",
    about=(
        "Without the key the file does not say what it has to, such as which row of the "
        "database a site is."
    ),
)
WRONG_TYPE = DiagnosticKind(
    "wrong-type",
    "{place} has the wrong type: {problem}",
    "Write a value of the type asked for; quote it if it should be text.",
    about=(
        "The value is of another kind than the key takes, most often a text where true, false "
        "or a number is meant, or the other way round. Quotes decide: 'yes' and \"1\" are "
        "texts."
    ),
)
INVALID_VALUE = DiagnosticKind(
    "invalid-value",
    "{place} is not valid: {problem}",
    "`reconciler schema {kind}` prints what the file may say.",
    about=(
        "The value has the right type and not the right form: a version that is no version, "
        "an id that is no UUID, a name with characters that it may not have."
    ),
)
MISPLACED_FILE = DiagnosticKind(
    "misplaced-file",
    "the file is not where the reconciler looks: {problem}",
    "{suggestion}",
    about=(
        "The path says what a file is about. One in no known place would be left unread, and "
        "a deployment that looks complete in git would be missing from the plan."
    ),
)
MISSING_FILE = DiagnosticKind(
    "missing-file",
    "the file {name} is missing",
    "{suggestion}",
    about=(
        "The reconciler needs this file to know what the others mean: reconciler.yaml names "
        "the installation, users.yaml the people, site.yaml the row that a site's folder "
        "stands for."
    ),
)
IDENTITY_MISMATCH = DiagnosticKind(
    "identity-mismatch",
    "the file says {key} {written!r}, but its path says {expected!r}",
    "The path decides: correct the key or leave it out, or move the file.",
    about=(
        "Site, extension and version come from the path; a file that repeats them has to "
        "agree. A mismatch is typical of a file that was copied from another site and not "
        "finished."
    ),
)
DUPLICATE_SITE_ID = DiagnosticKind(
    "duplicate-site-id",
    "site id {id} is also the id of site {other!r}",
    "Give each site the id of its own row in MachShop's table sites.",
    about=(
        "Two folders claim the same row of the database, so each would undo what the other "
        "asks for. Usually a site's folder was copied and its id left as it was."
    ),
)
DUPLICATE_USER = DiagnosticKind(
    "duplicate-user",
    "{field} {value!r} is given to two users",
    "Each user is listed once, with the id of its row in MachShop's table users.",
    about=(
        "A signature or an author has to lead to exactly one person. Usernames, ids and email "
        "addresses are therefore each given once."
    ),
)
DUPLICATE_CATALOG_ENTRY = DiagnosticKind(
    "duplicate-catalog-entry",
    "{what} is described a second time; the first is {other}",
    "Keep one of the two files.",
    about=(
        "Two files describe the same version of an extension, or the same capability; v1.0.0 "
        "and 1.0.0 are one version, and YAML and JSON are two forms of one file. Which of "
        "them a configuration is checked against must not be left to chance."
    ),
)
UNKNOWN_PROFILE = DiagnosticKind(
    "unknown-profile",
    "there is no profile {profile!r}",
    "{suggestion}",
    about=(
        "The site lists a profile that has no file. What it would bring, extensions included, "
        "would be missing from the site, and what is live from it would be deactivated."
    ),
)
UNKNOWN_USER = DiagnosticKind(
    "unknown-user",
    "there is no user {username!r} in users.yaml",
    "{suggestion}",
    about=(
        "Signers and the service user are recorded in the database by their id, which "
        "users.yaml gives. A signature of somebody unknown would prove nothing."
    ),
)
MISSING_VERSION = DiagnosticKind(
    "missing-version",
    "no version is given for extension {extension!r}",
    "Add `version:`; the catalog has {versions}.",
    about=(
        "Neither the site's own file nor one of its profiles says which version is to run. "
        "The newest is never assumed: what was validated is one particular version."
    ),
)
UNKNOWN_EXTENSION = DiagnosticKind(
    "unknown-extension",
    "the catalog has no extension {extension!r}",
    "{suggestion}",
    about=(
        "The catalog has no manifest of this extension, so there is nothing to check its "
        "configuration, its dependencies or its signatures against."
    ),
)
UNKNOWN_VERSION = DiagnosticKind(
    "unknown-version",
    "the catalog has no version {version} of extension {extension!r}",
    "It has {versions}.",
    about=(
        "Each version has a manifest of its own, with its own schema. A version without one "
        "cannot be checked, even where another version of the extension is known."
    ),
)
USELESS_OPT_OUT = DiagnosticKind(
    "useless-opt-out",
    "`enabled: false`, but no profile of the site brings extension {extension!r} in",
    "Delete the file: an extension without one is not enabled.",
    Severity.WARNING,
    about=(
        "A site opts out of an extension that a profile would bring in. Here none does, so "
        "the file changes nothing; it may stand in the wrong site's folder, or the profile "
        "may have dropped the extension."
    ),
)
TOO_MANY_FINDINGS = DiagnosticKind(
    "too-many-findings",
    "more than {limit} findings about this file; the others are not listed",
    "Mend those that are listed and validate again.",
    about="A list that nobody reads to its end hides what matters. What is listed is the first by "
    "line; the others show once these are mended.",
)
