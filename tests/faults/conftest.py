"""The ground that faults are tried on: one for the session, restored for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fault_ground import Ground, await_change, ground_of
from tests.support.installation import new_installation


@pytest.fixture(scope="session")
def waiting(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """An installation with a change that waits to be applied."""
    folder = tmp_path_factory.mktemp("waiting")
    with new_installation(server_url, template, folder) as installation:
        await_change(installation)
        with ground_of(installation) as ground:
            yield ground


@pytest.fixture
def ground(waiting: Ground) -> Ground:
    """The installation with its change not applied yet."""
    waiting.restore()
    return waiting
