"""Every kind of weakness that ``db doctor`` knows, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.weakness import WeaknessKind
from reconciler.model.weaknesses import access, schema, surroundings

_ROOMS = (schema, access, surroundings)

ALL_WEAKNESSES: Final[Mapping[str, WeaknessKind]] = {
    kind.code: kind
    for room in _ROOMS
    for kind in vars(room).values()
    if isinstance(kind, WeaknessKind)
}
"""By code, in the order of the documentation."""
