"""The command line in this process and as a program, and an installation to run it on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from reconciler.cli.main import run
from reconciler.desired.demonstration import make_repository
from tests.support.databases import fresh_database
from tests.support.desired_folder import DesiredFolder, GitRepository, git_environment
from tests.support.installation import Installation
from tests.support.logins import SERVICE_LOGIN, Login
from tests.support.recorded import recorded_installation

BRANCH = "faster-exchange"
_SETTINGS = ("CI", "DATABASE_URL", "NO_COLOR", "FORCE_COLOR", "PGTZ", "PGPASSWORD")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


def clean_environment(home: Path, **given: str) -> dict[str, str]:
    """Return an environment without settings of the program, a HOME of its own, and ``given``."""
    kept = {
        name: value
        for name, value in git_environment(home).items()
        if name not in _SETTINGS and not name.startswith("RECONCILER_")
    }
    return kept | given


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Run the command line in this process, in the folder it is given."""
    for name in set(os.environ) - set(clean_environment(tmp_path)):
        monkeypatch.delenv(name)

    def ran(*arguments: str, cwd: Path = tmp_path, **environment: str) -> Ran:
        with monkeypatch.context() as patched:
            patched.chdir(cwd)
            for name, value in environment.items():
                patched.setenv(name, value)
            capsys.readouterr()
            code = run(list(arguments))
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran


@pytest.fixture
def program(tmp_path: Path) -> Command:
    """Run the program as its users do, in a process of its own."""

    def ran(*arguments: str, cwd: Path = tmp_path, stdin: Any = None, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=cwd,
            env=clean_environment(tmp_path, **environment),
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return ran


@dataclass(frozen=True, slots=True)
class Plants:
    """The example state in a repository, with a branch that changes two of its files."""

    repository: GitRepository
    owner_url: str = ""
    login: Login = SERVICE_LOGIN

    @property
    def url(self) -> str:
        """How the program connects, or nothing where there is no database."""
        return self.login.url(self.owner_url) if self.owner_url else ""

    @property
    def root(self) -> Path:
        """The repository's working tree."""
        return self.repository.root

    @property
    def folder(self) -> DesiredFolder:
        """The desired-state folder."""
        return DesiredFolder(self.root / "desired-state")

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement behind the reconciler's back and return its rows."""
        connection: psycopg.Connection[Any]
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []


def _demonstration(root: Path) -> GitRepository:
    repository = GitRepository(root)
    repository.git("symbolic-ref", "HEAD", "refs/heads/main")
    make_repository(root)
    return repository


@pytest.fixture(scope="session")
def repository_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the example state, for copying."""
    return _demonstration(tmp_path_factory.mktemp("example") / "machshop").root


@pytest.fixture(scope="session")
def installed_template(server_url: str, template: str, repository_template: Path) -> Iterator[str]:
    """The name of a database where the example state is applied, for copying."""
    with fresh_database(server_url, template) as url:
        for arguments, at in (
            (("db", "bootstrap"), url),
            (("apply", "--ref", "main", "--yes", "-q"), SERVICE_LOGIN.url(url)),
        ):
            subprocess.run(
                [sys.executable, "-m", "reconciler", *arguments],
                cwd=repository_template,
                env=clean_environment(repository_template, DATABASE_URL=at),
                check=True,
            )
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
def plants(tmp_path: Path, repository_template: Path) -> Plants:
    """The example state in git, without a database."""
    shutil.copytree(repository_template, tmp_path / "machshop")
    repository = GitRepository(tmp_path / "machshop")
    repository.git("update-index", "--refresh")
    return Plants(repository)


@pytest.fixture
def installed(plants: Plants, server_url: str, installed_template: str) -> Iterator[Plants]:
    """The example state in git, and a database where its main branch is applied."""
    with fresh_database(server_url, installed_template) as url:
        yield Plants(plants.repository, url)


def inside(installation: Installation) -> dict[str, Any]:
    """Return how a command is run on an installation: in its folder, on its database."""
    return {"cwd": installation.repository, "DATABASE_URL": installation.url}


@pytest.fixture(scope="session")
def recorded(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Records of every kind; tests share them and must not change them."""
    folder = tmp_path_factory.mktemp("recorded")
    with recorded_installation(server_url, template, folder) as made:
        yield made


@pytest.fixture(scope="session")
def exported(recorded: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of all of those records."""
    out = tmp_path_factory.mktemp("exported") / "all.zip"
    subprocess.run(
        [sys.executable, "-m", "reconciler", "audit", "export", "--out", str(out)],
        cwd=recorded.repository,
        env=clean_environment(recorded.repository, DATABASE_URL=recorded.url),
        check=True,
    )
    return out
