"""Holds one PostgreSQL server for a test process until that process ends, in whatever way.

Prints the server's URL as its only line, then waits for its standard input to close.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer

from reconciler.database.server.embedded import EmbeddedServer, wheel_binaries
from tests.support.servers import CONTAINER, NoServerError, system_installations


def main(wanted: str, *options: str) -> None:
    """Hold the server ``wanted``: a major version, ``system``, or a folder with programs."""
    in_container = CONTAINER in options or (wanted.isdigit() and _has_container_engine())
    with _container(wanted) if in_container else _embedded(_binaries(wanted)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _has_container_engine() -> bool:
    try:
        with contextlib.closing(docker.from_env(timeout=5)) as client:
            return bool(client.ping())
    except DockerException:
        return False


@contextlib.contextmanager
def _container(major: str) -> Iterator[str]:
    with PostgresContainer(f"postgres:{major}", driver=None) as container:
        yield container.get_connection_url()


@contextlib.contextmanager
def _embedded(binaries: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="reconciler-test-") as folder:
        embedded = EmbeddedServer(Path(folder, "home"), binaries=binaries, durable=False)
        try:
            with embedded as url:
                yield url
        finally:
            embedded.remove()


def _binaries(wanted: str) -> Path:
    if wanted.isdigit():
        return wheel_binaries(int(wanted))
    if wanted != "system":
        return Path(wanted)
    found = system_installations()
    if not found:
        raise NoServerError("this machine has no PostgreSQL server of its own")
    return found[0]


if __name__ == "__main__":
    main(*sys.argv[1:])
