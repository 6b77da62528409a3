"""Reading an anchor: the heads of chains that were kept outside the database."""

from __future__ import annotations

from pathlib import Path

from reconciler.model.errors import ReconcilerError
from reconciler.model.evidence import Anchor


def read_anchor(path: Path) -> Anchor:
    """Return what a file that ``audit anchor`` wrote says.

    Raises:
        ReconcilerError: it cannot be read, or is something else.
    """
    try:
        return Anchor.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReconcilerError(
            f"cannot read {path}: {error.strerror}", "Name the file that `audit anchor` wrote."
        ) from None
    except ValueError:
        raise ReconcilerError(
            f"{path} is no anchor of this program", "Make one with `reconciler audit anchor`."
        ) from None
