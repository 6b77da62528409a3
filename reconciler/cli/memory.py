"""How often Python looks for cycles of objects that nobody holds any more."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Look for cycles rarely: what is made of files and rows has none, and looking takes long."""
    gc.set_threshold(200_000, 20, 100)
