"""Which sites a plan of a commit leaves unread, and when it reads everything after all."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from git import Actor

from reconciler.database.connection import reading
from reconciler.desired.git import GitFolder
from reconciler.desired.site_trees import SiteTrees, site_trees
from reconciler.model.errors import ReconcilerError, StalePlanError
from reconciler.model.plan import Plan, Scope
from reconciler.operations import desired_state, preparing, unread_sites
from reconciler.operations import plan as planning
from reconciler.operations.plan import plan_on
from reconciler.operations.preparing import (
    PlanRequest,
    PreparedRequest,
    plan_of_invalid,
    prepare,
    prepare_partly,
)
from reconciler.operations.rows_concerned import rows_concerned
from tests.support.desired_folder import GitRepository
from tests.support.installation import (
    BREMEN,
    BREMEN_SIGNATURE,
    CORK,
    CORK_ERP,
    DAYTON,
    DAYTON_ERP,
    FILES,
    PROFILE,
    SIGNATURE,
    Installation,
    erp_file,
    manifest,
    profile_file,
    sign_everything,
    signoff_entry,
    site_file,
)

ERP_MANIFEST = "catalog/extensions/erp-adapter/3.0.0.yaml"


def unread(installation: Installation, base: str | None = "main~1", ref: str = "main") -> list[str]:
    request = installation.request(ref=ref, base=base)
    found = prepare_partly(request, installation.service).unread
    return sorted(found.trees) if found else []


def plans(installation: Installation, base: str | None = None) -> tuple[Plan, Plan]:
    """Return the plan, and the one that comes of reading everything."""
    request = installation.request(ref="main", base=base)
    prepared = prepare(request)
    with installation.service() as connection, reading(connection):
        whole = plan_of_invalid(prepared) or plan_on(connection, prepared)
    return installation.plan(ref="main", base=base), whole


@pytest.fixture
def settled(installation: Installation) -> Installation:
    """An installation whose sites are all settled, and a change of Cork's since."""
    installation.apply(ref="main")
    installation.commit("Ask Cork more often", {CORK_ERP: erp_file("cork", interval=30)})
    return installation


def test_only_the_site_that_a_commit_changes_is_read(settled: Installation) -> None:
    assert unread(settled) == ["bremen", "dayton"]
    assert unread(settled, base=None) == ["bremen", "dayton"]
    made, whole = plans(settled, base="main~1")
    assert made.to_json() == whole.to_json()
    assert (made.summary.reconfigure, made.summary.unchanged, made.summary.sites_managed) == (
        (1, 5, 3)
    )


def test_the_plan_is_made_without_reading_the_others(
    settled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(request: PlanRequest) -> PreparedRequest:
        pytest.fail(f"everything was read for {request}")

    monkeypatch.setattr(planning, "prepare", everything)
    for base in ("main~1", None):
        assert settled.plan(ref="main", base=base).summary.reconfigure == 1


@pytest.mark.parametrize(("percent", "blocked"), [(33, True), (34, False)])
def test_a_limit_counts_what_is_live_at_the_sites_that_are_not_read(
    installation: Installation, percent: int, blocked: bool
) -> None:
    safety = f"safety: {{maxChangedPercent: {percent}, minimumConfigurations: 3}}\n"
    installation.commit("Limit", {"reconciler.yaml": FILES["reconciler.yaml"] + safety})
    installation.apply(ref="main")
    installation.commit("Ask Cork more often", {CORK_ERP: erp_file("cork", interval=30)})
    assert unread(installation) == ["bremen", "dayton"]
    made, whole = plans(installation)
    assert made.to_json() == whole.to_json()
    one_of_three = [reason.extension for reason in made.blocked if reason.extension]
    assert one_of_three == (["erp-adapter"] if blocked else [])


def test_a_site_that_the_base_has_otherwise_is_read_as_well(settled: Installation) -> None:
    settled.commit("Ask Cork as before", {CORK_ERP: erp_file("cork")})
    assert unread(settled, base=None) == ["bremen", "cork", "dayton"]
    assert unread(settled, base="main~1") == ["bremen", "dayton"]


def test_a_site_that_somebody_edited_by_hand_is_read(settled: Installation) -> None:
    settled.rows("UPDATE site_extension_configs SET config_hash = 'x' WHERE site_id <> %s", [CORK])
    assert unread(settled) == []
    made, whole = plans(settled)
    assert made.to_json() == whole.to_json()
    assert made.summary.drifted == 4


def test_drift_finds_what_no_trigger_noticed(settled: Installation) -> None:
    settled.rows("ALTER TABLE site_extension_configs DISABLE TRIGGER USER")
    settled.rows(
        "UPDATE site_extension_configs SET configuration = '{}' WHERE site_id = %s", [DAYTON]
    )
    found = settled.plan(ref="main", scope=Scope.DRIFTED)
    assert [change.site for change in found.changes] == ["dayton"]
    healable = settled.plan(ref="main", scope=Scope.HEALABLE)
    assert [change.site for change in healable.changes] == ["dayton"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PROFILE, profile_file(refresh=45)),
        (ERP_MANIFEST, FILES[ERP_MANIFEST] + "deprecated: true\n"),
        ("reconciler.yaml", FILES["reconciler.yaml"] + "safety: {maxChangedPercent: 90}\n"),
        ("users.yaml", FILES["users.yaml"] + "# nobody new\n"),
        ("notes.yaml", "a: 1\n"),
    ],
)
def test_everything_is_read_where_something_changed_that_sites_share(
    settled: Installation, path: str, text: str
) -> None:
    settled.commit("Change what all share", {path: text})
    assert unread(settled) == []


