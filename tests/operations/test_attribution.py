"""Whom a change is attributed to: the author of the commit that caused it, or nobody's guess."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from git import Actor, Repo

from reconciler.model.change import Change
from tests.support.installation import (
    BREMEN_ERP,
    CORK,
    ENGINEER,
    PROFILE,
    STRANGER,
    Installation,
    erp_file,
    profile_file,
    site_file,
)

QUALITY = Actor("Quinn Quality", "quality@plant.example")


def the_change(installation: Installation, site: str, extension: str) -> Change:
    """Return the one planned change of an extension at a site."""
    (found,) = [
        change
        for change in installation.plan().changes
        if (change.site, change.extension) == (site, extension)
    ]
    return found


def test_a_change_through_a_profile_is_that_of_whoever_changed_the_profile(
    installation: Installation,
) -> None:
    commit = installation.commit("Slower", {PROFILE: profile_file(refresh=60)}, author=QUALITY)
    installation.commit("Other", {BREMEN_ERP: erp_file("bremen", interval=90)}, author=ENGINEER)
    change = the_change(installation, "cork", "line-dashboard")
    assert (change.changed_by, change.commit, change.reason) == ("quality", commit, "Slower")
    assert change.path == f"desired-state/{PROFILE}"


def test_the_reason_in_a_sites_file_is_not_given_for_what_a_profile_changed(
    installation: Installation,
) -> None:
    own: dict[str, str | None] = {
        "sites/cork/extensions/line-dashboard.yaml": "reason: Cork's own, years ago\n"
    }
    installation.commit("Say why Cork has screens", own, author=ENGINEER)
    installation.commit("Slower everywhere", {PROFILE: profile_file(refresh=60)}, author=QUALITY)
    change = the_change(installation, "cork", "line-dashboard")
    assert (change.changed_by, change.reason) == ("quality", "Slower everywhere")


def test_dropping_a_profile_is_the_change_of_whoever_edited_the_site(
    installation: Installation,
) -> None:
    site = site_file(CORK, "Cork Plant", "")
    commit = installation.commit("Cork has no screens", {"sites/cork/site.yaml": site}, QUALITY)
    installation.commit("Later", {BREMEN_ERP: erp_file("bremen", interval=90)}, author=ENGINEER)
    change = the_change(installation, "cork", "line-dashboard")
    assert (change.action, change.changed_by, change.commit) == ("deactivate", "quality", commit)
    assert change.path == "desired-state/sites/cork/site.yaml"


def test_a_merge_resolved_by_hand_is_the_change_of_whoever_resolved_it(
    installation: Installation,
) -> None:
    with Repo(installation.repository) as repository:
        repository.git.switch("--create", "side")
        installation.commit("Ninety", {BREMEN_ERP: erp_file("bremen", interval=90)}, STRANGER)
        repository.git.switch("main")
        installation.commit("Eighty", {BREMEN_ERP: erp_file("bremen", interval=80)}, ENGINEER)
        who = ["-c", f"user.name={QUALITY.name}", "-c", f"user.email={QUALITY.email}"]
        merge = ["git", *who, "merge", "--no-commit", "side"]
        repository.git.execute(merge, with_exceptions=False)  # it conflicts
        installation.write(BREMEN_ERP, erp_file("bremen", interval=77))
        repository.git.execute(["git", *who, "commit", "--all", "--message", "Settle on 77"])
        merged = repository.head.commit
        assert len(merged.parents) == 2
        change = the_change(installation, "bremen", "erp-adapter")
        assert (change.changed_by, change.commit) == ("quality", merged.hexsha)


def test_what_is_not_committed_is_nobodys_and_said_to_be(installation: Installation) -> None:
    installation.write(BREMEN_ERP, erp_file("bremen", interval=99))
    done = installation.apply(apply_options={"allow_dirty": True})
    (change,) = done.plan.changes
    assert (change.changed_by, change.commit, change.author) == ("reconciler", None, "")
    ((details,),) = installation.rows(
        "SELECT details FROM configuration_audit_log ORDER BY sequence DESC LIMIT 1"
    )
    assert details["dirty"] is True
    ((message,),) = installation.rows(
        "SELECT message FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1"
    )
    assert message == "with changes that were not committed"


def test_a_file_that_git_was_told_to_overlook_is_not_taken_for_committed(
    installation: Installation,
) -> None:
    exclude = installation.repository / ".git/info/exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("e-signature.yaml\n", encoding="utf-8")
    installation.write(
        "sites/cork/extensions/e-signature.yaml",
        "version: 2.0.0\nconfiguration: {reidentifyMinutes: 5}\n",
    )
    assert installation.plan().desired.dirty


def test_an_edit_that_git_assumes_away_is_not_taken_for_committed(
    installation: Installation,
) -> None:
    with Repo(installation.repository) as repository:
        repository.git.update_index("--assume-unchanged", f"desired-state/{BREMEN_ERP}")
    installation.write(BREMEN_ERP, erp_file("bremen", interval=99))
    assert installation.plan().desired.dirty


def test_a_file_that_is_no_part_of_the_desired_state_leaves_it_clean(
    installation: Installation,
) -> None:
    installation.write("NOTES.txt", "ask Erin\n")
    assert not installation.plan().desired.dirty


def test_a_shallow_clone_is_blocked_rather_than_attributed_to_the_last_author(
    installation: Installation, tmp_path: Path
) -> None:
    installation.commit("Ninety", {BREMEN_ERP: erp_file("bremen", interval=90)}, ENGINEER)
    installation.commit("Unrelated", {"README.md": "x"}, STRANGER)
    clone = tmp_path / "shallow"
    source = f"file://{installation.repository}"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", source, clone], check=True)
    (reason,) = replace(installation, repository=clone).plan().why_blocked
    assert reason.startswith("the clone is shallow: git cannot tell who last changed ")
    assert "git fetch --unshallow" in reason
