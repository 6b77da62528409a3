"""A factory of catalogs and of sites that enable what is in them, for rules about extensions.

A plant lives in memory, so that a test can have many; ``write`` puts it into a real folder. What
is not given is valid: a plant nothing is said of has no findings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from reconciler.desired.loader import load
from reconciler.desired.source_tree import ReadFiles, SourceTree
from reconciler.model.desired import DesiredState, Revision
from reconciler.model.diagnostic import Diagnostic, sorted_diagnostics
from reconciler.model.relations import Conflict, Resolution
from reconciler.rules.check import check
from reconciler.rules.relations import Installation
from tests.support.desired_folder import SMALL, DesiredFolder

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_SITES = UUID("44444444-4444-4444-8444-444444444444")


def provided(name: str, version: str = "v1.0", policy: str | None = None) -> dict[str, Any]:
    """Return a capability that an extension provides."""
    return {"name": name, "version": version} | ({"policy": policy} if policy else {})


def needed(name: str, minimum: str | None = None, provider: str | None = None) -> dict[str, Any]:
    """Return a capability that an extension depends on."""
    given = {"capability": name, "minVersion": minimum, "provider": provider}
    return {key: value for key, value in given.items() if value is not None}


def exclusion(scope: str, policy: str, **given: Any) -> dict[str, Any]:
    """Return a policy exclusion; ``conflicts_with`` is left out unless it is given."""
    if "conflicts_with" in given:
        given["conflictsWith"] = given.pop("conflicts_with")
    return {"scope": scope, "policy": policy, "reason": f"{policy} stands alone", **given}


class Plant:
    """The files of a desired state, by path."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {name: SMALL[name] for name in ("reconciler.yaml",)}
        self.files["users.yaml"] = SMALL["users.yaml"]
        self.as_of: datetime | None = NOW

    def put(self, path: str, value: object) -> Plant:
        """Write a value, or a text as it stands, as a file."""
        self.files[path] = value if isinstance(value, str) else json.dumps(value, indent=1)
        return self

    def offer(
        self,
        extension: str,
        version: str = "1.0.0",
        *,
        needs: Mapping[str, str] | None = None,
        uses: Sequence[Mapping[str, Any]] = (),
        provides: Sequence[Mapping[str, Any]] = (),
        forbids: Mapping[str, str] | None = None,
        excludes: Sequence[Mapping[str, Any]] = (),
        **fields: object,
    ) -> Plant:
        """Add a manifest: what it depends on, provides, and does not go together with."""
        explicit = [{"id": other, "reason": why} for other, why in (forbids or {}).items()]
        return self.put(
            f"catalog/extensions/{extension}/{version}.yaml",
            {
                "id": extension,
                "version": version,
                "name": extension,
                "type": "integration",
                "category": "other",
                "foundationTier": "optional",
                "apiVersion": "v2.0",
                "mesVersion": "4.0.0",
                "extensionSchemaVersion": "2.0",
                "description": extension,
                "dependencies": {"extensions": dict(needs or {}), "capabilities": list(uses)},
                "conflicts": {"explicit": explicit, "policyExclusions": list(excludes)},
                "capabilities": {"provides": list(provides)},
                **fields,
            },
        )

    def contract(self, capability: str, *incompatible: Mapping[str, Any], **fields: Any) -> Plant:
        """Add a capability contract; each incompatibility is about the capability itself."""
        listed = [{"capability": capability, **each} for each in incompatible]
        content = {"id": capability, "name": capability, "incompatibilities": listed, **fields}
        return self.put(f"catalog/capabilities/{capability}.yaml", content)

    def site(self, slug: str, *enabled: str, **fields: Any) -> Plant:
        """Add a site with extensions, each ``name`` (version 1.0.0) or ``name@version``."""
        usual = {
            "id": str(site_id(slug)),
            "name": slug,
            "mesVersion": "4.2.0",
            "apiVersion": "v2.4",
            "signers": {"quality-manager": ["mlopez"]},
        }
        self.put(f"sites/{slug}/site.yaml", usual | fields)
        for each in enabled:
            extension, _, version = each.partition("@")
            self.enable(slug, extension, version or "1.0.0")
        return self

    def enable(self, slug: str, extension: str, version: str = "1.0.0", **entry: Any) -> Plant:
        """Enable an extension at a site."""
        path = f"sites/{slug}/extensions/{extension}.yaml"
        return self.put(path, {"version": version, **entry})

    def platform(self, **versions: str) -> Plant:
        """Have the MES provide capabilities itself; ``_`` stands for a hyphen."""
        listed = [
            {"name": name.replace("_", "-"), "version": version}
            for name, version in versions.items()
        ]
        written = json.dumps({"capabilities": listed})
        return self.put("reconciler.yaml", f"{SMALL['reconciler.yaml']}platform: {written}\n")

    @property
    def tree(self) -> SourceTree:
        """The files as a source of a desired state."""
        files = {path: text.encode() for path, text in sorted(self.files.items())}
        return SourceTree("desired-state", ReadFiles(files), Revision(None, dirty=False))

    def state(self) -> DesiredState:
        """Return the desired state, whatever rules it breaks."""
        state = load(self.tree).state
        assert state is not None
        return replace(state, as_of=self.as_of)

    def installation(self) -> Installation:
        """Return how the extensions of all sites get on with each other."""
        return Installation.of(self.state())

    def findings(self) -> tuple[Diagnostic, ...]:
        """Return every finding, in reporting order."""
        loaded = load(self.tree)
        assert loaded.state is not None
        state = replace(loaded.state, as_of=self.as_of)
        found = check(state, Installation.of(state), loaded.content)
        return sorted_diagnostics([*loaded.diagnostics, *found])

    def codes(self) -> list[str]:
        """Return the codes of the findings, in reporting order."""
        return [found.code for found in self.findings()]

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return every conflict, at the sites and between them."""
        return self.installation().relations.conflicts

    def resolutions(self) -> list[Resolution]:
        """Return how every dependency at every site is met."""
        known = self.installation().relations.resolutions
        return [each for found in known.values() for each in found]

    def write(self, path: Path) -> DesiredFolder:
        """Write the plant into a folder and return it."""
        folder = DesiredFolder(path)
        for relative, text in self.files.items():
            folder.write(relative, text)
        return folder


def site_id(slug: str) -> UUID:
    """Return the id that a plant gives a site; in the order of the sites' names."""
    return UUID(int=uuid5(_SITES, "").int >> 64 << 64 | int.from_bytes(slug.encode()[:8].ljust(8)))