def test_everything_is_read_by_another_program(
    settled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread_sites, "program_identity", lambda: "another")
    assert unread(settled) == []


def test_everything_is_read_where_a_site_takes_the_id_of_one_that_is_settled(
    settled: Installation,
) -> None:
    settled.commit("Copy", {"sites/cork/site.yaml": site_file(settled_id(settled), "Cork", "")})
    assert unread(settled) == []
    assert settled.plan(ref="main").errored


def settled_id(installation: Installation) -> UUID:
    ((found,),) = installation.rows("SELECT site_id FROM settled_sites WHERE slug = 'dayton'")
    assert isinstance(found, UUID)
    return found


def test_a_signed_site_is_read_once_somebody_touched_it_and_took_it_back(
    installation: Installation,
) -> None:
    sign_everything(installation)
    installation.apply(ref="main")
    signed = (installation.folder / BREMEN_SIGNATURE).read_text()
    assert unread(installation, base=None) == ["bremen", "cork", "dayton"]
    installation.commit("Change", {BREMEN_SIGNATURE: signed.replace("15", "16")})
    installation.commit("Change back", {BREMEN_SIGNATURE: signed})
    assert unread(installation, base=None) == ["cork", "dayton"]
    made, whole = plans(installation)
    assert made.to_json() == whole.to_json()


def test_a_signed_site_is_read_once_somebody_changed_its_profile_and_another_took_it_back(
    installation: Installation,
) -> None:
    signing = "extensions:\n  e-signature:\n    configuration: {{reidentifyMinutes: {}}}\n"
    path, own = "profiles/signing.yaml", "version: 2.0.0\n"
    files: dict[str, str | None] = {
        path: signing.format(20),
        "sites/bremen/site.yaml": site_file(BREMEN, "Bremen Works", "standard, signing"),
        BREMEN_SIGNATURE: own,
    }
    installation.commit("Say it in a profile", files)
    (needed,) = installation.plan().needed_signoffs
    installation.commit("Sign", {BREMEN_SIGNATURE: own + signoff_entry(needed.config_hash)})
    installation.apply(ref="main")
    quality = Actor("Quinn", "quality@plant.example")
    installation.commit("Change", {path: signing.format(21)}, quality)
    back: dict[str, str | None] = {
        path: signing.format(20),
        CORK_ERP: erp_file("cork", interval=30),
    }
    installation.commit("Change back", back)
    assert "bremen" not in unread(installation, base="main~2")
    for base in ("main~2", "main~1", None):
        made, whole = plans(installation, base=base)
        assert made.to_json() == whole.to_json()
    made, _ = plans(installation, base="main~2")
    assert "signoff-void" in {found.code for found in made.diagnostics}
    installation.apply(ref="main", base="main~2")
    assert unread(installation, base=None) == ["cork", "dayton"]


CLASHING = {
    "catalog/extensions/card/1.0.0.yaml": """\
conflicts:
  policyExclusions:
    - {scope: global, policy: card, conflictsWith: [password], reason: One kind of signature}
""",
    "catalog/extensions/pass/1.0.0.yaml": """\
capabilities:
  provides:
    - {name: signing, version: v1.0, policy: password}
""",
}


def test_everything_is_read_where_extensions_of_two_sites_conflict(
    installation: Installation,
) -> None:
    files: dict[str, str | None] = {
        path: manifest(path.split("/")[2], "1.0.0", rest) for path, rest in CLASHING.items()
    }
    files["sites/dayton/extensions/pass.yaml"] = "version: 1.0.0\n"
    installation.commit("Sign with a password", files)
    installation.apply(ref="main")
    assert unread(installation, base=None) == ["bremen", "cork", "dayton"]
    installation.commit("Sign by card", {"sites/cork/extensions/card.yaml": "version: 1.0.0\n"})
    assert unread(installation) == []
    made, whole = plans(installation, base="main~1")
    assert made.to_json() == whole.to_json()
    assert "conflict-policy" in {found.code for found in made.diagnostics}


