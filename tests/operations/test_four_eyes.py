"""Whoever makes a change may not sign it: who made it is told by git, and the plan says so."""

from __future__ import annotations

from git import Actor

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import Plan
from tests.support.installation import (
    BREMEN,
    BREMEN_SIGNATURE,
    ENGINEER,
    PROFILE,
    Installation,
    signature_file,
    signoff_entry,
    site_file,
)

QUALITY = Actor("Quinn Quality", "Quality@Plant.example")
MANIFEST = "catalog/extensions/e-signature/2.0.0.yaml"
AUTHOR = "the signer is the author of the change"


def enforce(installation: Installation) -> None:
    """Make the signature one without which nothing is applied."""
    text = (installation.folder / MANIFEST).read_text(encoding="utf-8")
    enforced = text.replace("complianceModel: delegated", "complianceModel: enforced")
    installation.commit("Enforce the signature", {MANIFEST: enforced})


def change(installation: Installation, minutes: int, author: Actor) -> str:
    """Commit another value of the signed configuration and return the hash to sign."""
    installation.commit("Change", {BREMEN_SIGNATURE: signature_file(minutes=minutes)}, author)
    return hash_to_sign(installation)


def hash_to_sign(installation: Installation) -> str:
    (needed,) = installation.plan().needed_signoffs
    return needed.config_hash


def sign(installation: Installation, minutes: int, config_hash: str) -> None:
    """Commit the quality manager's signature, as the quality manager."""
    signed = signature_file(minutes=minutes, rest=signoff_entry(config_hash))
    installation.commit("Sign", {BREMEN_SIGNATURE: signed}, QUALITY)


def void(plan: Plan) -> list[Diagnostic]:
    return [found for found in plan.diagnostics if found.code == "signoff-void"]


def test_a_signature_of_the_author_does_not_count_and_the_plan_says_why(
    installation: Installation,
) -> None:
    enforce(installation)
    sign(installation, 20, change(installation, 20, QUALITY))
    plan = installation.plan()
    (found,) = void(plan)
    assert AUTHOR in found.message
    assert not plan.applyable
    assert "1 finding of signoff-missing" in plan.why_blocked
    assert plan.summary.signoff == 0


def test_signing_in_the_same_file_does_not_make_the_signer_the_author(
    installation: Installation,
) -> None:
    enforce(installation)
    sign(installation, 20, change(installation, 20, ENGINEER))
    plan = installation.plan()
    assert void(plan) == []
    assert plan.applyable
    assert plan.summary.signoff == 1


def test_a_change_is_its_authors_in_the_audit_log_and_the_signature_its_signers(
    installation: Installation,
) -> None:
    enforce(installation)
    sign(installation, 20, change(installation, 20, ENGINEER))
    done = installation.apply()
    rows = installation.rows(
        "SELECT audit.action, users.username, details ->> 'commit', audit.reason "
        "FROM configuration_audit_log AS audit JOIN users ON users.id = changed_by "
        "WHERE details ->> 'runId' = %s ORDER BY sequence",
        [str(done.run_id)],
    )
    assert [row[:2] for row in rows] == [("reconfigured", "engineer"), ("signoff", "quality")]
    assert [row[3] for row in rows] == ["Change", "Sign"]
    assert rows[0][2] != rows[1][2]


def test_a_comment_or_a_reason_by_the_signer_changes_nothing_of_the_configuration(
    installation: Installation,
) -> None:
    config_hash = change(installation, 20, ENGINEER)
    signed = "# Seen on line 2\n" + signature_file(
        minutes=20, rest=signoff_entry(config_hash) + "reason: Less typing\n"
    )
    installation.commit("Sign", {BREMEN_SIGNATURE: signed}, QUALITY)
    assert void(installation.plan()) == []


def test_who_changed_the_profile_behind_a_configuration_may_not_sign_it(
    installation: Installation,
) -> None:
    profile = "extensions:\n  e-signature:\n    configuration: {reidentifyMinutes: 9}\n"
    installation.commit("Share", {"profiles/signing.yaml": profile}, ENGINEER)
    bremen = site_file(BREMEN, "Bremen Works", "standard, signing")
    own = {"sites/bremen/site.yaml": bremen, BREMEN_SIGNATURE: "version: 2.0.0\n"}
    installation.commit("Use what is shared", dict(own), ENGINEER)
    installation.commit(
        "Change what is shared", {"profiles/signing.yaml": profile.replace("9", "8")}, QUALITY
    )
    entry = signoff_entry(hash_to_sign(installation))
    installation.commit("Sign", {BREMEN_SIGNATURE: f"version: 2.0.0\n{entry}"}, QUALITY)
    assert [AUTHOR in found.message for found in void(installation.plan())] == [True]


