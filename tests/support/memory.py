"""How much memory something takes at its peak, beside what the process holds already."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_STATUS = Path("/proc/self/status")
_FORGET_PEAK = Path("/proc/self/clear_refs"), "5"


def mebibytes_taken(work: Callable[[], object]) -> float:
    """Return how many mebibytes more than before were resident while ``work`` ran (Linux)."""
    path, word = _FORGET_PEAK
    path.write_text(word, encoding="ascii")
    before = _kibibytes("VmRSS")
    work()
    return (_kibibytes("VmHWM") - before) / 1024


def _kibibytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{_STATUS} has no {name}")
    return int(found[1])
