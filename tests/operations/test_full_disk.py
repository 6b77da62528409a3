"""Apply where the server's disk is full: it says so, writes nothing, and goes on later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import template_database
from tests.support.installation import CORK_ERP, Installation, erp_file, new_installation
from tests.support.program import run
from tests.support.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk() as made:
        yield made


@pytest.fixture
def pending(disk: SmallDisk, tmp_path: Path) -> Iterator[Installation]:
    """An installation on the small disk with one merged change that was not applied yet."""
    with (
        template_database(disk.server_url) as template,
        new_installation(disk.server_url, template, tmp_path / "repository") as made,
    ):
        made.apply()
        disk.move_here(made.database)
        made.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
        yield made


def test_an_apply_on_a_full_disk_says_so_writes_nothing_and_can_be_repeated(
    disk: SmallDisk, pending: Installation
) -> None:
    before = pending.digest(leaving_out=("reconcile_runs",))
    disk.fill()
    refused = run(pending, "apply", "--yes")
    assert refused.code == 1
    assert "No space left on device" in refused.err
    assert "The server's disk is full" in refused.err
    assert "Traceback" not in refused.err
    assert pending.digest(leaving_out=("reconcile_runs",)) == before
    disk.make_room()
    repeated = run(pending, "apply", "--yes")
    assert repeated.code == 0, repeated.err
    assert not pending.plan().differs
