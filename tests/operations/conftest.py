"""Installations to plan against and to apply to: one made and applied once, copied for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import Installation, copied_installation, new_installation


@pytest.fixture(scope="session")
def bootstrapped(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation to which nothing was applied yet; only for copying."""
    with new_installation(server_url, template, tmp_path_factory.mktemp("bootstrapped")) as made:
        yield made


@pytest.fixture(scope="session")
def applied(
    server_url: str, bootstrapped: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation whose first commit was applied; only for copying."""
    folder = tmp_path_factory.mktemp("applied")
    with copied_installation(server_url, bootstrapped, folder) as copy:
        copy.apply()
        yield copy


@pytest.fixture
def unapplied(
    server_url: str, bootstrapped: Installation, tmp_path: Path
) -> Iterator[Installation]:
    """An installation of the test's own with sites and users, and nothing applied yet."""
    with copied_installation(server_url, bootstrapped, tmp_path / "repository") as copy:
        yield copy


@pytest.fixture
def installation(server_url: str, applied: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An installation of the test's own whose first commit was applied."""
    with copied_installation(server_url, applied, tmp_path / "repository") as copy:
        yield copy
