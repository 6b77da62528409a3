"""What can go wrong, as types: each says which exit code the command line answers with.

Findings about a desired state are diagnostics, collected and reported together. An error
ends the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from reconciler.model.visible_text import visible

if TYPE_CHECKING:
    from reconciler.model.diagnostic import Diagnostic
    from reconciler.model.plan import Plan


class ReconcilerError(Exception):
    """The command cannot go on.

    ``message`` says what and where, ``hint`` what to do about it, ``details`` are lines between
    the two. None ever holds a secret or a database password.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)

    @property
    def recorded(self) -> str:
        """What the row of a run that ended so says: printable lines, whatever git's names hold."""
        return "\n".join(visible(line) for line in (self.message, *self.details))


class UsageError(ReconcilerError):
    """The flags or settings given make no sense together."""

    exit_code = 64


class InvalidDesiredStateError(ReconcilerError):
    """The desired state has errors; nothing was compared or written."""

    def __init__(self, diagnostics: Sequence[Diagnostic], where: str = "") -> None:
        super().__init__(f"the desired state{where} is not valid")
        self.diagnostics = tuple(diagnostics)


class RefusedPlanError(ReconcilerError):
    """A plan was not applied; ``plan`` is what would be done now, where that is known."""

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        plan: Plan | None = None,
        details: Sequence[str] = (),
    ) -> None:
        super().__init__(message, hint, details)
        self.plan = plan


class BlockedError(RefusedPlanError):
    """The plan may not be applied."""

    exit_code = 3


class StalePlanError(RefusedPlanError):
    """The plan no longer fits the database or the desired state it was made from."""

    exit_code = 4


class AlteredPlanError(RefusedPlanError):
    """A plan file is not as it was made: its id does not fit its content."""

    def __init__(self, message: str, hint: str, plan: Plan) -> None:
        super().__init__(message, hint)
        self.altered = plan


class LockNotObtainedError(ReconcilerError):
    """Another run holds the installation's lock."""

    exit_code = 5


class OutcomeUnknownError(ReconcilerError):
    """The server could not be reached to say whether the transaction was committed."""

    exit_code = 6
