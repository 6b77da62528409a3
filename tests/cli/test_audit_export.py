"""The export of the records: one archive that proves itself, to whoever has nothing but Python."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Ran, clean_environment
from tests.support.installation import BREMEN, CORK, DAYTON, QUALITY_USER, Installation
from tests.support.recorded import (
    CORK_ROWS,
    ROWS,
    RUNS,
    SECRET,
    SIGNATURES,
    VERSIONS,
    recorded_installation,
)

FILES = [
    "index.html",
    "manifest.json",
    "manifest.sha256",
    "rows.jsonl",
    "runs.jsonl",
    "signatures.jsonl",
    "verify.py",
    "versions.jsonl",
]
LONG_AGO, FAR_AHEAD = "2020-01-01", "2999-01-01"


@pytest.fixture(scope="module")
def recorded(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Records of every kind; tests share them and must not change them."""
    folder = tmp_path_factory.mktemp("recorded")
    with recorded_installation(server_url, template, folder) as made:
        yield made


def run(installation: Installation, *arguments: str) -> Ran:
    """Run the program on an installation, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=installation.repository,
        env=clean_environment(installation.repository, DATABASE_URL=installation.url),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def exported(installation: Installation, out: Path, *arguments: str) -> Path:
    done = run(installation, "audit", "export", "--out", str(out), *arguments)
    assert done.code == 0, done.err + done.out
    return out


@pytest.fixture(scope="module")
def archive(recorded: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of all there is."""
    return exported(recorded, tmp_path_factory.mktemp("export") / "all.zip")


@pytest.fixture
def folder(archive: Path, tmp_path: Path) -> Path:
    """The same, unpacked for a test of its own."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "export")
    return tmp_path / "export"


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def lines(archive: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in contents(archive)[name].splitlines()]


def packed(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def verifier(program: Path, *arguments: str) -> Ran:
    """Run a copy of the verifier as an inspector does: without the product, isolated."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