def test_an_older_change_of_the_signer_elsewhere_in_a_profile_is_no_authorship(
    installation: Installation,
) -> None:
    text = (installation.folder / PROFILE).read_text(encoding="utf-8")
    installation.commit("Dashboards", {PROFILE: text.replace("30", "31")}, QUALITY)
    sign(installation, 20, change(installation, 20, ENGINEER))
    assert void(installation.plan()) == []


def test_a_small_change_on_top_does_not_make_the_signers_own_change_anothers(
    installation: Installation,
) -> None:
    base = installation.commit("Start", {})
    change(installation, 25, QUALITY)
    sign(installation, 26, change(installation, 26, ENGINEER))
    for plan in (installation.plan(base=base), installation.plan()):
        assert [AUTHOR in found.message for found in void(plan)] == [True]


def test_what_was_applied_before_does_not_keep_its_author_from_signing_what_came_later(
    installation: Installation,
) -> None:
    change(installation, 25, QUALITY)
    installation.apply()
    sign(installation, 26, change(installation, 26, ENGINEER))
    assert void(installation.plan()) == []


def test_a_project_can_do_without_four_eyes(installation: Installation) -> None:
    settings = (installation.folder / "reconciler.yaml").read_text(encoding="utf-8")
    relaxed = settings + "compliance: {fourEyes: false}\n"
    installation.commit("One pair of eyes", {"reconciler.yaml": relaxed})
    sign(installation, 20, change(installation, 20, QUALITY))
    assert void(installation.plan()) == []


def test_a_change_that_is_not_committed_is_signed_by_nobody_knows_whom(
    installation: Installation,
) -> None:
    installation.write(BREMEN_SIGNATURE, signature_file(minutes=20))
    entry = signoff_entry(hash_to_sign(installation))
    installation.write(BREMEN_SIGNATURE, signature_file(minutes=20, rest=entry))
    codes = [found.code for found in installation.plan().diagnostics]
    assert codes == ["signoff-unattributed"]


def test_one_character_voids_a_signature_and_its_return_makes_it_count_again(
    installation: Installation,
) -> None:
    config_hash = change(installation, 20, ENGINEER)
    sign(installation, 20, config_hash)
    assert void(installation.plan()) == []
    entry = signoff_entry(config_hash)
    other = {BREMEN_SIGNATURE: signature_file(minutes=21, rest=entry)}
    installation.commit("A character", dict(other), ENGINEER)
    assert "it signs another configuration" in void(installation.plan())[0].message
    back = {BREMEN_SIGNATURE: signature_file(minutes=20, rest=entry)}
    installation.commit("Back", dict(back), ENGINEER)
    assert void(installation.plan()) == []
    assert installation.plan().summary.signoff == 1


def test_a_signature_only_file_for_what_a_profile_brings_makes_the_signer_no_author(
    installation: Installation,
) -> None:
    profile = "extensions:\n  e-signature:\n    version: 2.0.0\n    configuration: "
    files: dict[str, str | None] = {
        "profiles/signing.yaml": profile + "{reidentifyMinutes: 9}\n",
        "sites/bremen/site.yaml": site_file(BREMEN, "Bremen Works", "standard, signing"),
        BREMEN_SIGNATURE: None,
    }
    installation.commit("Share", files, ENGINEER)
    entry = signoff_entry(hash_to_sign(installation))
    installation.commit("Sign", {BREMEN_SIGNATURE: entry}, QUALITY)
    assert void(installation.plan()) == []
    assert installation.plan().summary.signoff == 1


def test_who_takes_a_profile_away_is_an_author_of_what_is_left(
    installation: Installation,
) -> None:
    profile = "extensions:\n  e-signature:\n    configuration: {reidentifyMinutes: 9}\n"
    shared = site_file(BREMEN, "Bremen Works", "standard, signing")
    files: dict[str, str | None] = {
        "profiles/signing.yaml": profile,
        "sites/bremen/site.yaml": shared,
    }
    installation.commit("Share", files, ENGINEER)
    alone = {"sites/bremen/site.yaml": site_file(BREMEN, "Bremen Works", "standard")}
    installation.commit("Drop the profile", dict(alone), QUALITY)
    sign(installation, 15, hash_to_sign(installation))
    assert [AUTHOR in found.message for found in void(installation.plan())] == [True]


def test_an_author_whose_email_is_nobodys_is_not_taken_for_another_person(
    installation: Installation,
) -> None:
    private = Actor("Quinn Quality", "12345+quinn@users.noreply.example")
    sign(installation, 20, change(installation, 20, private))
    (found,) = [each for each in installation.plan().diagnostics if each.code == "unknown-author"]
    assert found.subject == "12345+quinn@users.noreply.example"
    assert "wrote 1 configuration that is signed" in found.message
