"""Whatever is committed, applied, edited by hand and healed, in any order, the records hold.

The model knows nothing of how the product compares: it holds what the files say, what is in the
live rows, and what was last written, and says what an apply and a healing must make of them.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import methodcaller
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from git import Repo
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg.types.json import Jsonb

from reconciler.database.connection import connect
from reconciler.model.canonical import config_hash
from reconciler.model.document import JsonObject
from reconciler.model.plan import Scope
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    BREMEN_SIGNATURE,
    CORK,
    DASHBOARD,
    DAYTON,
    ERP,
    PROFILE,
    SIGNATURE,
    Installation,
    copied_installation,
    erp_file,
    profile_file,
    signature_file,
    signoff_entry,
    table_digests,
)

EXAMPLES, STEPS = 12, 6
SITES = {"bremen": BREMEN, "cork": CORK, "dayton": DAYTON}
WITH_PROFILE = ("bremen", "cork")
Key = tuple[UUID, str]
RECORDS = {
    "site_extension_config_versions": "site_id, extension_id, config_version",
    "configuration_audit_log": "sequence",
    "compliance_signoffs": "id",
    "configuration_snapshots": "id",
    "reconcile_runs": "id",
}
LIVE = (
    "SELECT site_id, extension_id, version, configuration, config_hash FROM site_extension_configs"
)
NEWEST = """
SELECT DISTINCT ON (site_id, extension_id)
       site_id, extension_id, version, configuration, config_hash, config_version,
       count(*) OVER (PARTITION BY site_id, extension_id)
FROM site_extension_config_versions
ORDER BY site_id, extension_id, config_version DESC
"""
AUDIT_OF_RUN = """
SELECT site_id, extension_id, action, old_config_hash, new_config_hash
FROM configuration_audit_log WHERE details ->> 'runId' = %s
"""
WRITE = """
INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, config_hash)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (site_id, extension_id) DO UPDATE
SET version = excluded.version, configuration = excluded.configuration,
    config_hash = excluded.config_hash
