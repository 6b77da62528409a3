"""What the database keeps of a site beside its configurations, derived from git and the catalog.

Dependency resolutions, conflicts, required signatures, and a verdict on each configuration: all
follow from the desired state alone, so one digest a site says whether the database has them.
"""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from reconciler.model.diagnostic import Severity
from reconciler.model.manifest import ConflictScope
from reconciler.model.relations import ConfigurationVerdict, ConflictType, Resolution


class RequiredSignature(Struct, frozen=True):
    """An aspect of a site's extension that asks for the signature of a role."""

    extension: str
    aspect: str
    role: str
    enforced: bool


class SiteConflict(Struct, frozen=True):
    """A conflict as one site sees it: ``extension`` is its own, and ``other`` mostly as well.

    ``other_site`` is None where both are at this site; then ``extension`` is the lesser name.
    """

    extension: str
    other: str
    other_site: UUID | None
    type: ConflictType
    scope: ConflictScope | None
    capability: str | None
    resource: str | None
    policy: str | None
    other_policy: str | None
    severity: Severity
    reason: str

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same conflict, whatever is said of it; conflicts sort by it."""
        return (
            self.extension,
            self.other,
            str(self.other_site or ""),
            self.type,
            self.scope or "",
            self.capability or "",
            self.resource or "",
            self.policy or "",
            self.other_policy or "",
        )


class SiteRecords(Struct, frozen=True):
    """The derived records of one site, each kind in a fixed order, and a digest over them all."""

    site_id: UUID
    verdicts: tuple[ConfigurationVerdict, ...]
    required: tuple[RequiredSignature, ...]
    resolutions: tuple[Resolution, ...]
    conflicts: tuple[SiteConflict, ...]
    digest: str


class RecordedDigest(Struct, frozen=True):
    """With which digest a site's derived records were last written, and by which run.

    ``digest`` is None where that run could not write them whole.
    """

    digest: str | None
    run_id: UUID


class Refresh(Struct, frozen=True):
    """A site that no change touches, and whose derived records are not those of the database."""

    site: str
    site_id: UUID
    digest: str
    recorded: RecordedDigest | None
