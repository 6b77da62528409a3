"""What the database says: live rows, and what the reconciler itself last wrote."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from pydantic import BaseModel, ConfigDict

from reconciler.model.desired import ConfigurationKey


class DatabaseIdentity(BaseModel):
    """Which database a plan was made for."""

    model_config = ConfigDict(frozen=True)

    system_identifier: str
    database: str
    schema_version: int


class Row(Struct, frozen=True):
    """One side of a configuration in the database, live or last-applied, without its body."""

    version: str
    config_hash: str
    digest: str
    """Computed by the server over what is stored, so that a forged hash does not hide an edit."""


class DatabaseRow(Struct, frozen=True):
    """A (site, extension) in the database: what is live, and what was last applied."""

    key: ConfigurationKey
    live: Row | None
    applied: Row | None
    config_version: int = 0
    """The number of the newest version, which only grows; 0 where there is none."""

    @property
    def drifted(self) -> bool:
        """Whether the live row is not what the reconciler last wrote."""
        return self.live != self.applied


class LastChange(Struct, frozen=True):
    """The newest entry of the audit log about a row, the reconciler's own or another's.

    ``by`` is the MachShop user it is attributed to, else the database role that made it.
    """

    action: str
    at: datetime
    by: str
    application: str | None
    address: str | None
    run_id: str | None


class OutOfBandEdit(Struct, frozen=True):
    """The newest change to a row that was not the reconciler's, from the audit log.

    ``earlier_by`` are those who changed it before that, since the reconciler last wrote it.
    """

    session_user: str
    at: datetime
    application: str | None
    address: str | None
    earlier_by: tuple[str, ...]
