"""Manifest v2 as a JSON Schema (draft-07): what an extension's manifest may say."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_MAPPING: dict[str, Any] = {"type": "object"}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$"}
_VERSION: dict[str, Any] = {
    "type": "string",
    "pattern": r"^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$",
}
_API_VERSION: dict[str, Any] = {"type": "string", "pattern": r"^v\d+(\.\d+){0,2}$"}

_TYPES = [
    "ui-extension",
    "business-logic",
    "data-extension",
    "integration",
    "compliance",
    "infrastructure",
]
_CATEGORIES = [
    "dashboard-widget",
    "page-extension",
    "component-override",
    "theme",
    "report-template",
    "workflow-hook",
    "validation-rule",
    "calculation-engine",
    "state-machine",
    "business-rule",
    "custom-field",
    "custom-entity",
    "relationship",
    "computed-field",
    "virtual-entity",
    "erp-adapter",
    "equipment-integration",
    "quality-system",
    "document-management",
    "identity-provider",
    "aerospace-compliance",
    "medical-device-compliance",
    "automotive-compliance",
    "quality-compliance",
    "custom-auth",
    "storage-backend",
    "caching",
    "monitoring",
    "migration-tool",
    "other",
]
_ROLES = ["quality-focal", "quality-manager", "site-manager", "compliance-officer"]


def _entries(required: list[str], **properties: Any) -> dict[str, Any]:
    entry = {"type": "object", "required": required, "properties": properties}
    return {"type": "array", "items": entry}


_DEPENDENCIES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "extensions": {"type": "object", "propertyNames": _ID, "additionalProperties": _TEXT},
        "capabilities": _entries(
            ["capability"], capability=_TEXT, minVersion=_API_VERSION, provider=_ID
        ),
    },
}
_CONFLICTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "explicit": _entries(["id", "reason"], id=_ID, reason=_TEXT),
        "policyExclusions": _entries(
            ["scope", "policy", "reason"],
            scope={"enum": ["global", "capability", "resource"]},
            capability=_TEXT,
            resource=_TEXT,
            policy=_TEXT,
            conflictsWith=_TEXTS,
            reason=_TEXT,
        ),
    },
}
_COMPLIANCE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "applicableRegulations": _TEXTS,
        "complianceModel": {"enum": ["enforced", "enabled", "delegated"]},
        "delegations": _entries(
            ["aspect", "delegatedTo"],
            aspect=_TEXT,
            delegatedTo={"enum": _ROLES},
            requiresSignoff=_YES_NO,
            documentation=_TEXT,
            auditTrail=_YES_NO,
        ),
    },
}
_PROPERTIES: dict[str, Any] = {
    "id": _ID,
    "version": _VERSION,
    "name": _TEXT,
    "type": {"enum": _TYPES},
    "category": {"enum": _CATEGORIES},
    "apiVersion": _API_VERSION,
    "mesVersion": _VERSION,
    "description": _TEXT,
    "extensionSchemaVersion": {"const": "2.0"},
    "foundationTier": {"enum": ["core-foundation", "foundation", "application", "optional"]},
    "dependencies": _DEPENDENCIES,
    "conflicts": _CONFLICTS,
    "capabilities": {
        "type": "object",
        "properties": {
            "provides": _entries(
                ["name", "version"],
                name=_TEXT,
                version=_API_VERSION,
                contract={"type": "string", "format": "uri"},
                implements=_TEXTS,
                policy=_TEXT,
            )
        },
    },
    "configuration": _MAPPING,
    "compliance": _COMPLIANCE,
    "activationPolicy": {
        "type": "object",
        "properties": {
            "canBeDisabled": _YES_NO,
            "preActivatedByDefault": _YES_NO,
            "requiredForOperation": _YES_NO,
            "minimumInstanceCount": {"type": "integer", "minimum": 0},
        },
    },
    "author": {"type": ["string", "object"]},
    "license": _TEXT,
    "repository": {"type": ["string", "object"]},
    "homepage": _TEXT,
    "keywords": _TEXTS,
    "tags": _TEXTS,
    "documentation": {"type": ["string", "object"]},
    "permissions": _TEXTS,
    "testing": _MAPPING,
    "security": _MAPPING,
    "governance": _MAPPING,
    "entryPoint": {"type": ["string", "object"]},
    "requirements": _MAPPING,
    "releaseDate": _TEXT,
    "deprecated": _YES_NO,
    "deprecationNotice": _TEXT,
}
# The two upper tiers must be tested, secured and approved.
_FOUNDATION: dict[str, Any] = {
    "required": ["testing", "security", "governance"],
    "properties": {
        "testing": {
            "required": ["coverage", "testTypes", "cicdIntegration"],
            "properties": {"coverage": {"type": "number", "minimum": 80}},
        },
        "security": {
            "required": [
                "sandboxed",
                "signatureRequired",
                "securityLevel",
                "vulnerabilityScanRequired",
                "auditLog",
            ]
        },
        "governance": {"required": ["requiresPlatformApproval", "approvalProcess"]},
    },
}

MANIFEST_V2_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Extension manifest v2",
    "type": "object",
    "required": [
        "id",
        "version",
        "name",
        "type",
        "category",
        "apiVersion",
        "mesVersion",
        "description",
        "extensionSchemaVersion",
        "foundationTier",
    ],
    "additionalProperties": False,
    "properties": _PROPERTIES,
    "if": {
        "required": ["foundationTier"],
        "properties": {"foundationTier": {"enum": ["core-foundation", "foundation"]}},
    },
    "then": _FOUNDATION,
}
"""The format, with every part that the reconciler knows of; ``activationPolicy`` included."""
