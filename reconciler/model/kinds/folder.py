"""Findings about the folder: what in it is no ordinary file inside it, or is not read."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

OUTSIDE_LINK = DiagnosticKind(
    "outside-link",
    "the symbolic link leads out of the desired-state folder",
    "Replace the link by the file itself; what is planned must be what was reviewed.",
    about=(
        "The link's target is not under the folder's review: it can change without a commit, "
        "and it may be any file of the machine that runs the reconciler. Links that stay "
        "inside the folder are followed."
    ),
)
NOT_A_FILE = DiagnosticKind(
    "not-a-file",
    "this is not an ordinary file",
    "Remove it from the folder, or replace it by a file.",
    about=(
        "A named pipe, a socket, a device or a link to a folder has no content of its own "
        "that could be reviewed, and reading a pipe can hang. None is read."
    ),
)
IGNORED_FILE = DiagnosticKind(
    "ignored-file",
    "the file stands among the desired state's and is not read, because of its name",
    "Give it a name in small letters that ends in .yaml and begins with no dot, or move it away.",
    Severity.WARNING,
    about=(
        "The name looks like a slip. A file that is not read says nothing, and an extension "
        "without a file is deactivated, so what seems to be switched on at a site may be "
        "about to be switched off."
    ),
)
UNREADABLE_FILE = DiagnosticKind(
    "unreadable-file",
    "the file cannot be read: {problem}",
    "Mend it or remove it; a part of a desired state is never taken for the whole.",
    about=(
        "The operating system refuses to hand the file over: a lack of rights, a link that "
        "leads to nothing or round in a circle, a fault of the disk. Going on without the "
        "file would mean deactivating what it asks for."
    ),
)
SIMILAR_PATH = DiagnosticKind(
    "similar-path",
    "the path differs from {other} only in case or Unicode form",
    "Keep one of the two, or rename one: on many computers only one of them can exist.",
    Severity.WARNING,
    about="Git keeps both files, and Linux does. A file system that folds case, as those of macOS "
    "and Windows do, keeps one of them: what is planned there is not what is planned in CI.",
)
