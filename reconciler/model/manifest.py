"""Extension manifests (v2) and capability contracts, as far as the reconciler relies on them.

Real manifests break the format they claim, so they are read leniently: what the reconciler
does not rely on may be anything, what it relies on is precise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from reconciler.model.document import Document, JsonObject
from reconciler.model.files import ApiVersion, ComplianceModel, Day, ExtensionId, Role, Version
from reconciler.model.semver import precedence

Name = Annotated[str, Field(min_length=1, max_length=128)]
"""The name of a capability, a policy or a resource."""


class ConflictScope(StrEnum):
    """How far a conflict between policies reaches."""

    GLOBAL = "global"
    CAPABILITY = "capability"
    RESOURCE = "resource"


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

    name: Name
    version: ApiVersion = "v1"
    policy: Name | None = None


class Capabilities(ManifestPart):
    """The capabilities of an extension."""

    provides: list[ProvidedCapability] = []


class CapabilityDependency(ManifestPart):
    """A capability that an extension needs: ``min_version`` "v2" is 2.0 or later within 2."""

    capability: Name
    min_version: ApiVersion | None = None
    provider: ExtensionId | None = None
    """The extension that should provide it, where there is a choice."""


class Dependencies(ManifestPart):
    """What must be enabled at the same site. Ranges of versions are read as npm reads them."""

    extensions: dict[ExtensionId, Annotated[str, Field(max_length=256)]] = {}
    capabilities: list[CapabilityDependency] = []


class ExplicitConflict(ManifestPart):
    """Another extension that must not be enabled at the same site."""

    id: ExtensionId
    reason: str = ""


class PolicyExclusion(ManifestPart):
    """Policies of others that do not go together with this extension's own ``policy``."""

    scope: Annotated[ConflictScope, Field(strict=False)]
    capability: Name | None = None
    resource: Name | None = None
    policy: Name
    conflicts_with: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Empty: every other policy of the capability."""
    reason: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.scope is not ConflictScope.GLOBAL and self.capability is None:
            raise PydanticCustomError("missing_capability", "this scope needs a capability")
        if self.scope is ConflictScope.RESOURCE and self.resource is None:
            raise PydanticCustomError("missing_resource", "scope resource needs a resource")
        return self


class Conflicts(ManifestPart):
    """What an extension cannot be enabled together with."""

    explicit: list[ExplicitConflict] = []
    policy_exclusions: list[PolicyExclusion] = []


class ActivationPolicy(ManifestPart):
    """Whether an extension of the platform's foundation may be missing or taken away."""

    can_be_disabled: bool = True
    pre_activated_by_default: bool = False
    required_for_operation: bool = False

    @property
    def required(self) -> bool:
        """Whether every site must have it."""
        return self.pre_activated_by_default or self.required_for_operation


class Certification(ManifestPart):
    """A certificate of an extension version, and the last day it holds."""

    type: str = "certification"
    valid_until: Day | None = None


class Governance(ManifestPart):
    """What was approved and certified."""

    certifications: list[Certification] = []


class ManifestContent(ManifestPart):
    """The fields of a manifest that the reconciler relies on."""

    id: str
    version: Version
    name: str
    mes_version: Version | None = None
    api_version: ApiVersion | None = None
    configuration: dict[str, Any] = {}
    dependencies: Dependencies = Dependencies()
    conflicts: Conflicts = Conflicts()
    capabilities: Capabilities = Capabilities()
    compliance: Compliance = Compliance()
    activation_policy: ActivationPolicy = ActivationPolicy()
    governance: Governance = Governance()
    deprecated: bool = False
    deprecation_notice: str = ""


class ContractCompliance(ManifestPart):
    """What a capability contract asks of every extension that provides the capability."""

    signoff_required: bool = False
    signoff_role: Role | None = None


class Incompatibility(ManifestPart):
    """A policy that goes together with no other policy of its capability."""

    capability: Name
    policy: Name
    scope: Annotated[ConflictScope, Field(strict=False)] = ConflictScope.CAPABILITY
    reason: str = ""


class ContractContent(ManifestPart):
    """The fields of a capability contract that the reconciler relies on."""

    id: Name
    name: str
    version: ApiVersion = "v1.0"
    min_mes_version: Version | None = None
    default_provider: ExtensionId | None = None
    compliance: ContractCompliance = ContractCompliance()
    incompatibilities: list[Incompatibility] = []


class Manifest(Struct, frozen=True):
    """One extension at one version, and the file that says so."""

    content: ManifestContent
    document: Document

    @property
    def identity(self) -> tuple[str, str]:
        """Which extension at which version (without "v")."""
        return self.content.id, plain_version(self.content.version)

    @property
    def schema(self) -> JsonObject:
        """The JSON Schema of the extension's configuration."""
        return self.content.configuration


def plain_version(version: str) -> str:
    """Return a version without the leading "v" that some callers write."""
    return version.removeprefix("v")


class Catalog(Struct, frozen=True, dict=True):
    """The manifests by extension and version (without "v"), and the contracts by capability."""

    manifests: Mapping[str, Mapping[str, Manifest]] = field(default_factory=dict)
    contracts: Mapping[str, ContractContent] = field(default_factory=dict)

    @cached_property
    def incompatibilities(self) -> Mapping[tuple[str, ConflictScope], Sequence[Incompatibility]]:
        """What the contracts say of policies, by the capability and the scope it is said of."""
        found: dict[tuple[str, ConflictScope], list[Incompatibility]] = {}
        for name in sorted(self.contracts):
            for each in self.contracts[name].incompatibilities:
                found.setdefault((each.capability, each.scope), []).append(each)
        return found

    @cached_property
    def required_everywhere(self) -> Mapping[str, Sequence[ManifestContent]]:
        """The versions of extensions that ask to be enabled at every site, by extension."""
        found: dict[str, list[ManifestContent]] = {}
        for manifest in self:
            if manifest.content.activation_policy.required:
                found.setdefault(manifest.content.id, []).append(manifest.content)
        return {extension: found[extension] for extension in sorted(found)}

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
