"""A generated desired state, written straight into git's objects: no file is ever on the disk.

The repository has no work tree to speak of, and these branches:

``base``
    everything, as it was applied;
``part-1`` and so on
    before ``base``: the first 50,000 configurations, the first 100,000, until it is all of them;
``head``
    on ``base``: the given share of the configurations changed;
``one-0`` to ``one-9``
    on ``base``: one configuration changed, another in each, so that each is new once;
``wide``
    on ``base``: every configuration changed, but never more than 50,000.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO

from benchmarks.catalog_files import AUTHOR, catalog_files
from benchmarks.shape import Shape
from benchmarks.site_files import extension_path, extension_text, site_path, site_text

SINGLES = 10
_FIRST_SECOND = 1_767_225_600
File = tuple[str, str]


def write_repository(shape: Shape, folder: Path) -> None:
    """Write the repository of an installation into a new folder.

    Raises:
        subprocess.CalledProcessError: git could not do it.
    """
    subprocess.run(["git", "init", "--quiet", "--initial-branch=base", folder], check=True)
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importing:
        assert importing.stdin is not None  # noqa: S101 - it was asked for
        stream = importing.stdin
        _write_base(stream, shape)
        changed: dict[str, Iterable[int]] = {
            "head": sorted(shape.changed()),
            "wide": range(shape.reconfigured),
            **{f"one-{number}": [number] for number in range(SINGLES)},
        }
        for ordinal, (branch, numbers) in enumerate(changed.items(), start=1):
            files = _changed(shape, numbers, revision=1 + (branch == "wide"))
            _commit(stream, branch, ordinal, f"Change what {branch} changes", files, "base")
        stream.write(b"done\n")
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, command)


def part_branches(shape: Shape) -> list[str]:
    """Return the branches that lead to ``base``, which is the last."""
    return [*(f"part-{number}" for number in range(1, len(shape.parts))), "base"]


def _write_base(stream: IO[bytes], shape: Shape) -> None:
    before = None
    for number, (branch, sites) in enumerate(zip(part_branches(shape), shape.parts, strict=True)):
        files = chain(() if number else catalog_files(shape), _plants(shape, sites))
        _commit(stream, branch, 0, "Bring the plants in", files, before)
        before = branch


def _plants(shape: Shape, sites: range) -> Iterator[File]:
    for site in sites:
        yield site_path(site), site_text(site)
        for extension in range(shape.extensions):
            yield extension_path(site, extension), extension_text(shape, site, extension)


def _changed(shape: Shape, numbers: Iterable[int], revision: int) -> Iterator[File]:
    for number in numbers:
        site, extension = divmod(number, shape.extensions)
        yield extension_path(site, extension), extension_text(shape, site, extension, revision)


def _commit(
    stream: IO[bytes],
    branch: str,
    ordinal: int,
    subject: str,
    files: Iterable[File],
    before: str | None,
) -> None:
    when = f"{AUTHOR} {_FIRST_SECOND + ordinal} +0000"
    stream.write(f"commit refs/heads/{branch}\nauthor {when}\ncommitter {when}\n".encode())
    stream.write(f"data {len(subject)}\n{subject}\n".encode())
    if before is not None:
        stream.write(f"from refs/heads/{before}\n".encode())
    for path, text in files:
        data = text.encode()
        stream.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))
