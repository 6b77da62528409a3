"""Applies at once: they wait for one another, none fails, and the history of each site is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.installation import (
    Installation,
    copied_installation,
    erp_file,
    site_file,
)
from tests.support.parallel_applies import Rounds, apply_in_parallel
from tests.support.program import ended, start

SITES = [f"plant-{number:02}" for number in range(16)]
# An apply holds the lock for some 50 ms: fifty rounds take a minute or more.
ROUNDS = int(os.environ.get("RECONCILER_TEST_ROUNDS", "10"))
UNHEARD_OF = ("Deadlock", "deadlock", "Serialization", "serialize", "Traceback", "error:")
HISTORY = """
SELECT site_id, array_agg(config_version ORDER BY config_version)
FROM site_extension_config_versions GROUP BY site_id
"""
AUDIT_OF_HISTORY = """
SELECT count(*)
FROM site_extension_config_versions AS version
LEFT JOIN site_extension_config_versions AS previous
    ON (previous.site_id, previous.extension_id, previous.config_version)
     = (version.site_id, version.extension_id, version.config_version - 1)
LEFT JOIN configuration_audit_log AS audit
    ON (audit.site_id, audit.extension_id, audit.details ->> 'runId')
     = (version.site_id, version.extension_id, version.run_id::text)
WHERE audit.old_config_hash IS DISTINCT FROM previous.config_hash
   OR audit.new_config_hash IS DISTINCT FROM version.config_hash
"""


def files_of(interval: int) -> dict[str, str | None]:
    """Return the files of sixteen plants that all have the ERP adapter."""
    files: dict[str, str | None] = {}
    for number, slug in enumerate(SITES):
        site = UUID(int=0x0F000000_0000_4000_8000_000000000000 + number)
        files[f"sites/{slug}/site.yaml"] = site_file(site, f"Plant {number}", "")
        files[f"sites/{slug}/extensions/erp-adapter.yaml"] = erp_file(slug, interval=interval)
    return files


@pytest.fixture
def plants(server_url: str, bootstrapped: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Sixteen plants with one extension each, to which nothing was applied yet."""
    with copied_installation(server_url, bootstrapped, tmp_path / "repository") as copy:
        others = dict.fromkeys(f"sites/{slug}" for slug in ("bremen", "cork", "dayton"))
        copy.commit("Describe sixteen plants", files_of(60) | others)
        copy.bootstrap()
        yield copy


def require_whole(installation: Installation, changes_each: int, sites: int) -> None:
    """Each site has its versions without a gap, an audit row each, and is as desired."""
    versions = installation.rows(HISTORY)
    assert len(versions) == sites
    assert all(numbers == list(range(1, changes_each + 1)) for _, numbers in versions)
    audited = installation.rows("SELECT count(*) FROM configuration_audit_log")
    assert audited == [(changes_each * sites,)]
    assert installation.rows(AUDIT_OF_HISTORY) == [(0,)]
    assert installation.rows("SELECT status, count(*) FROM reconcile_runs GROUP BY status") == [
        ("applied", changes_each * sites)
    ]


def test_programs_that_apply_at_once_are_all_done(plants: Installation) -> None:
    programs = [start(plants, "apply", "--yes", "--site", site) for site in SITES[:8]]
    for done in [ended(program) for program in programs]:
        assert done.code == 0, done.err
        assert "Applied in one transaction" in done.err
        assert not any(word in done.out + done.err for word in UNHEARD_OF)
    require_whole(plants, 1, sites=8)
    assert plants.plan().summary.activate == len(SITES) - 8


def test_sixteen_processes_that_apply_at_once_again_and_again_are_all_done(
    plants: Installation,
) -> None:
    """Every process applies two commits in turn, all beginning each round together."""
    commits = [
        plants.commit(f"Sync every {interval} s", files_of(interval)) for interval in (90, 60)
    ]
    rounds = Rounds(plants.folder, plants.url, tuple(commits), ROUNDS)
    outcomes = apply_in_parallel(rounds, SITES)
    assert outcomes == {site: ["applied"] * ROUNDS for site in SITES}
    require_whole(plants, ROUNDS, sites=len(SITES))
    in_turn = plants.plan(ref=commits[(ROUNDS - 1) % 2])
    assert not in_turn.differs
