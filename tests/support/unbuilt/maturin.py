"""Stands in for a build backend, so that pip hands over a source package without building it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

NAME = "yaml_rs-0.1.6.dist-info"


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: dict[str, Any] | None = None
) -> str:
    """Give pip the metadata that the source package itself carries."""
    folder = Path(metadata_directory, NAME)
    folder.mkdir()
    shutil.copy("PKG-INFO", folder / "METADATA")
    return NAME
