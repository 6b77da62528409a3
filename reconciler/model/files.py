"""What each file of a desired state may say; the JSON Schemas for editors are made from this.

Field names are Python's; in the files they are camelCase. Unknown keys are errors everywhere.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from reconciler.model.age import is_recipient
from reconciler.model.schedule import Cron, Duration, TimeZone, WindowKind
from reconciler.model.semver import PRERELEASE

SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
EXTENSION_ID_PATTERN = r"^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$"
# Semantic Versioning 2.0.0, with the leading "v" that some callers write; its numbers are short
# enough for every reader.
_NUMBER = r"(0|[1-9][0-9]{0,14})"
VERSION_PATTERN = (
    rf"^v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(-{PRERELEASE})?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)
API_VERSION_PATTERN = r"^v[0-9]{1,9}(\.[0-9]{1,9}){0,2}$"
CONFIG_HASH_PATTERN = r"^sha256:[0-9a-f]{64}$"
# The column is VARCHAR(20) in the schema that the product grew from.
VERSION_LENGTH = 20


def _text_only(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "Input should be written as text")
    return value


def _public_recipient(value: str) -> str:
    if value.upper().startswith("AGE-SECRET-KEY-"):
        raise PydanticCustomError(
            "age_identity",
            "Input should be a public recipient, and is a private key: whoever read it can decrypt",
        )
    if not is_recipient(value):
        raise PydanticCustomError(
            "age_recipient", "Input should be a public age recipient, age1…, with its checksum"
        )
    return value


Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
ExtensionId = Annotated[str, Field(pattern=EXTENSION_ID_PATTERN)]
Version = Annotated[str, Field(pattern=VERSION_PATTERN, max_length=VERSION_LENGTH)]
ApiVersion = Annotated[str, Field(pattern=API_VERSION_PATTERN)]
ConfigHash = Annotated[str, Field(pattern=CONFIG_HASH_PATTERN)]
Identifier = Annotated[UUID, BeforeValidator(_text_only), Field(strict=False)]
Instant = Annotated[AwareDatetime, BeforeValidator(_text_only), Field(strict=False)]
Day = Annotated[date, BeforeValidator(_text_only), Field(strict=False)]
Line = Annotated[str, Field(min_length=1, max_length=256)]
Recipient = Annotated[str, AfterValidator(_public_recipient)]
Configuration = dict[str, Any]


class SignerRole(StrEnum):
    """The roles a compliance aspect may be delegated to (manifest v2)."""

    QUALITY_FOCAL = "quality-focal"
    QUALITY_MANAGER = "quality-manager"
    SITE_MANAGER = "site-manager"
    COMPLIANCE_OFFICER = "compliance-officer"


class SignatureMeaning(StrEnum):
    """What a signature says (21 CFR 11.50(a)(3))."""

    REVIEW = "review"
    APPROVAL = "approval"
    RESPONSIBILITY = "responsibility"
    AUTHORSHIP = "authorship"
    UNSTATED = "unstated"
    """Nobody wrote it down: of signatures from before the reconciler, and of no others."""


Role = Annotated[SignerRole, Field(strict=False)]


class ComplianceModel(StrEnum):
    """How strictly a missing signature is taken: enforced blocks, the others warn."""

    ENFORCED = "enforced"
    ENABLED = "enabled"
    DELEGATED = "delegated"


class FileModel(BaseModel):
    """A part of a desired-state file: strict types, no unknown keys, camelCase names."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
    )


class PlatformCapability(FileModel):
    """A capability that the MES platform itself provides."""

    name: Slug
    version: ApiVersion


class Platform(FileModel):
    """What every site gets from the MES platform."""

    capabilities: list[PlatformCapability] = []


class ComplianceSettings(FileModel):
    """How strictly the project takes signatures, beyond what the catalog asks for."""

    four_eyes: Annotated[
        bool, Field(description="Whoever made a change may not sign it. Default true.")
    ] = True
    enforce_models: Annotated[
        list[Annotated[ComplianceModel, Field(strict=False)]],
        Field(description="Compliance models whose missing signatures block as well."),
    ] = []
    enforce_aspects: Annotated[
        list[Line], Field(description="Aspects whose missing signatures always block.")
    ] = []


class Encryption(FileModel):
    """Whom secrets in the files are encrypted for."""

    recipients: Annotated[
        list[Recipient],
        Field(description="Public age recipients of the services that use the secrets: age1…"),
    ] = []


