"""Extension manifests (v2) and capability contracts, as far as the reconciler relies on them.

Real manifests break the format they claim, so they are read leniently: what the reconciler
does not rely on may be anything, what it relies on is precise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from reconciler.model.document import Document, JsonObject
from reconciler.model.files import Role, Version
from reconciler.model.semver import precedence


class ComplianceModel(StrEnum):
    """How strictly a missing signature is taken: enforced blocks, the others warn."""

    ENFORCED = "enforced"
    ENABLED = "enabled"
    DELEGATED = "delegated"


class ManifestPart(BaseModel):
    """A part of a manifest: strict in what it names, open to whatever else stands there."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, alias_generator=to_camel, validate_by_alias=True
    )


class Delegation(ManifestPart):
    """A compliance aspect, and the role it is delegated to."""

    aspect: Annotated[str, Field(min_length=1, max_length=128)]
    delegated_to: Role
    requires_signoff: bool = False


class Compliance(ManifestPart):
    """What a manifest asks for in compliance."""

    compliance_model: Annotated[ComplianceModel, Field(strict=False)] = ComplianceModel.DELEGATED
    delegations: list[Delegation] = []


class ProvidedCapability(ManifestPart):
    """A capability an extension provides, and the policy it provides it under."""

    name: str
    version: str = "v1"
    policy: str | None = None


class Capabilities(ManifestPart):
    """The capabilities of an extension."""

    provides: list[ProvidedCapability] = []


class ManifestContent(ManifestPart):
    """The fields of a manifest that the reconciler relies on."""

    id: str
    version: Version
    name: str
    type: str = ""
    configuration: dict[str, Any] = {}
    compliance: Compliance = Compliance()
    capabilities: Capabilities = Capabilities()
    deprecated: bool = False


class ContractCompliance(ManifestPart):
    """What a capability contract asks of every extension that provides the capability."""

    signoff_required: bool = False
    signoff_role: Role | None = None


class ContractContent(ManifestPart):
    """The fields of a capability contract that the reconciler relies on."""

    id: Annotated[str, Field(min_length=1, max_length=128)]
    name: str
    version: str = "v1.0"
    compliance: ContractCompliance = ContractCompliance()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One extension at one version, and the file that says so."""

    content: ManifestContent
    document: Document

    @property
    def schema(self) -> JsonObject:
        """The JSON Schema of the extension's configuration."""
        return self.content.configuration


def plain_version(version: str) -> str:
    """Return a version without the leading "v" that some callers write."""
    return version.removeprefix("v")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The manifests by extension and version (without "v"), and the contracts by capability."""

    manifests: Mapping[str, Mapping[str, Manifest]] = field(default_factory=dict)
    contracts: Mapping[str, ContractContent] = field(default_factory=dict)

    def manifest(self, extension: str, version: str) -> Manifest | None:
        """Return the manifest of ``extension`` at ``version``, if the catalog has it."""
        return self.manifests.get(extension, {}).get(plain_version(version))

    def versions(self, extension: str) -> list[str]:
        """Return the versions of ``extension`` in the catalog, lowest first, as written."""
        known = self.manifests.get(extension, {})
        ordered = sorted(known, key=precedence)
        return [known[version].content.version for version in ordered]

    def __iter__(self) -> Iterator[Manifest]:
        for versions in self.manifests.values():
            yield from versions.values()
