"""A large installation with mistakes of nearly every kind, one at a place, and what they are.

Each function makes one mistake at a site, or in the catalog, and returns the file that its
finding is reported in. None of them brings a finding of another kind.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.support.plant import Plant, exclusion, needed, provided

Mistake = Callable[[Plant, str], str]
SIGNER = {"signers": {"quality-manager": ["mlopez"]}}
WAIVER = {
    "code": "dependency-missing",
    "extension": "ext-00",
    "subject": "nothing",
    "reason": "Until the spring shutdown",
    "waivedBy": "mlopez",
    "until": "2999-12-31",
}
GOOD = """\
version: 1.0.0
configuration:
  title: Line 1
  interval: 60
  stations: [infeed, press, outfeed]
  endpoint: {$secret: vault://machshop/endpoint#url}
reason: As agreed with the line's owner
"""
SCHEMA: dict[str, Any] = {
    "required": ["title"],
    "properties": {
        "title": {"type": "string"},
        "interval": {"type": "integer", "maximum": 3600},
        "stations": {"type": "array", "items": {"type": "string"}},
        "endpoint": {"type": "string", "x-sensitive": True},
    },
}


def _file(site: str, extension: str = "ext-00") -> str:
    return f"sites/{site}/extensions/{extension}.yaml"


def _written(text: str, plant: Plant, site: str) -> str:
    """Write one of the site's extension files otherwise."""
    plant.put(_file(site), text)
    return _file(site)


def _replaced(old: str, new: str, plant: Plant, site: str) -> str:
    assert old in GOOD
    return _written(GOOD.replace(old, new), plant, site)


def _enabled(extensions: str, plant: Plant, site: str) -> str:
    """Enable extensions that are wrong there; the finding is at the first."""
    names = extensions.split()
    for each in names:
        name, _, version = each.partition("@")
        plant.enable(site, name, version or "1.0.0")
    return _file(site, names[0].partition("@")[0])


def _site(fields: dict[str, Any], plant: Plant, site: str) -> str:
    plant.site(site, **fields)
    return f"sites/{site}/site.yaml"


def _waived(different: dict[str, Any], plant: Plant, site: str) -> str:
    return _site({"waivers": [WAIVER | different]}, plant, site)


def _put(path: str, value: object, plant: Plant, site: str) -> str:
    """Add a file; the site's name keeps it apart from others."""
    named = path.replace("SITE", site)
    plant.put(named, value)
    return named


def _without_site_file(plant: Plant, site: str) -> str:
    path = f"sites/{site}-new/extensions/ext-00.yaml"
    plant.put(path, GOOD)
    return path


def _opted_out(plant: Plant, site: str) -> str:
    plant.site(site, profiles=["vault"])
    plant.put(_file(site, "vault"), {"enabled": False})
    return _file(site, "vault")


def _manifest(fields: dict[str, Any], plant: Plant, site: str) -> str:
    """Add a manifest that nobody enables."""
    plant.offer(f"odd-{site}", **fields)
    return f"catalog/extensions/odd-{site}/1.0.0.yaml"


def _without_foundation(plant: Plant, site: str) -> str:
    del plant.files[_file(site, "core")]
    return f"sites/{site}/site.yaml"


MISTAKES: dict[str, Mistake] = {
    "unknown-key": partial(_replaced, "reason:", "reasons:"),
    "wrong-type": partial(_replaced, "reason: As", "reason: 7 #"),
    "invalid-value": partial(_replaced, "1.0.0", "one"),
    "identity-mismatch": partial(_replaced, "version", "site: elsewhere\nversion"),
    "missing-version": partial(_replaced, "version: 1.0.0\n", ""),
    "unknown-version": partial(_replaced, "1.0.0", "1.0.7"),
    "yaml-syntax": partial(_replaced, "press", "[press"),
    "yaml-duplicate-key": partial(_replaced, "  interval: 60", "  interval: 60\n  interval: 61"),
    "yaml-merge-key": partial(_replaced, "  interval: 60", "  <<: {interval: 60}"),
    "yaml-tag": partial(_replaced, "Line 1", "!upper Line 1"),
    "yaml-number": partial(_replaced, "60", ".nan"),
    "yaml-documents": partial(_replaced, "reason", "---\nreason"),
    "yaml-undefined-alias": partial(_replaced, "Line 1", "*line"),
    "yaml-key-not-string": partial(_replaced, "interval", "7"),
    "yaml-nesting": partial(_replaced, "press", "[" * 101 + "]" * 101),
    "configuration-type": partial(_replaced, "60", "often"),
    "configuration-value": partial(_replaced, "60", "3601"),
    "configuration-missing": partial(_replaced, "  title: Line 1\n", ""),
    "configuration-unknown": partial(_replaced, "interval", "intervall"),
    "plaintext-secret": partial(_replaced, "{$secret: vault://machshop/endpoint#url}", "http://x"),
    "unknown-extension": partial(_put, "sites/SITE/extensions/xyzzy.yaml", GOOD),
    "useless-opt-out": partial(_put, "sites/SITE/extensions/spare.yaml", {"enabled": False}),
    "misplaced-file": partial(_put, "sites/SITE/extension/ext-00.yaml", GOOD),
    "missing-file": _without_site_file,
    "unknown-profile": partial(_site, {"profiles": ["usual"]}),
    "unknown-user": partial(_site, {"signers": {"site-manager": ["nobody"]}}),
    "foundation-missing": _without_foundation,
    "foundation-disabled": _opted_out,
    "dependency-missing": partial(_enabled, "lonely"),
    "dependency-version": partial(_enabled, "choosy spare"),
    "capability-missing": partial(_enabled, "hungry"),
    "capability-version": partial(_enabled, "hungry server"),
    "capability-provider": partial(_enabled, "hungry server@2.0.0"),
    "dependency-cycle": partial(_enabled, "circle-one circle-two"),
    "mes-version-too-low": partial(_enabled, "modern"),
    "api-version-too-low": partial(_enabled, "modern@2.0.0"),
    "conflict-explicit": partial(_enabled, "jealous spare"),
    "conflict-policy": partial(_enabled, "policy-one policy-two"),
    "deprecated-version": partial(_enabled, "old"),
    "certification-expired": partial(_enabled, "certified"),
    "signoff-missing": partial(_enabled, "signed"),
    "signoff-recommended": partial(_enabled, "signed@2.0.0"),
    "waiver-expired": partial(_waived, {"until": "2020-01-01"}),
    "waiver-not-allowed": partial(_waived, {"code": "yaml-syntax"}),
    "waiver-signer": partial(_waived, {"waivedBy": "reconciler"}),
    "waiver-unused": partial(_waived, {}),
    "manifest-v2": partial(_manifest, {"performance": {}}),
    "manifest-invalid": partial(_manifest, {"mesVersion": "new"}),
    "manifest-dialect": partial(_manifest, {"capabilities": {"providers": []}}),
    "manifest-schema-invalid": partial(_manifest, {"configuration": {"type": "whole"}}),
}
"""By the code of the finding that it brings, and no other."""


def _catalog() -> Plant:
    plant = Plant().offer("spare")
    for number in range(40):
        plant.offer(f"ext-{number:02}", configuration=SCHEMA)
    plant.offer("core", activationPolicy={"requiredForOperation": True})
    plant.offer("vault", activationPolicy={"canBeDisabled": False})
    plant.put("profiles/vault.yaml", {"extensions": {"vault": {"version": "1.0.0"}}})
    plant.offer("lonely", needs={"spare": "^1.0.0"}).offer("choosy", needs={"spare": "^2.0.0"})
    plant.offer("hungry", uses=[needed("food", "v2", "another")])
    plant.offer("server", provides=[provided("food", "v1.0")])
    plant.offer("server", "2.0.0", provides=[provided("food", "v2.0")])
    plant.offer("circle-one", needs={"circle-two": "*"}).offer(
        "circle-two", needs={"circle-one": "*"}
    )
    plant.offer("modern", mesVersion="9.0.0").offer("modern", "2.0.0", apiVersion="v9")
    plant.offer("jealous", forbids={"spare": "one port"})
    alone = [exclusion("capability", "p", capability="ink")]
    plant.offer("policy-one", provides=[provided("ink", policy="p")], excludes=alone)
    plant.offer("policy-two", provides=[provided("ink", policy="q")])
    plant.offer("old", deprecated=True)
    expired = [{"type": "ISO 13485", "validUntil": "2020-01-01"}]
    plant.offer("certified", governance={"certifications": expired})
    for version, model in (("1.0.0", "enforced"), ("2.0.0", "enabled")):
        aspect = {"aspect": "transfer", "delegatedTo": "quality-manager", "requiresSignoff": True}
        compliance = {"complianceModel": model, "delegations": [aspect]}
        plant.offer("signed", version, compliance=compliance)
    return plant


def large_plant(sites: int, extensions: int) -> Plant:
    """Return an installation without a mistake, of so many sites with so many extensions each."""
    plant = _catalog()
    for number in range(sites):
        slug = f"site-{number:03}"
        plant.site(slug, "core")
        for extension in range(extensions - 1):
            plant.put(_file(slug, f"ext-{extension:02}"), GOOD)
    return plant


def make_mistakes(plant: Plant, number: int) -> list[tuple[str, str]]:
    """Make so many mistakes, one a site, of each kind in turn; return the file and code of each."""
    kinds = list(MISTAKES.items())
    made = []
    for each in range(number):
        code, mistake = kinds[each % len(kinds)]
        made.append((mistake(plant, f"site-{each:03}"), code))
    return made