"""
DELETE = "DELETE FROM site_extension_configs WHERE site_id = %s AND extension_id = %s"
FILES = ("the adapter", "no adapter", "the signature", "the profile", "signed")
EDITS = ("with its hash", "keeping the hash", "the hash alone", "as desired", "deleting")
Action = Callable[["Sequences"], None]
sites = st.sampled_from(sorted(SITES))
numbers = st.integers(1, 6)
commits = st.builds(
    lambda *facts: methodcaller("commit", *facts), st.sampled_from(FILES), sites, numbers
)
reverts = st.builds(lambda number: methodcaller("go_back", number), numbers)
edits = st.builds(
    lambda *facts: methodcaller("edit_by_hand", *facts),
    st.sampled_from(EDITS),
    sites,
    st.sampled_from([ERP, ERP, SIGNATURE, DASHBOARD]),
    numbers,
)
both = st.builds(
    lambda *facts: methodcaller("commit_and_edit", *facts),
    st.sampled_from(FILES[:2]),
    sites,
    st.sampled_from(EDITS),
    numbers,
)
actions = st.lists(commits | edits | both | reverts, min_size=1, max_size=6)


@dataclass(frozen=True)
class Row:
    """One configuration; ``config_hash`` may be a lie where it was written by hand."""

    version: str
    configuration: JsonObject
    config_hash: str


def true_row(key: Key, version: str, configuration: JsonObject) -> Row:
    return Row(version, configuration, config_hash(*key, version, configuration))


@dataclass(frozen=True)
class Desired:
    """What the files say, in the few respects that the rules change."""

    refresh: int = 30
    erp: dict[str, tuple[int, str]] = field(
        default_factory=lambda: dict.fromkeys(SITES, (60, "3.0.0"))
    )
    signature: dict[str, int] = field(default_factory=lambda: {"bremen": 15})

    def rows(self) -> dict[Key, Row]:
        """Return the live rows that the files ask for."""
        found: dict[Key, Row] = {}
        for slug in WITH_PROFILE:
            shown: JsonObject = {"lines": ["A", "B"], "refreshSeconds": self.refresh}
            key = (SITES[slug], DASHBOARD)
            found[key] = true_row(key, "1.0.0", shown)
        for slug, (interval, version) in self.erp.items():
            key = (SITES[slug], ERP)
            connected: JsonObject = {
                "url": f"https://erp.{slug}.example",
                "syncInterval": interval,
                "password": {"$secret": f"vault://{slug}/erp#password"},
            }
            found[key] = true_row(key, version, connected)
        for slug, minutes in self.signature.items():
            key = (SITES[slug], SIGNATURE)
            found[key] = true_row(key, "2.0.0", {"reidentifyMinutes": minutes})
        return found


class Sequences(RuleBasedStateMachine):
    """Rules are what people do; invariants what must hold after each."""

    server_url: ClassVar[str]
    original: ClassVar[Installation]

    def __init__(self) -> None:
        super().__init__()
        self.resources = contextlib.ExitStack()
        folder = self.resources.enter_context(tempfile.TemporaryDirectory())
        copied = copied_installation(self.server_url, self.original, Path(folder, "repository"))
        self.installation = self.resources.enter_context(copied)
        self.connection = self.resources.enter_context(connect(self.installation.owner_url))
        self.desired = Desired()
        self.commits = {self._head(): self.desired}
        self.live = self.desired.rows()
        self.applied: dict[Key, Row | None] = dict(self.live)
        self.records: dict[str, set[Any]] = {}

    def teardown(self) -> None:
        self.resources.close()

    def commit(self, what: str, site: str, number: int) -> None:
        desired, erp, signature = self.desired, self.desired.erp, self.desired.signature
        adapter = f"sites/{site}/extensions/erp-adapter.yaml"
        version = ("3.0.0", "3.1.0")[number % 2]
        files: dict[str, str | None] = {}
        if what == "the adapter":
            desired = replace(desired, erp=erp | {site: (number, version)})
            files[adapter] = erp_file(site, interval=number, version=version)
        elif what == "no adapter" and site in erp:
            desired = replace(desired, erp={slug: erp[slug] for slug in erp if slug != site})
            files[adapter] = None
        elif what == "the signature":
            desired = replace(desired, signature=signature | {site: number})
            files[f"sites/{site}/extensions/e-signature.yaml"] = signature_file(minutes=number)
        elif what == "the profile":
            desired = replace(desired, refresh=5 + number)
            files[PROFILE] = profile_file(refresh=5 + number)
        elif what == "signed" and "bremen" in signature:
            entry = signoff_entry(desired.rows()[BREMEN, SIGNATURE].config_hash)
            files[BREMEN_SIGNATURE] = signature_file(minutes=signature["bremen"], rest=entry)
        self._commit(desired, files)

    def go_back(self, number: int) -> None:
        commit = list(self.commits)[number % len(self.commits)]
        with Repo(self.installation.repository) as repository:
            repository.git.restore(f"--source={commit}", "--staged", "--worktree", ".")
        self._commit(self.commits[commit], {})

    def edit_by_hand(self, edit: str, site: str, extension: str, number: int) -> None:
        key = (SITES[site], extension)
        before = self.live.get(key)
        edited: Row | None = true_row(key, "9.9.9", {"byHand": number})
        if edit == "keeping the hash" and before is not None:
            edited = Row("9.9.9", {"byHand": number}, before.config_hash)
        elif edit == "the hash alone" and before is not None:
            edited = replace(before, config_hash=f"sha256:{number}")
        elif edit == "as desired":
            edited = self.desired.rows().get(key)
        elif edit == "deleting":
            edited = None
        if edited is None:
            self.connection.execute(DELETE, key)
            self.live.pop(key, None)
        else:
            values = [edited.version, Jsonb(edited.configuration), edited.config_hash]
            self.connection.execute(WRITE, [*key, *values])
            self.live[key] = edited

    # What the reconciler does.

    @rule(people=actions)
    def apply(self, people: list[Action]) -> None:
        self._let(people)
        self._run_on(lambda _: True)
        assert self.live == self.desired.rows()
        self._again_writes_nothing()

    @rule(people=actions, site=sites)
    def apply_at_one_site(self, people: list[Action], site: str) -> None:
        self._let(people)
        self._run_on(lambda key: key[0] == SITES[site], selection=Selection((site,)))
        self._again_writes_nothing(selection=Selection((site,)))

    @rule(people=actions)
    def heal(self, people: list[Action]) -> None:
        self._let(people)
        desired = self.desired.rows()
        self._run_on(
            lambda key: self.live.get(key) != self.applied.get(key) == desired.get(key),
            scope=Scope.HEALABLE,
        )
        self._again_writes_nothing(scope=Scope.HEALABLE)

    # What must hold, whatever was done.

    @invariant()
    def the_live_rows_are_as_the_last_who_wrote_them_left_them(self) -> None:
        rows = self.connection.execute(LIVE)
        assert {(site, extension): Row(*row) for site, extension, *row in rows} == self.live

    @invariant()
    def each_history_is_numbered_without_a_gap_and_ends_with_what_was_last_applied(self) -> None:
        newest = {}
        for site, extension, *row, number, count in self.connection.execute(NEWEST):
            assert number == count
            newest[site, extension] = Row(*row) if row[0] is not None else None
        assert newest == self.applied

    @invariant()
    def no_record_is_ever_lost(self) -> None:
        for table, identity in RECORDS.items():
            statement = f"SELECT {identity} FROM {table}"  # noqa: S608 - both are constants
            found = set(self.connection.execute(statement.encode()))
            assert found >= self.records.get(table, set())
            self.records[table] = found

    def commit_and_edit(self, what: str, site: str, edit: str, number: int) -> None:
        """Change the same configuration in the files and by hand."""
        self.commit(what, site, number)
        self.edit_by_hand(edit, site, ERP, number)

    def _let(self, people: list[Action]) -> None:
        for act in people:
            act(self)

    def _run_on(self, concerned: Callable[[Key], bool], **options: Any) -> None:
        """Apply, and require exactly the changes that the model expects of the keys concerned."""
        desired, before = self.desired.rows(), dict(self.live)
        expected = {
            (*key, _hash(before.get(key)), _hash(desired.get(key)))
            for key in before.keys() | desired.keys() | self.applied.keys()
            if concerned(key) and not before.get(key) == self.applied.get(key) == desired.get(key)
        }
        done = self.installation.apply(**options)
        assert not done.plan.blocked
        audited = self.connection.execute(AUDIT_OF_RUN, [str(done.run_id)]).fetchall()
        changes = [
            (site, name, *hashes) for site, name, action, *hashes in audited if action != "signoff"
        ]
        assert sorted(changes, key=str) == sorted(expected, key=str)
        assert len(audited) == len(done.plan.changes)
        for site, name, *_ in expected:
            wanted = desired.get((site, name))
            self.applied[site, name] = wanted
            if wanted is None:
                self.live.pop((site, name), None)
            else:
                self.live[site, name] = wanted

    def _again_writes_nothing(self, **options: Any) -> None:
        before = table_digests(self.connection)
        assert self.installation.apply(**options).run_id is None
        assert table_digests(self.connection) == before

    def _commit(self, desired: Desired, files: dict[str, str | None]) -> None:
        commit = self.installation.commit("Change what is desired", files)
        self.desired = self.commits[commit] = desired

    def _head(self) -> str:
        with Repo(self.installation.repository) as repository:
            return repository.head.commit.hexsha


def _hash(row: Row | None) -> str | None:
    return row.config_hash if row else None


def test_any_sequence_of_commits_applies_edits_and_healings_leaves_the_records_whole(
    server_url: str, applied: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sequences, "server_url", server_url, raising=False)
    monkeypatch.setattr(Sequences, "original", applied, raising=False)
    run_state_machine_as_test(
        Sequences,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
