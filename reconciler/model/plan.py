"""The plan: the full, ordered, serialisable answer to "what would apply do"."""

from __future__ import annotations

import json
from enum import StrEnum

from pydantic import ConfigDict

from reconciler.model.canonical import canonical_json, object_hash
from reconciler.model.change import Change, Frozen, Origin
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import DatabaseIdentity
from reconciler.model.schedule import Cron, Duration, TimeZone, WindowKind
from reconciler.model.visible_text import visible_json

FORMAT_VERSION = "1.0"


class Scope(StrEnum):
    """Which differences between desired and live a plan is about."""

    ALL = "all"
    DRIFTED = "drifted"
    """Rows somebody changed outside the reconciler."""
    HEALABLE = "healable"
    """Those of them where git has not moved on, so that restoring applies nothing new."""


class DesiredRevision(Frozen):
    """The commit a desired state was read at; ``commit`` is None outside git.

    ``ref`` is the branch or tag that named it, None where nothing that moves did.
    """

    commit: str | None = None
    dirty: bool = False
    ref: str | None = None


class BlockCode(StrEnum):
    """Why a plan may not be applied, as a program reads it."""

    INVALID = "invalid-desired-state"
    FINDING = "finding"
    MISSING_SITE = "missing-site"
    MISSING_USER = "missing-user"
    SHALLOW_CLONE = "shallow-clone"
    UNSTATED_MEANING = "unstated-meaning"
    NARROWED = "narrowed-plan"
    UNMANAGED = "unmanaged-site"
    EMPTY = "empty-desired-state"
    SHARE = "changed-share"
    SITES_TOUCHED = "sites-touched"
    WINDOW = "change-window"
    FREEZE = "change-freeze"


class BlockedReason(Frozen):
    """One reason why a plan may not be applied; ``--force`` overrides what is ``forceable``.

    ``site`` or ``extension`` is the one that it is about, where it is about one.
    """

    code: BlockCode
    message: str
    forceable: bool = False
    site: str | None = None
    extension: str | None = None


class Summary(Frozen):
    """Counts over the whole plan."""

    activate: int = 0
    reconfigure: int = 0
    deactivate: int = 0
    signoff: int = 0
    unchanged: int = 0
    drifted: int = 0
    sites_managed: int = 0
    sites_touched: int = 0
    sites_refreshed: int = 0
    sites_unmanaged: int = 0


class NeededSignoff(Frozen):
    """A signature that a desired configuration asks for and that nobody has given."""

    site: str
    extension: str
    aspect: str
    role: str
    config_hash: str
    enforced: bool
    path: str


class ChangeWindow(Frozen):
    """A change window of a site that a plan touches; ``site`` is None where it is every site's.

    It is what the files say, and never whether it is open: that depends on when it is asked.
    Its forms are checked again, since a plan is read from a file as well.
    """

    site: str | None
    kind: WindowKind
    cron: Cron
    duration: Duration
    timezone: TimeZone
    reason: str


class Plan(Frozen):
    """What apply would do, bound to the desired state and the database it was made from.

    Attributes:
        format_version: the version of this document's form.
        installation: the name in ``reconciler.yaml``.
        scope: which differences it is about.
        filters: the site and extension globs the plan was narrowed to.
        desired: the commit the changes lead to.
        base: the commit that origins were told by, where one was given.
        database: which database was read; None when it never came to that.
        live_fingerprint: hash over the database rows that the changes concern, and over what is
            recorded, and is to be, of the sites in ``refreshes``.
        changes: in their one documented order.
        refreshes: the sites, in order, that no change touches and whose records of dependencies,
            conflicts, required signatures and verdicts are not those of the desired state.
        diagnostics: every finding, in reporting order.
        needed_signoffs: the signatures still asked for, each with the hash to sign.
        windows: the change windows of the sites touched: the installation's, then each site's,
            as the files list them.
        summary: counts.
        blocked: why the plan may not be applied, in a fixed order; empty when it may.
        complete: every input was read.
        applyable: complete, not blocked, and there is something to apply.
        errored: the desired state could not be read or is not valid.
        plan_id: ``sha256:`` over the canonical form of all the rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: str = FORMAT_VERSION
    installation: str = ""
    scope: Scope = Scope.ALL
    filters: tuple[str, ...] = ()
    desired: DesiredRevision = DesiredRevision()
    base: DesiredRevision | None = None
    database: DatabaseIdentity | None = None
    live_fingerprint: str | None = None
    changes: tuple[Change, ...] = ()
    refreshes: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    needed_signoffs: tuple[NeededSignoff, ...] = ()
    windows: tuple[ChangeWindow, ...] = ()
    summary: Summary = Summary()
    blocked: tuple[BlockedReason, ...] = ()
    complete: bool = False
    applyable: bool = False
    errored: bool = False
    plan_id: str = ""

    @property
    def differs(self) -> bool:
        """Whether apply has anything to write, if it may."""
        return bool(self.changes or self.refreshes)

    @property
    def why_blocked(self) -> tuple[str, ...]:
        """The reasons why it is blocked, as sentences."""
        return tuple(reason.message for reason in self.blocked)

    def identified(self) -> Plan:
        """Return this plan with its ``plan_id`` computed."""
        return self.model_copy(update={"plan_id": self.content_id()})

    def content_id(self) -> str:
        """Return the hash of the plan's content, whatever its ``plan_id`` claims."""
        rest = self.model_dump(mode="json", exclude={"changes", "plan_id"})
        members = {name: canonical_json(value) for name, value in rest.items()}
        # One by one: what many changes are made of would be millions of values at once.
        changes = (canonical_json(change.model_dump(mode="json")) for change in self.changes)
        return object_hash({**members, "changes": b"[%b]" % b",".join(changes)})

    def to_json(self) -> str:
        """Return the plan as JSON: sorted keys, so that the same plan is the same bytes.

        What would steer a terminal is escaped in it, so that it can be shown as it is.
        """
        content = self.model_dump(mode="json")
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
        return f"{visible_json(text)}\n"

    def with_origin(self, *origins: Origin) -> tuple[Change, ...]:
        """Return the changes that came from any of ``origins``."""
        return tuple(change for change in self.changes if change.origin in origins)
