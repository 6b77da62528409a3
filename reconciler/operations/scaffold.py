"""Starting a new desired state."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.scaffold import write_scaffold
from reconciler.model.errors import ReconcilerError
from reconciler.operations.desired_state import Source, check_desired_state


def scaffold(folder: Path) -> list[Path]:
    """Write a new desired-state folder, check that it is valid, and return its files.

    Raises:
        ReconcilerError: the folder is not empty or may not be written.
    """
    written = write_scaffold(folder)
    if check_desired_state(Source(folder)).has_errors:
        raise ReconcilerError(
            "the scaffold is not valid: this is a fault of the reconciler", "Please report it."
        )
    return written
