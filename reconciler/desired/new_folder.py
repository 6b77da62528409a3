"""A folder that appears whole or not at all, and never in the place of another."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from reconciler.model.errors import ReconcilerError


def require_free(folder: Path) -> Path:
    """Return where a folder really is, by its whole path; it does not exist yet, or is empty.

    Raises:
        ReconcilerError: there is something in it, it is no folder, or nobody may look.
    """
    try:
        if os.path.lexists(folder) and any(folder.iterdir()):
            raise ReconcilerError(
                f"{folder} is not empty", "Name a new folder; nothing is ever overwritten."
            )
    except OSError as error:
        _refuse(folder, error)
    return Path(os.path.realpath(folder))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by relative path, into a folder as ``require_free`` returned it.

    They are written beside it and moved there at once: who looks sees all or nothing.

    Raises:
        ReconcilerError: the folder is not empty any more, or may not be written.
    """
    unfinished = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.partial")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for relative, content in files.items():
            path = unfinished / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        unfinished.replace(folder)
    except OSError as error:
        _refuse(folder, error)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _refuse(folder: Path, error: OSError) -> NoReturn:
    raise ReconcilerError(
        f"cannot write {folder}: {error.strerror}", "Name a new folder where you may write."
    ) from None
