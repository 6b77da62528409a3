"""One finding about a desired state: severity, stable code, message, hint and place.

The kinds themselves are listed in ``reconciler.model.kinds``.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from pydantic import BaseModel, ConfigDict

MOST_FINDINGS = 1_000
"""How many findings about one file are listed; one more says that there are others."""


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Gate(StrEnum):
    """What an error of a kind stops.

    ``INPUT``: the desired state cannot be trusted, so nothing is compared and no database
    connection is opened. ``APPLY``: the plan is made and shown, and may not be applied.
    """

    INPUT = "input"
    APPLY = "apply"


class Location(BaseModel):
    """A place in a file. Lines and columns count from 1, columns in characters."""

    model_config = ConfigDict(frozen=True)

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Acceptance(BaseModel):
    """Who took responsibility for a finding, until when (a day, included) and why."""

    model_config = ConfigDict(frozen=True)

    waived_by: str
    until: str
    reason: str


class Diagnostic(BaseModel):
    """One finding, ready to be shown.

    ``site`` and ``extension`` say whom it concerns, if known, and ``subject`` what of it: a JSON
    Pointer, the other extension, the capability, the aspect. Together with the code these name
    the finding, whatever its words: a waiver is about exactly one. ``waiver`` is set where one
    made a warning of an error.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    gate: Gate
    code: str
    message: str
    hint: str
    location: Location
    site: str | None = None
    extension: str | None = None
    subject: str | None = None
    waiver: Acceptance | None = None

    @property
    def stops_planning(self) -> bool:
        """Whether nothing may be compared with the database because of this."""
        return self.severity is Severity.ERROR and self.gate is Gate.INPUT

    @property
    def sort_key(self) -> tuple[str | int, ...]:
        """The one order in which findings are reported: by place, code, message, whom it concerns.

        It is total: a profile's mistake is found once a site, at one place in the same words.
        """
        place = self.location
        concerned = (self.site or "", self.extension or "", self.subject or "")
        return place.path, place.line, place.column, self.code, self.message, *concerned, self.hint


class DiagnosticKind(Struct, frozen=True):
    """A kind of finding: its stable code, and the sentences it is reported with.

    ``message`` and ``hint`` are ``str.format`` templates over the facts given to ``at``.
    ``about`` says, in a sentence or two for a reader of the documentation, what is wrong and why
    it matters. ``waivable`` says whether a waiver may make a warning of it.
    """

    code: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR
    gate: Gate = Gate.INPUT
    about: str = ""
    waivable: bool = False

    def at(
        self,
        location: Location,
        *,
        site: str | None = None,
        extension: str | None = None,
        subject: str | None = None,
        **facts: object,
    ) -> Diagnostic:
        """Return the finding of this kind at ``location``, its sentences filled with ``facts``."""
        named = {**facts, "site": site, "extension": extension, "subject": subject}
        return Diagnostic(
            severity=self.severity,
            gate=self.gate,
            code=self.code,
            message=self.message.format_map(named),
            hint=self.hint.format_map(named),
            location=location,
            site=site,
            extension=extension,
            subject=subject,
        )


def sorted_diagnostics(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings in reporting order, each once."""
    return tuple(sorted(set(diagnostics), key=lambda diagnostic: diagnostic.sort_key))
