"""Git's tree objects, as git keeps them: what stands in one folder, in git's order."""

from __future__ import annotations

import re

FOLDER = b"40000"
"""The mode of a folder."""


def items_of(held: bytes, name_length: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return the mode of each thing in a folder, its name, and git's name of what it is.

    The mode has no zeros before it, which some programs have written.

    Args:
        held: the tree object.
        name_length: how many bytes the name of an object has: 20 (SHA-1) or 32 (SHA-256).
    """
    item = re.compile(rb"0*([0-7]+) ([^\0]+)\0(.{%d})" % name_length, re.DOTALL)
    return item.findall(held)


def as_text(name: bytes) -> str:
    """Return a name that git has, as text; what is no UTF-8 is written with a backslash."""
    return name.decode("utf-8", "backslashreplace")
