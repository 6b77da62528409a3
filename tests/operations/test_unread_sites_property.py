"""A plan that leaves settled sites unread is the plan that reads everything, byte for byte.

Whatever is committed, merged, applied and edited by hand before, and by whatever base it is told
whose a change is.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from git import Actor, Repo
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reconciler.database.connection import reading
from reconciler.model.errors import ReconcilerError
from reconciler.model.plan import Scope
from reconciler.operations.plan import plan, plan_on
from reconciler.operations.preparing import PlanRequest, plan_of_invalid, prepare, prepare_partly
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    BREMEN_SIGNATURE,
    CORK,
    DAYTON,
    ENGINEER,
    FILES,
    PROFILE,
    SIGNATURE,
    STRANGER,
    Installation,
    copied_installation,
    erp_file,
    profile_file,
    signature_file,
    signoff_entry,
    site_file,
)

EXAMPLES, STEPS = 5, 8
SITES = {"bremen": BREMEN, "cork": CORK, "dayton": DAYTON}
SIGNER = Actor("Quinn Quality", "quality@plant.example")
MANIFEST = "catalog/extensions/erp-adapter/3.0.0.yaml"
SECOND = "profiles/second.yaml"
ALONE = (
    "conflicts:\n  policyExclusions:\n"
    "  - {scope: global, policy: alone, conflictsWith: [alone], reason: One in all plants}\n"
)
WAIVER = (
    "waivers:\n  - {code: configuration-value, extension: erp-adapter, subject: /syncInterval, "
    "waivedBy: quality, until: 2999-12-31, reason: A trial}\n"
)
EDITS = (
    "UPDATE site_extension_configs SET configuration = '{\"x\": 1}' WHERE site_id = %s",
    "UPDATE site_extension_configs SET configuration = configuration - 'x' WHERE site_id = %s",
    "UPDATE site_extension_configs SET config_hash = 'sha256:0' WHERE site_id = %s",
    "DELETE FROM site_extension_configs WHERE site_id = %s AND extension_id = 'line-dashboard'",
    "DELETE FROM site_derived_records WHERE site_id = %s",
)
sites = st.sampled_from(sorted(SITES))
numbers = st.integers(0, 3)
authors = st.sampled_from([ENGINEER, ENGINEER, SIGNER, STRANGER])
branches = st.sampled_from(["main", "other"])
used: list[int] = []
"""How many sites each plan left unread."""


def outcome(request: PlanRequest, installation: Installation, *, partly: bool) -> str:
    """Return the plan as JSON, or what refused it."""
    try:
        if partly:
            return plan(request, installation.service).to_json()
        prepared = prepare(request)
        with installation.service() as connection, reading(connection):
            return (plan_of_invalid(prepared) or plan_on(connection, prepared)).to_json()
    except ReconcilerError as error:
        return f"{type(error).__name__}: {error}"


class Unread(RuleBasedStateMachine):
    """Rules are what people and the reconciler do; after each, both ways to plan must agree."""

    server_url: ClassVar[str]
    original: ClassVar[Installation]

    def __init__(self) -> None:
        super().__init__()
        self.resources = contextlib.ExitStack()
        folder = self.resources.enter_context(tempfile.TemporaryDirectory())
        copied = copied_installation(self.server_url, self.original, Path(folder, "repository"))
        self.installation = self.resources.enter_context(copied)
        self.repository = self.resources.enter_context(Repo(self.installation.repository))
        self.repository.git.branch("other")
        self.installation.apply(ref="main")
        self.bases = ["main"]

    def teardown(self) -> None:
        self.resources.close()

    @rule(site=sites, number=numbers, author=authors)
    def configure(self, site: str, number: int, author: Actor) -> None:
        path = f"sites/{site}/extensions/erp-adapter.yaml"
        self._commit({path: erp_file(site, interval=number)}, author)

    @rule(number=numbers, author=authors)
    def configure_what_is_signed(self, number: int, author: Actor) -> None:
        self._commit({BREMEN_SIGNATURE: signature_file(minutes=number + 1)}, author)

    @rule(number=numbers, author=authors)
    def have_a_profile_say_what_is_signed(self, number: int, author: Actor) -> None:
        held = (
            f"extensions: {{{SIGNATURE}: {{configuration: {{reidentifyMinutes: {number + 1}}}}}}}"
        )
        files = {
            SECOND: held + "\n",
            BREMEN_SIGNATURE: "version: 2.0.0\n",
            "sites/bremen/site.yaml": site_file(BREMEN, "bremen", "standard, second"),
        }
        there = (self.installation.folder / SECOND).exists()
        self._commit({SECOND: files[SECOND]} if there else dict(files), author)

    @rule(author=authors)
    def sign(self, author: Actor) -> None:
        self._commit({BREMEN_SIGNATURE: self._signed()}, author)

    @rule(
        site=sites,
        extra=st.sampled_from(["", WAIVER]),
        named=st.sampled_from(["", "standard", "second"]),
    )
    def describe(self, site: str, extra: str, named: str) -> None:
        self._commit({f"sites/{site}/site.yaml": site_file(SITES[site], site, named) + extra})

    @rule(number=numbers, what=st.integers(0, 3), author=authors)
    def change_what_sites_share(self, number: int, what: int, author: Actor) -> None:
        shared: list[dict[str, str | None]] = [
            {PROFILE: profile_file(refresh=5 + number)},
            {MANIFEST: FILES[MANIFEST] + "deprecated: true\n"},
            {MANIFEST: FILES[MANIFEST] + "complience: {}\n"},
            {MANIFEST: FILES[MANIFEST] + ALONE},
        ]
        self._commit(shared[what], author)

    @rule(site=sites)
    def break_a_file(self, site: str) -> None:
        self._commit({f"sites/{site}/extensions/erp-adapter.yaml": "version: [\n"})

    @rule(site=sites, name=st.sampled_from(["extensions/notes.yml", "NOTES.txt", "x/y.yaml"]))
    def add_what_is_no_part(self, site: str, name: str) -> None:
        self._commit({f"sites/{site}/{name}": "a: 1\n"})

    @rule(site=sites, other=sites)
    def copy_a_site(self, site: str, other: str) -> None:
        self._commit({f"sites/{site}-2/site.yaml": site_file(SITES[other], "Copied", "")})

    @precondition(lambda self: (self.installation.folder / "sites" / "cork").is_dir())
    @rule()
    def let_a_site_go(self) -> None:
        self._commit({"sites/cork": None})

    @rule(number=numbers)
    def go_back(self, number: int) -> None:
        older = list(self.repository.iter_commits(max_count=number + 1))[-1]
        self.repository.git.restore(f"--source={older}", "--staged", "--worktree", ".")
        self._commit({})

    @rule()
    def begin_again(self) -> None:
        first = list(self.repository.iter_commits())[-1]
        self.repository.git.restore(f"--source={first}", "--staged", "--worktree", ".")
        self._commit({})

    @rule(branch=branches)
    def switch(self, branch: str) -> None:
        self.repository.git.checkout("-q", branch)

    @rule(branch=branches, strategy=st.sampled_from(["ours", "theirs"]))
    def merge(self, branch: str, strategy: str) -> None:
        with contextlib.suppress(Exception):  # nothing to merge, or not to be merged
            self.repository.git.merge("-q", "--no-ff", "-X", strategy, branch)
        self.repository.git.reset("-q", "--hard")

    @rule()
    def keep_as_base(self) -> None:
        self.bases.append(self.repository.head.commit.hexsha)

    @rule(site=sites, edit=st.sampled_from(EDITS))
    def edit_by_hand(self, site: str, edit: str) -> None:
        self.installation.rows(edit, [SITES[site]])

    @rule(ref=st.sampled_from(["HEAD", "main", None]), base=st.booleans())
    def apply(self, ref: str | None, base: bool) -> None:
        self._let(ref=ref, base=self.bases[-1] if base else None, allow_unmanage=True)

    @rule(site=sites)
    def apply_in_part(self, site: str) -> None:
        self._let(ref="HEAD", selection=Selection((site,)))

    @rule()
    def heal(self) -> None:
        self._let(ref="HEAD", scope=Scope.HEALABLE)

    @invariant()
    def both_plans_are_the_same(self) -> None:
        about_drift: list[dict[str, Any]] = [
            {"scope": scope} for scope in (Scope.DRIFTED, Scope.HEALABLE)
        ]
        bases: list[dict[str, Any]] = [
            {"base": base} for base in (None, self.bases[-1], self.bases[0])
        ]
        for options in (*bases, *about_drift):
            request = self.installation.request(ref="HEAD", **options)
            partly = outcome(request, self.installation, partly=True)
            assert partly == outcome(request, self.installation, partly=False)
            with contextlib.suppress(ReconcilerError):
                unread = prepare_partly(request, self.installation.service).unread
                used.append(len(unread.trees) if unread else 0)

    def _let(self, **options: Any) -> None:
        forced = {"force": "As it is", "allow_dirty": True}
        with contextlib.suppress(ReconcilerError):
            self.installation.apply(apply_options=forced, **options)

    def _commit(self, files: dict[str, str | None], author: Actor = ENGINEER) -> None:
        there = {
            path: text
            for path, text in files.items()
            if text is not None or (self.installation.folder / path).exists()
        }
        self.installation.commit("Change what is desired", there, author)

    def _signed(self) -> str:
        state = prepare(self.installation.request()).head.state
        for each in state.configurations.values() if state else ():
            if (each.site.slug, each.extension) == ("bremen", SIGNATURE):
                file = (self.installation.folder / BREMEN_SIGNATURE).read_text()
                return file.partition("signoffs:")[0] + signoff_entry(each.config_hash)
        return signature_file()


def test_a_plan_that_leaves_settled_sites_unread_is_the_plan_that_reads_everything(
    server_url: str, applied: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Unread, "server_url", server_url, raising=False)
    monkeypatch.setattr(Unread, "original", applied, raising=False)
    used.clear()
    run_state_machine_as_test(
        Unread,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(map(bool, used)) > len(used) // 5
