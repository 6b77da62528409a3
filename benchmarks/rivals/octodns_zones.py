"""As many DNS records as there are configurations, for octoDNS: a zone a site, a record each."""

from __future__ import annotations

from pathlib import Path

from benchmarks.shape import Shape, site_slug

CONFIG = "octodns.yaml"
_EVERY = 20  # One record in twenty differs: 5 %, as of the configurations.
_CONFIG = """\
manager: {max_workers: 1}
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./wanted, default_ttl: 300}
  target: {class: octodns.provider.yaml.YamlProvider, directory: ./live, default_ttl: 300}
zones:
  "*": {sources: [config], targets: [target]}
"""


def write_zones(shape: Shape, sites: int, folder: Path) -> int:
    """Write the zones of the first sites, wanted and live; return how many records differ."""
    for name in ("wanted", "live"):
        (folder / name).mkdir(parents=True)
    (folder / CONFIG).write_text(_CONFIG, encoding="utf-8")
    for site in range(sites):
        numbers = range(site * shape.extensions, (site + 1) * shape.extensions)
        zone = f"{site_slug(site)}.example.yaml"
        wanted = "".join(_record(number, changed=number % _EVERY == 0) for number in numbers)
        live = "".join(_record(number, changed=False) for number in numbers)
        (folder / "wanted" / zone).write_text(f"---\n{wanted}", encoding="utf-8")
        (folder / "live" / zone).write_text(f"---\n{live}", encoding="utf-8")
    return -(-sites * shape.extensions // _EVERY)


def _record(number: int, *, changed: bool) -> str:
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    value = f"172.16.{number >> 8 & 255}.{number & 255}" if changed else address
    return f"host-{number:08d}:\n  ttl: 600\n  type: A\n  values: [{value}]\n"
