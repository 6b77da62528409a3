"""One change: what would happen to one extension at one site, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from reconciler.model.desired import ConfigurationKey

SENSITIVE = "(sensitive)"


class Action(StrEnum):
    """What a change does."""

    ACTIVATE = "activate"
    RECONFIGURE = "reconfigure"
    DEACTIVATE = "deactivate"
    SIGNOFF = "signoff"


class Origin(StrEnum):
    """Why a change is in the plan."""

    PULL_REQUEST = "pull-request"
    PROFILE = "profile"
    PENDING = "pending"
    DRIFT = "drift"


class Operation(StrEnum):
    """What happens to one value of a configuration."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class Frozen(BaseModel):
    """A part of a plan: never altered once made."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One value that changes. ``pointer`` is a JSON Pointer into the configuration.

    Where ``sensitive``, both values are replaced by a placeholder: a plan never holds a secret.
    ``source`` is the file the new value comes from.
    """

    # No model: a plan that activates everything has a million of these. And no Struct: a plan is a
    # model, and knows how to check and write dataclasses.
    pointer: str
    operation: Operation
    old: Any = None
    new: Any = None
    sensitive: bool = False
    source: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plans and audit rows have it."""
        return {
            "pointer": self.pointer,
            "operation": self.operation.value,
            "old": self.old,
            "new": self.new,
            "sensitive": self.sensitive,
            "source": self.source,
        }


class Drift(Frozen):
    """How a live row came to differ from what was last applied, as far as the audit log knows.

    Of several edits the last is told, and in ``earlier_by`` the roles that made those before it.
    """

    description: str
    session_user: str | None = None
    at: str | None = None
    application: str | None = None
    address: str | None = None
    earlier_by: tuple[str, ...] = ()


class Signature(Frozen):
    """A signoff that would be recorded."""

    aspect: str
    signed_by: str
    role: str
    meaning: str
    signed_at: str
    config_hash: str
    notes: str | None = None


class Change(Frozen):
    """One row of a plan.

    ``config_version`` is not here: the server numbers versions when the change is applied.
    ``live_fingerprint`` is a hash over the database's rows of this configuration as they were read.
    """

    site: str
    site_id: UUID
    extension: str
    action: Action
    origin: Origin
    old_version: str | None = None
    new_version: str | None = None
    old_hash: str | None = None
    new_hash: str | None = None
    differences: tuple[FieldDifference, ...] = ()
    drift: Drift | None = None
    signature: Signature | None = None
    path: str | None = None
    author: str = ""
    author_email: str = ""
    changed_by: str = ""
    commit: str | None = None
    reason: str = ""
    live_fingerprint: str | None = None

    @property
    def key(self) -> ConfigurationKey:
        """Which configuration changes."""
        return ConfigurationKey(self.site_id, self.extension)

    @property
    def sort_key(self) -> tuple[str, str, int, str, str, str, str]:
        """The one order of changes: site, extension, configuration before its signoffs."""
        signature = self.signature
        return (
            self.site,
            self.extension,
            int(self.action is Action.SIGNOFF),
            signature.aspect if signature else "",
            signature.signed_by if signature else "",
            signature.role if signature else "",
            signature.signed_at if signature else "",
        )
