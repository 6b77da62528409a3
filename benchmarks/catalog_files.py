"""The files of a generated desired state that belong to no site: catalog, profiles, users."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.shape import Shape, extension_id, family

FOLDER = "desired-state"
AUTHOR = "Tran Nguyen <tran.nguyen@machshop.example>"
VERSIONS = ("1.4.0", "2.1.0")
PROFILED = 3
"""How many of the extensions the profile ``baseline`` says something about."""
USERS = (
    ("62f746b4-84e6-4ceb-95bd-447e7184d454", "reconciler", "reconciler@machshop.example"),
    ("b61e6ba5-3682-4dd6-b804-69b84b2d451c", "tnguyen", "tran.nguyen@machshop.example"),
    ("8c0a70a7-a845-47f9-953a-5154281fa6f5", "mlopez", "maria.lopez@machshop.example"),
    ("939ae232-588e-4bce-b71e-d78a1dc02e27", "hgrant", "helen.grant@machshop.example"),
)
SUBJECTS = {
    "erp-bridge": ("orders", "materials", "confirmations", "scrap"),
    "quality-gate": ("dimensions", "torque", "leakage", "hardness"),
    "machine-link": ("state", "counters", "alarms", "programs"),
    "label-print": ("pallet", "carton", "part", "tool"),
    "report-pack": ("shift", "order", "machine", "operator"),
}
_CAPABILITIES = 5
_PROJECT = 'formatVersion: "1.0"\ninstallation: machshop\nserviceUser: reconciler\n'


def catalog_files(shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file outside ``sites/``."""
    yield f"{FOLDER}/reconciler.yaml", _PROJECT
    yield f"{FOLDER}/users.yaml", _users()
    yield f"{FOLDER}/profiles/baseline.yaml", _baseline(shape)
    for capability in range(_CAPABILITIES):
        yield (
            f"{FOLDER}/catalog/capabilities/plant-service-{capability}.yaml",
            _contract(capability),
        )
    # One more than a site enables of each capability: an alternative that conflicts with it.
    for extension in range(shape.extensions + _CAPABILITIES):
        for version in VERSIONS:
            path = f"{FOLDER}/catalog/extensions/{extension_id(extension)}/{version}.yaml"
            yield path, _manifest(shape, extension, version)


def _users() -> str:
    entries = [
        f"  - id: {identity}\n    username: {username}\n    name: {username}\n    email: {email}\n"
        for identity, username, email in USERS
    ]
    return "users:\n" + "".join(entries)


def _baseline(shape: Shape) -> str:
    entries = [
        f"  {extension_id(extension)}:\n    configuration:\n      verifyCertificate: true\n"
        "      language: en-US\n      labels: {area: assembly, owner: platform, tier: shared}\n"
        for extension in range(min(PROFILED, shape.extensions))
    ]
    return "description: What plants share.\nextensions:\n" + "".join(entries)


def _contract(capability: int) -> str:
    name = f"plant-service-{capability}"
    return f"""\
id: {name}
name: Plant service {capability}
version: v1.2
description: What {name} stands for; two providers with different policies exclude each other.
minMesVersion: 3.2.0
stability: stable
foundationTier: application
policies:
  - {{id: {name}-direct, name: Direct, providers: [{extension_id(capability)}]}}
  - {{id: {name}-queued, name: Queued}}
incompatibilities:
  - capability: {name}
    policy: {name}-direct
    scope: capability
    reason: A plant has one way to this service.
"""


def _manifest(shape: Shape, extension: int, version: str) -> str:
    name = extension_id(extension)
    kind = family(extension)
    subjects = ", ".join(SUBJECTS[kind])
    return f"""\
id: {name}
version: {version}
name: {name.replace("-", " ").title()}
type: integration
category: other
foundationTier: application
apiVersion: v2.2
mesVersion: 4.0.0
extensionSchemaVersion: "2.0"
description: Connects a plant to {name}; version {version}.
license: Proprietary
keywords: [{kind}, generated]
permissions: [read:work-orders, write:work-orders]
{_relations(shape, extension)}compliance:
  applicableRegulations: [21 CFR Part 11]
  complianceModel: delegated
  delegations:
    - {{aspect: data-transfer-validation, delegatedTo: quality-manager, requiresSignoff: false}}
{_SCHEMA.replace("SUBJECTS", subjects).replace("NAME", name)}"""


def _relations(shape: Shape, extension: int) -> str:
    """Return what an extension provides and needs; the first of a capability provide it."""
    capability = f"plant-service-{extension % _CAPABILITIES}"
    if extension < _CAPABILITIES or extension >= shape.extensions:
        policy = "direct" if extension < _CAPABILITIES else "queued"
        return (
            f"capabilities:\n  provides:\n"
            f"    - {{name: {capability}, version: v1.2, policy: {capability}-{policy}}}\n"
        )
    needed = extension_id(extension - _CAPABILITIES)
    return (
        f"dependencies:\n  extensions:\n    {needed}: '>=1.2.0'\n"
        f"  capabilities:\n    - {{capability: {capability}, minVersion: v1.1}}\n"
    )


_SCHEMA = """\
configuration:
  type: object
  additionalProperties: false
  required: [endpoint, plantCode, syncInterval, servicePassword, topics]
  properties:
    endpoint: {type: string, format: uri, description: Where NAME answers.}
    plantCode:
      type: string
      pattern: '^P[0-9]{5}$'
      description: The plant's code, in quotes.
    line: {type: string, minLength: 1, maxLength: 8}
    opensAt: {type: string, pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$'}
    syncInterval:
      type: integer
      minimum: 15
      maximum: 3600
      description: Seconds between two exchanges.
    batchSize: {type: integer, minimum: 1, maximum: 10000}
    timeoutSeconds: {type: number, exclusiveMinimum: 0, maximum: 600}
    retries:
      type: object
      additionalProperties: false
      properties:
        attempts: {type: integer, minimum: 0, maximum: 20}
        backoffSeconds: {type: number, exclusiveMinimum: 0, maximum: 600}
        jitter: {type: boolean}
    servicePassword:
      type: string
      x-sensitive: true
      description: Password of the technical user, as a reference into the vault.
    verifyCertificate: {type: boolean, default: true}
    dryRun: {type: boolean, default: false}
    language: {type: string, pattern: '^[a-z]{2}-[A-Z]{2}$'}
    topics:
      type: array
      minItems: 1
      uniqueItems: true
      items: {type: string, enum: [SUBJECTS]}
    thresholds:
      type: object
      additionalProperties: false
      required: [warning, critical]
      properties:
        warning: {type: number, minimum: 0, maximum: 1}
        critical: {type: number, minimum: 0, maximum: 1}
    labels:
      type: object
      maxProperties: 16
      additionalProperties: {type: string, maxLength: 64}
    queue: {type: string, maxLength: 128}
    archiveDays: {type: integer, minimum: 1, maximum: 36500}
"""
