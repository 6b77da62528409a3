"""A new desired-state folder: small, commented, and valid."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from uuid import uuid4

from reconciler.model.errors import ReconcilerError

_IDS = ("service_user_id", "engineer_id", "quality_manager_id", "site_id")


def write_scaffold(folder: Path) -> list[Path]:
    """Write the scaffold into ``folder``, with ids of its own, and return the files' paths.

    Raises:
        ReconcilerError: the folder has something in it, or may not be written.
    """
    ids = {name: str(uuid4()) for name in _IDS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ReconcilerError(
                f"{folder} is not empty", "Name a new folder; nothing is ever overwritten."
            )
        return sorted(_write(resources.files("reconciler") / "scaffold", folder, ids))
    except OSError as error:
        raise ReconcilerError(
            f"cannot write {folder}: {error.strerror}", "Name a folder you may write to."
        ) from None


def _write(source: Traversable, target: Path, ids: dict[str, str]) -> list[Path]:
    written = []
    for entry in source.iterdir():
        path = target / entry.name
        if entry.is_dir():
            path.mkdir()
            written += _write(entry, path, ids)
        else:
            text = Template(entry.read_text(encoding="utf-8")).substitute(ids)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
