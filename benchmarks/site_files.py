"""The files of a generated desired state that belong to one site."""

from __future__ import annotations

import random

from benchmarks.catalog_files import FOLDER, SUBJECTS, VERSIONS
from benchmarks.shape import Shape, extension_id, family, site_id, site_slug

_NEWER, _DRY = 0.8, 0.1  # How many are at the newer version, and how many write nothing.
_LANGUAGES = ("de-DE", "en-US", "fr-FR", "es-MX", "ms-MY")
_AREAS = ("assembly", "machining", "paint", "packing", "test")
_OWNERS = ("quality", "production", "logistics", "maintenance")


def uses_profile(site: int) -> bool:
    """Return whether a site takes part in the profile ``baseline``: every second one does."""
    return site % 2 == 0


def site_path(site: int) -> str:
    """Return the path of a site's own file, from the repository's root."""
    return f"{FOLDER}/sites/{site_slug(site)}/site.yaml"


def extension_path(site: int, extension: int) -> str:
    """Return the path of an extension's file at a site, from the repository's root."""
    return f"{FOLDER}/sites/{site_slug(site)}/extensions/{extension_id(extension)}.yaml"


def site_text(site: int) -> str:
    """Return a site's own file."""
    profiles = "profiles: [baseline]\n" if uses_profile(site) else ""
    return (
        f"id: {site_id(site)}\nname: Plant {site}\nmesVersion: 4.2.0\napiVersion: v2.4\n"
        f"{profiles}signers:\n  quality-manager: [mlopez]\n  site-manager: [hgrant]\n"
    )


def extension_text(shape: Shape, site: int, extension: int, revision: int = 0) -> str:
    """Return an extension's file at a site: 20 keys in some 570 bytes.

    Revisions differ in ``syncInterval`` and in ``reason``, whatever else is drawn.
    """
    drawn = random.Random(f"{shape.seed}/{site}/{extension}")  # noqa: S311 - to repeat
    name, slug = extension_id(extension), site_slug(site)
    topics = drawn.sample(SUBJECTS[family(extension)], drawn.randint(1, 4))
    own = "" if uses_profile(site) else f"  language: {drawn.choice(_LANGUAGES)}\n"
    return f"""\
version: {VERSIONS[drawn.random() < _NEWER]}
configuration:
  endpoint: https://{name}.{slug}.example/api
  plantCode: P{site:05d}
  line: "{drawn.randint(1, 24):02d}"
  opensAt: "{drawn.randint(0, 23):02d}:30"
  syncInterval: {60 + 5 * drawn.randint(0, 300) + revision}
  batchSize: {drawn.randint(1, 500)}
  timeoutSeconds: {drawn.randint(1, 99)}.5
  retries: {{attempts: {drawn.randint(0, 9)}, backoffSeconds: 2.5, jitter: true}}
  servicePassword: {{$secret: "vault://machshop/{slug}/{name}#password"}}
  dryRun: {str(drawn.random() < _DRY).lower()}
{own}  topics: [{", ".join(topics)}]
  thresholds:
    warning: 0.{drawn.randint(51, 79)}
    critical: 0.{drawn.randint(81, 99)}
  labels:
    area: {drawn.choice(_AREAS)}
    owner: {drawn.choice(_OWNERS)}
  queue: {slug}.{name}
  archiveDays: {drawn.randint(30, 3650)}
reason: {_REASONS[revision % len(_REASONS)]}
"""


_REASONS = ("As the plant was brought in", "Slower by request of the plant", "Load test of March")
