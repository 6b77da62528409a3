"""Findings about waivers: who may accept which finding, and until when."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Gate, Severity

WAIVER_EXPIRED = DiagnosticKind(
    "waiver-expired",
    "the waiver of {subject} expired on {until}",
    "Mend what it is about, or have it accepted anew with a reason that still holds.",
    gate=Gate.APPLY,
    about="A waiver accepts a finding up to and including a day. After it the finding is an error "
    "again, and so is the waiver itself, whether or not anything is left to accept.",
)
WAIVER_NOT_ALLOWED = DiagnosticKind(
    "waiver-not-allowed",
    "{subject} cannot be waived",
    "{suggestion}",
    gate=Gate.APPLY,
    about="Only findings about what a configuration means may be accepted for a time. What could "
    "not be read, a secret in plain text, or a waiver itself must be mended.",
)
WAIVER_SIGNER = DiagnosticKind(
    "waiver-signer",
    "{subject} may not waive anything at {site}: {problem}",
    "Have it waived by somebody whom the site lists under `signers`, in any role.",
    gate=Gate.APPLY,
    about="A waiver takes responsibility for a finding, as a signature does. So it must be given "
    "by one of the site's own signers.",
)
WAIVER_UNUSED = DiagnosticKind(
    "waiver-unused",
    "the waiver of {subject} accepts nothing",
    "Remove it, or correct its code, extension and subject: `reconciler validate --json` shows "
    "those of each finding.",
    Severity.WARNING,
    about="No finding at the site has this code, extension and subject, or it was mended. A waiver "
    "left behind would silently accept it if it came back.",
)
