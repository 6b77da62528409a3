"""The story of the drill: what is done to the first server, and what must hold on the second."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.database.connection import connect
from reconciler.database.demonstration import edit_behind_back
from reconciler.desired.demonstration import BRANCH, EDITED_EXTENSION, make_repository
from tests.drill.commands import run
from tests.drill.servers import (
    Backup,
    DrillError,
    archive_everything,
    archive_folder,
    archiving_server,
    base_backup,
    lose,
    restored_server,
)
from tests.support.installation import Installation, table_digests

Contents = Mapping[str, tuple[Any, ...]]
"""The row count and a hash of the content of every table and materialized view."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment that is restored to, and what was true then."""

    at: datetime
    anchor: Path
    contents: Contents
    weaknesses: str


@dataclass(frozen=True, slots=True)
class Loss:
    """What is left of the first server: its backup, the archive, and what was written down."""

    repository: Path
    backup: Backup
    archive: Path
    segments: int
    moment: Moment
    last: Contents
    """What the server held when it was lost, which is later than the moment."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The restored server, how long it took until it took writes, and how much it replayed."""

    installation: Installation
    loss: Loss
    seconds: float
    replayed: int


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold on the restored server, whether it does, and in what words."""

    name: str
    passed: bool
    words: str


@contextmanager
def recovery(root: Path) -> Iterator[Recovery]:
    """Do the whole drill in the empty folder ``root``; yield the restored server."""
    second = root / "second"
    with archive_folder(root / "archive") as archive:
        loss = _backed_up_and_lost(root, archive)
        began = time.monotonic()
        with restored_server(second, loss.backup, archive, loss.moment.at) as (url, replayed):
            seconds = time.monotonic() - began
            yield Recovery(Installation(loss.repository, url), loss, seconds, replayed)


def _backed_up_and_lost(root: Path, archive: Path) -> Loss:
    """Run an installation, back it up, change it before and after a moment, and lose it."""
    home, repository = root / "first", root / "machshop"
    repository.mkdir()
    make_repository(repository)
    with archiving_server(home, archive) as url:
        first = Installation(repository, url)
        first.bootstrap()
        _succeed(first, "apply", "--ref", "main", "--yes")
        backup = base_backup(url, root / "backup")
        _succeed(first, "apply", "--ref", BRANCH, "--yes")
        moment = _moment(first, root / "anchor.json")
        _succeed(first, "apply", "--ref", "main", "--yes")
        edit_behind_back(url, EDITED_EXTENSION)
        segments = archive_everything(url)
        last = contents(first)
        lose(home)
    return Loss(repository, backup, archive, segments, moment, last)


def _moment(installation: Installation, anchor: Path) -> Moment:
    _succeed(installation, "audit", "anchor", "--out", str(anchor))
    held = contents(installation)
    weaknesses = run(installation, "db", "doctor", "--json").out
    with connect(installation.owner_url) as connection:
        ((at,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    return Moment(at, anchor, held, weaknesses)


def contents(installation: Installation) -> Contents:
    """Return what an installation holds."""
    with connect(installation.owner_url) as connection:
        return table_digests(connection)


def _succeed(installation: Installation, *arguments: str) -> None:
    done = run(installation, *arguments)
    if done.code != 0:
        raise DrillError(f"`reconciler {' '.join(arguments)}` ended with {done.code}:\n{done.err}")


def lost_rows(then: Contents, now: Contents) -> int:
    """Return how many rows fewer the tables hold now than then."""
    return sum(max(0, rows - now.get(table, (0,))[0]) for table, (rows, _) in then.items())


def checks(recovered: Recovery) -> list[Check]:
    """Return what must hold on the restored server; the last one writes there."""
    installation, moment = recovered.installation, recovered.loss.moment
    now = contents(installation)
    doctor = run(installation, "db", "doctor", "--json").out
    return [
        _contents_check(moment.contents, now),
        _command_check(installation, 0, "audit", "verify", "--anchor", str(moment.anchor)),
        _command_check(installation, 0, "snapshot", "verify"),
        Check(
            "reconciler db doctor",
            bool(doctor) and doctor == moment.weaknesses,
            "It finds what it found at the moment, and nothing else."
            if doctor == moment.weaknesses
            else "It finds something else than at the moment.",
        ),
        _command_check(installation, 0, "plan", "--ref", BRANCH, "--detailed-exitcode"),
        _command_check(installation, 2, "plan", "--ref", "main", "--detailed-exitcode"),
        _command_check(installation, 0, "apply", "--ref", "main", "--yes", "--quiet"),
        _command_check(installation, 0, "audit", "verify", "--anchor", str(moment.anchor)),
    ]


def _contents_check(then: Contents, now: Contents) -> Check:
    differing = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    words = (
        f"{len(differing)} of {len(then)} tables differ: {', '.join(differing)}."
        if differing
        else f"All {sum(rows for rows, _ in then.values())} rows of {len(then)} tables and views "
        "are as they were, by count and hash."
    )
    return Check("rows and contents", not differing, words)


def _command_check(installation: Installation, expected: int, *arguments: str) -> Check:
    done = run(installation, *arguments)
    shown = [Path(word).name if word.startswith("/") else word for word in arguments]
    said = (done.out.strip() or done.err.strip() or "Done.").splitlines()[0]
    passed = done.code == expected
    words = said if passed else f"exit code {done.code}, not {expected}: {said}"
    return Check(f"reconciler {' '.join(shown)}", passed, words)
