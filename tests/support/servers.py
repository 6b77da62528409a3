"""Which PostgreSQL server the tests run on, and how they get it.

The server belongs to a process of its own, ``tests.support.server_holder``, that ends it when
the pipe from the test process closes. A test process that is interrupted or killed therefore
leaves nothing running.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

URL_VARIABLE = "RECONCILER_TEST_DATABASE_URL"
POSTGRES_VARIABLE = "RECONCILER_TEST_POSTGRES"
CONTAINER = "container"
PROJECT = Path(__file__).parents[2]

_DEBIAN_INSTALLATIONS = Path("/usr/lib/postgresql")
_STOP_SECONDS = 120


class NoServerError(Exception):
    """The tests were told, or found, no PostgreSQL server that they can run on."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server where databases may be created.

    Raises:
        NoServerError: none could be had; the message holds what the holder said.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        if not given.startswith(("postgresql://", "postgres://")):
            raise NoServerError(f"{URL_VARIABLE} is not a URL that starts with postgresql://")
        yield given
        return
    with held_server(os.environ.get(POSTGRES_VARIABLE, "18")) as url:
        yield url


@contextlib.contextmanager
def held_server(wanted: str, *options: str, launcher: Sequence[str] = ()) -> Iterator[str]:
    """Yield the URL of a server of one's own, stopped and removed afterwards.

    Args:
        wanted: a major version, ``system``, or a folder with PostgreSQL's programs.
        options: ``container`` insists on a container.
        launcher: a command that is given the server's command as its last arguments.

    Raises:
        NoServerError: it could not be had.
    """
    holder = subprocess.Popen(
        [*launcher, sys.executable, "-m", "tests.support.server_holder", wanted, *options],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert holder.stdout is not None
    with holder:
        url = holder.stdout.readline().strip()
        if not url:
            said = holder.communicate(timeout=_STOP_SECONDS)[1]
            raise NoServerError(f"no PostgreSQL {wanted} to run the tests on:\n{said}")
        try:
            yield url
        finally:
            said = holder.communicate(timeout=_STOP_SECONDS)[1]
    if holder.returncode != 0:
        raise NoServerError(f"the server for the tests did not end well:\n{said}")


def system_installations() -> list[Path]:
    """Return the folders with the programs of the machine's own servers, newest first."""
    folders = list(_DEBIAN_INSTALLATIONS.glob("*/bin"))
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        answer = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, encoding="utf-8", check=False
        )
        if answer.returncode == 0:
            folders.append(Path(answer.stdout.strip()))
    with_server = {folder.resolve() for folder in folders if (folder / "initdb").is_file()}
    return sorted(with_server, key=installed_version, reverse=True)


def installed_version(binaries: Path) -> tuple[int, ...]:
    """Return the version of the ``postgres`` in a folder, such as ``(15, 18)``."""
    answer = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, encoding="utf-8", check=True
    )
    numbers = re.search(r"\d+(\.\d+)*", answer.stdout)
    if numbers is None:
        raise NoServerError(f"{binaries / 'postgres'} does not tell its version")
    return tuple(int(number) for number in numbers.group().split("."))
