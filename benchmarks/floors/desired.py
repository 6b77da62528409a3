"""The least it takes to have every configuration of a generated desired state, with its hash.

One parse a file, one JSON Schema check and one hash a configuration. Nothing is located and
nothing is explained; what is wrong raises.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

from benchmarks.floors.git_files import SITES, git_files

Loader = Callable[[bytes], Any]
_EXTENSION_FILE_DEPTH = 5


class Configuration(NamedTuple):
    """One extension at one site, merged from the profile and the site's own file."""

    site: str
    extension: str
    version: str
    content: Any
    hash: str


def loader_of(name: str) -> Loader:
    """Return what parses a file: ``pyyaml`` (libyaml), ``yaml-rs`` or ``py-yaml12``."""
    if name == "pyyaml":
        return lambda data: yaml.load(data, Loader=yaml.CSafeLoader)
    parse = (
        import_module("yaml_rs").loads if name == "yaml-rs" else import_module("yaml12").parse_yaml
    )
    return lambda data: parse(data.decode())


def configurations(ref: str, load: Loader) -> Iterator[Configuration]:
    """Yield each configuration at a commit of the repository one is in."""
    files = dict(git_files(ref))
    check = _validators(files, load)
    profiles = profiles_of(files, load)
    sites: dict[str, Any] = {}
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        if not path.startswith(SITES):
            continue
        parts = path.split("/")
        document = load(files[path])
        if len(parts) != _EXTENSION_FILE_DEPTH:
            sites[parts[2]] = document
            continue
        site, extension = sites[parts[2]], parts[4].removesuffix(".yaml")
        content = with_profiles(site, extension, document["configuration"], profiles)
        version = document["version"]
        check[extension, version](content)
        named = config_hash(site["id"], extension, version, content)
        yield Configuration(site["id"], extension, version, content, named)


def profiles_of(files: Mapping[str, bytes], load: Loader) -> dict[str, Any]:
    """Return what each profile says of extensions."""
    return {
        path.split("/")[-1].removesuffix(".yaml"): load(data)["extensions"]
        for path, data in files.items()
        if path.startswith("desired-state/profiles/")
    }


def with_profiles(site: Any, extension: str, own: Any, profiles: Mapping[str, Any]) -> Any:
    """Return a site's own configuration laid over what its profiles say."""
    for profile in site.get("profiles", ()):
        layer = profiles[profile].get(extension)
        if layer:
            own = merged(layer["configuration"], own)
    return own


def merged(target: Any, patch: Any) -> Any:
    """Return a JSON Merge Patch applied; none of the generated ones takes a key away."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        result[key] = merged(result.get(key), value)
    return result


def config_hash(site: str, extension: str, version: str, configuration: Any) -> str:
    """Return the program's hash, where keys are ASCII and numbers print alike everywhere."""
    content = {
        "configuration": configuration,
        "extension": extension,
        "site": site,
        "version": version,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def schemas(files: Mapping[str, bytes], load: Loader) -> dict[tuple[str, str], Any]:
    """Return the JSON Schema of each extension and version.

    A reference stands where a schema wants the secret itself.
    """
    found: dict[tuple[str, str], Any] = {}
    for path, data in files.items():
        if path.startswith("desired-state/catalog/extensions/"):
            manifest = load(data)
            schema = manifest["configuration"]
            schema["properties"]["servicePassword"] = {"type": "object"}
            found[manifest["id"], manifest["version"]] = schema
    return found


def _validators(
    files: Mapping[str, bytes], load: Loader
) -> dict[tuple[str, str], Callable[[Any], None]]:
    """Return what checks a configuration, by extension and version; compiled once."""
    return {
        key: jsonschema_rs.Draft7Validator(schema, validate_formats=True).validate
        for key, schema in schemas(files, load).items()
    }