class SafetySettings(FileModel):
    """How much one plan may change without being forced."""

    max_changed_percent: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="Of the live configurations of a site, of an extension or of all: the "
            "share that one plan may reconfigure or deactivate.",
        ),
    ] = 30
    minimum_configurations: Annotated[
        int,
        Field(ge=1, le=1_000_000, description="Where fewer are live, no share is looked at."),
    ] = 10
    max_sites_touched: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="At how many sites one plan may change anything."),
    ] = None


class WindowEntry(FileModel):
    """A time that comes again and again, and in which changes may, or may not, be applied."""

    kind: Annotated[
        WindowKind,
        Field(
            strict=False,
            description="allow: changes only while one of these is open; deny: none while it is.",
        ),
    ]
    cron: Annotated[
        Cron,
        Field(description="When it opens: minute, hour, day of month, month, day of week."),
    ]
    duration: Annotated[
        Duration, Field(description="How long it stays open, at most 31d: 4h, 90m, 2d12h.")
    ]
    timezone: Annotated[TimeZone, Field(description="Whose clock is meant, such as Europe/Berlin.")]
    reason: Annotated[Line, Field(description="Shown to whoever has to wait.")]


Windows = Annotated[list[WindowEntry], Field(max_length=50)]


class ProjectFile(FileModel):
    """``reconciler.yaml``: format version and project settings."""

    format_version: Annotated[str, Field(pattern=r"^1\.0$", description="Always '1.0'.")]
    installation: Annotated[Slug, Field(description="The MachShop installation this describes.")]
    service_user: Annotated[
        Line, Field(description="The username changes are attributed to when a git author has none")
    ]
    platform: Platform = Platform()
    compliance: ComplianceSettings = ComplianceSettings()
    encryption: Encryption = Encryption()
    safety: SafetySettings = SafetySettings()
    windows: Annotated[Windows, Field(description="Change windows of every site.")] = []


class UserEntry(FileModel):
    """A MachShop user whom signoffs and git authors map to."""

    id: Identifier
    username: Line
    name: Line
    email: Line | None = None


class UsersFile(FileModel):
    """``users.yaml``."""

    users: Annotated[list[UserEntry], Field(min_length=1)]


class WaiverEntry(FileModel):
    """One finding that somebody takes responsibility for, until a day and for a reason."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", description="The finding's code.")]
    extension: Annotated[
        ExtensionId | None, Field(description="The extension that the finding is about.")
    ] = None
    subject: Annotated[
        Line | None,
        Field(description="What of it: `validate --json` and `explain` show it as `subject`."),
    ] = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    waived_by: Annotated[Line, Field(description="A user whom this site lists as a signer.")]
    until: Annotated[Day, Field(description="The last day on which it holds, in UTC.")]


class SiteFile(FileModel):
    """``sites/<site>/site.yaml``."""

    id: Identifier
    site: Annotated[Slug | None, Field(description="The folder's name, repeated.")] = None
    name: Line
    mes_version: Version
    api_version: ApiVersion
    profiles: Annotated[list[Slug], Field(max_length=100)] = []
    signers: dict[Role, list[Line]] = {}
    waivers: list[WaiverEntry] = []
    windows: Annotated[
        Windows, Field(description="Change windows of this site, beside those of the project.")
    ] = []


class SignoffEntry(FileModel):
    """A signature under one compliance aspect of one exact configuration."""

    aspect: Annotated[str, Field(min_length=1, max_length=128)]
    signed_by: Line
    role: Role
    meaning: Annotated[SignatureMeaning, Field(strict=False)]
    signed_at: Instant
    config_hash: ConfigHash
    notes: str | None = None


class ExtensionFile(FileModel):
    """``sites/<site>/extensions/<extension>.yaml``: one extension enabled at one site."""

    site: Annotated[Slug | None, Field(description="The site folder's name, repeated.")] = None
    extension: Annotated[
        ExtensionId | None, Field(description="The file's name without its ending, repeated.")
    ] = None
    enabled: Annotated[
        bool, Field(description="false: not enabled here, although a profile brings it.")
    ] = True
    version: Version | None = None
    configuration: Configuration = {}
    reason: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    signoffs: list[SignoffEntry] = []


class ProfileEntry(FileModel):
    """One extension as a profile configures it."""

    version: Version | None = None
    configuration: Configuration = {}


class ProfileFile(FileModel):
    """``profiles/<name>.yaml``: configuration shared by many sites."""

    description: str = ""
    extensions: dict[ExtensionId, ProfileEntry] = {}


FILE_KINDS: dict[str, type[FileModel]] = {
    "reconciler": ProjectFile,
    "users": UsersFile,
    "site": SiteFile,
    "extension": ExtensionFile,
    "profile": ProfileFile,
}
"""Every kind of file that people write, by the name its JSON Schema is asked for with."""
