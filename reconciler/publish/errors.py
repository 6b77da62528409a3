"""What can go wrong while a report is delivered.

A failed delivery is never the plan's failure: the command reports it and keeps the plan's
own exit code.
"""

from __future__ import annotations

from reconciler.model.errors import ReconcilerError


class PublishError(ReconcilerError):
    """A report could not be delivered.

    ``status`` is the HTTP status of the last answer, or None where there was none.
    """

    def __init__(self, message: str, hint: str | None = None, *, status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status
