"""Which program this is, down to its last line: what one found, another need not find."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import reconciler

_DECIDING = ("desired", "model", "operations", "planning", "rules")
_LIBRARIES = ("cronsim", "jsonschema-rs", "node-semver", "pydantic", "pyyaml", "rfc8785", "tzdata")


@cache
def program_identity() -> str:
    """Return a digest over all of the program that what it finds in files depends on.

    Its own version and modules, the libraries that judge files by what they say of themselves,
    and Python's version.
    """
    # As text: to take the version out of it takes longer than all the rest.
    known = map(distribution, _LIBRARIES)
    libraries = [library.read_text("METADATA") or library.version for library in known]
    digest = hashlib.sha256(repr([reconciler.__version__, *sys.version_info, *libraries]).encode())
    folder = Path(reconciler.__file__).parent
    for part in _DECIDING:
        for module in sorted((folder / part).rglob("*.py")):
            content = module.read_bytes()
            digest.update(f"{module.relative_to(folder)} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