def test_a_signed_site_is_read_where_the_commit_it_was_settled_at_is_none(
    installation: Installation,
) -> None:
    sign_everything(installation)
    installation.apply(ref="main")
    installation.rows("UPDATE settled_state SET commit_id = '--all'")
    assert unread(installation, base=None) == ["cork", "dayton"]
    made, whole = plans(installation)
    assert made.to_json() == whole.to_json()


@pytest.mark.parametrize("path", [b"sites/m\xfcnchen/site.yaml", b"m\xfcnchen.yaml"])
def test_everything_is_read_where_a_name_is_no_utf_8(settled: Installation, path: bytes) -> None:
    before, _ = plans(settled)
    target = bytes(settled.folder) + b"/" + path
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
    with open(target, "wb") as file:  # noqa: PTH123
        file.write(b"a: 1\n")
    GitRepository(settled.repository).commit()
    assert unread(settled) == []
    made, whole = plans(settled)
    assert made.to_json() == whole.to_json() != before.to_json()


def test_everything_is_read_where_more_sites_changed_than_git_can_be_asked_for(
    settled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread_sites, "_MOST_READ_APART", 0)
    assert unread(settled) == []


def test_what_was_found_about_a_site_that_is_not_read_is_in_the_plan(settled: Installation) -> None:
    made, whole = plans(settled)
    assert made.diagnostics == whole.diagnostics
    assert [found.site for found in made.diagnostics if found.extension == SIGNATURE] == ["bremen"]
    assert [needed.site for needed in made.needed_signoffs] == ["bremen"]


def test_another_profile_that_is_applied_before_the_lock_is_obtained_makes_the_plan_stale(
    settled: Installation,
) -> None:
    before = FILES[DAYTON_ERP]
    wanted = settled.commit(
        "Ask Dayton more often",
        {DAYTON_ERP: erp_file("dayton", interval=30), CORK_ERP: FILES[CORK_ERP]},
    )
    files: dict[str, str | None] = {DAYTON_ERP: before, PROFILE: profile_file(refresh=45)}
    other = settled.commit("Refresh less often", files)
    assert unread(settled, base=None, ref=wanted) == ["bremen", "cork"]

    def meanwhile(_: Plan) -> bool:
        assert settled.apply(ref=other).run_id is not None
        return True

    with pytest.raises(StalePlanError):
        settled.apply(ref=wanted, confirm=meanwhile)
    assert not settled.plan(ref=other).differs
    assert {change.site for change in settled.plan(ref=wanted).changes} == {
        "bremen",
        "cork",
        "dayton",
    }


def head_of(installation: Installation) -> str:
    return GitRepository(installation.repository).git("rev-parse", "HEAD").strip()


