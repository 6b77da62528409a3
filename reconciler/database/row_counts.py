"""What a statement wrote, held against what it was to write."""

from __future__ import annotations

from reconciler.model.errors import ReconcilerError


def expect_rows(written: int, expected: int) -> None:
    """Do nothing where as many rows were written as were to be.

    Raises:
        ReconcilerError: the server took another number; the transaction must be rolled back.
    """
    if written != expected:
        raise ReconcilerError(
            f"the database took {written} rows where {expected} were to be written",
            "Nothing was changed. Look for a trigger or rule that suppresses rows.",
        )