def test_a_branch_that_moves_while_it_is_read_leads_nowhere_else(
    settled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = head_of(settled)

    def at_that_moment(git: GitFolder, *commits: str) -> list[SiteTrees]:
        monkeypatch.undo()
        settled.commit("Refresh less often", {PROFILE: profile_file(refresh=45)})
        return site_trees(git, *commits)

    monkeypatch.setattr(unread_sites, "site_trees", at_that_moment)
    made = settled.plan(ref="main")
    assert (made.desired.commit, made.desired.ref) == (commit, "refs/heads/main")
    assert [change.site for change in made.changes] == ["cork"]
    assert head_of(settled) != commit


def test_what_was_confirmed_is_applied_and_recorded_wherever_the_branch_is_by_then(
    settled: Installation,
) -> None:
    commit = head_of(settled)

    def meanwhile(_: Plan) -> bool:
        settled.commit("Refresh less often", {PROFILE: profile_file(refresh=45)})
        settled.rows("DELETE FROM settled_sites WHERE slug = 'dayton'")  # all is read anew
        return True

    done = settled.apply(ref="main", confirm=meanwhile)
    recorded = settled.rows("SELECT commit_id FROM reconcile_runs WHERE id = %s", [done.run_id])
    assert recorded == [(commit,)]
    assert done.plan.desired.commit == commit
    assert {change.site for change in settled.plan(ref="main").changes} == {"bremen", "cork"}


def test_a_plan_file_is_not_applied_once_its_branch_moved_while_the_run_waited(
    settled: Installation,
) -> None:
    expected = settled.plan(ref="main")

    def meanwhile(_: Plan) -> bool:
        settled.commit("Ask Cork as before", {CORK_ERP: erp_file("cork")})
        return True

    before = settled.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(StalePlanError):
        settled.apply(ref="main", confirm=meanwhile, apply_options={"expected": expected})
    assert settled.digest(leaving_out=("reconcile_runs",)) == before


def test_what_is_judged_by_the_day_is_judged_on_the_day_it_is_applied(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "sites/cork/site.yaml"
    waiver = (
        "waivers:\n  - {code: configuration-value, extension: erp-adapter, "
        f"subject: /syncInterval, waivedBy: quality, until: {datetime.now(UTC).date()}, "
        "reason: A trial}\n"
    )
    files: dict[str, str | None] = {
        path: FILES[path] + waiver,
        CORK_ERP: erp_file("cork", interval=0),
    }
    installation.commit("Waive it for today", files)

    def over_night(_: Plan) -> bool:
        then: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(days=1)  # noqa: E731
        for module in (desired_state, unread_sites, preparing):
            monkeypatch.setattr(module, "now", then)
        return True

    before = installation.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(ReconcilerError):
        installation.apply(ref="main", confirm=over_night)
    assert installation.digest(leaving_out=("reconcile_runs",)) == before


def test_a_site_that_is_taken_out_while_an_apply_plans_is_still_some_folders(
    settled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans_made = iter(range(10))

    def at_that_moment(*arguments: Any) -> Any:
        if next(plans_made) == 1:  # the one under the lock
            settled.rows("DELETE FROM settled_sites WHERE slug = 'bremen'")
        return rows_concerned(*arguments)

    monkeypatch.setattr(planning, "rows_concerned", at_that_moment)
    done = settled.apply(ref="main")
    assert done.run_id is not None
    assert done.plan.summary.sites_unmanaged == 0


def test_a_commit_that_changes_no_site_is_noted_though_none_is_read(
    installation: Installation,
) -> None:
    installation.apply(ref="main")
    path = installation.repository / "README.md"
    path.write_text("About these plants\n", encoding="utf-8")
    commit = installation.commit("Say what this is", {})
    assert unread(installation, base=None) == ["bremen", "cork", "dayton"]
    assert installation.apply(ref="main").run_id is None
    assert installation.rows("SELECT commit_id FROM settled_state") == [(commit,)]


def test_of_a_commit_without_a_site_there_is_nothing_to_note(unapplied: Installation) -> None:
    commit = unapplied.commit("Begin without a site", {"sites": None})
    done = unapplied.apply(ref=commit)
    assert (done.run_id, done.plan.differs, done.plan.blocked) == (None, False, ())


ALTERATIONS = (
    "UPDATE settled_sites SET findings = left(findings, 20)",
    "UPDATE settled_sites SET findings = '[{}]'",
    "UPDATE settled_sites SET findings = 'null'",
    "UPDATE settled_sites SET needed_signoffs = ''",
    "UPDATE settled_sites SET tree = reverse(tree)",
    "UPDATE settled_sites SET slug = 'gone-' || slug",
    "UPDATE settled_state SET context = ''",
    "UPDATE settled_state SET commit_id = '--all'",
    "UPDATE settled_state SET settled_on = '2999-01-01'",
    "DELETE FROM settled_sites WHERE slug = 'bremen'",
    "TRUNCATE settled_sites",
    "TRUNCATE settled_state",
    "DROP TABLE settled_sites CASCADE",
)


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_is_kept_of_sites_may_be_damaged_or_lost_and_costs_only_time(
    settled: Installation, alteration: str
) -> None:
    before, _ = plans(settled)
    settled.rows(alteration)
    made, whole = plans(settled)
    assert made.to_json() == whole.to_json() == before.to_json()


@pytest.mark.parametrize("days", [1, 30, 31, 400])
def test_on_any_later_day_the_plan_is_the_one_that_reads_everything(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    waiver = (
        "waivers:\n  - {code: configuration-value, extension: erp-adapter, "
        f"subject: /syncInterval, waivedBy: quality, until: {until}, reason: A trial}}\n"
    )
    path = "sites/cork/site.yaml"
    files: dict[str, str | None] = {
        path: FILES[path] + waiver,
        CORK_ERP: erp_file("cork", interval=0),
    }
    installation.commit("Waive", files)
    installation.apply(ref="main")
    then: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(days=days)  # noqa: E731
    monkeypatch.setattr(desired_state, "now", then)
    monkeypatch.setattr(unread_sites, "now", then)
    assert ("cork" in unread(installation, base=None)) is (days <= 30)
    made, whole = plans(installation)
    assert made.to_json() == whole.to_json()
