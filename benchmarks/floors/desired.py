"""The least it takes to have the hash of every configuration of a generated desired state.

One ``git ls-tree``, one ``git cat-file --batch``, one parse a file, one JSON Schema check and
one hash a configuration. Nothing is located, nothing is explained, only errors are raised.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs
import yaml

Loader = Callable[[bytes], Any]
Key = tuple[str, str]
_SITES = "desired-state/sites/"
_EXTENSION_FILE_DEPTH = 5


def loader_of(name: str) -> Loader:
    """Return what parses a file: ``pyyaml`` (libyaml), ``yaml-rs``, ``py-yaml12``."""
    if name == "pyyaml":
        return lambda data: yaml.load(data, Loader=yaml.CSafeLoader)
    if name == "yaml-rs":
        import yaml_rs

        return lambda data: yaml_rs.loads(data.decode())
    import yaml12

    return lambda data: yaml12.parse_yaml(data.decode())


def hashes(ref: str, load: Loader) -> dict[Key, str]:
    """Return the hash of each configuration at a commit of the repository one is in."""
    files = dict(_files(ref))
    check = _validators(files, load)
    profiles = {
        path.split("/")[-1].removesuffix(".yaml"): load(data)["extensions"]
        for path, data in files.items()
        if path.startswith("desired-state/profiles/")
    }
    found: dict[Key, str] = {}
    sites: dict[str, Any] = {}
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        if not path.startswith(_SITES):
            continue
        parts = path.split("/")
        document = load(files[path])
        if len(parts) != _EXTENSION_FILE_DEPTH:
            sites[parts[2]] = document
            continue
        site, extension = sites[parts[2]], parts[4].removesuffix(".yaml")
        configuration = document["configuration"]
        for profile in site.get("profiles", ()):
            layer = profiles[profile].get(extension)
            if layer:
                configuration = merged(layer["configuration"], configuration)
        check[extension, document["version"]](configuration)
        found[site["id"], extension] = config_hash(
            site["id"], extension, document["version"], configuration
        )
    return found


def config_hash(site: str, extension: str, version: str, configuration: Any) -> str:
    """Return the product's hash, where keys are ASCII and numbers print alike everywhere."""
    content = {
        "configuration": configuration,
        "extension": extension,
        "site": site,
        "version": version,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def merged(target: Any, patch: Any) -> Any:
    """Return a JSON Merge Patch applied."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        result[key] = merged(result.get(key), value)
    return result


def _files(ref: str) -> Iterator[tuple[str, bytes]]:
    listed = _git("ls-tree", "-r", "-z", "--full-tree", ref)
    entries = [entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry]
    blobs = [facts.split(b" ")[2] for facts, _ in entries]
    stream = _git("cat-file", "--batch", "--buffer", stdin=b"\n".join(blobs) + b"\n")
    position = 0
    for _, path in entries:
        end = stream.index(b"\n", position)
        size = int(stream[position:end].rsplit(b" ", 1)[1])
        yield path.decode(), stream[end + 1 : end + 1 + size]
        position = end + size + 2


def _git(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *arguments], input=stdin, capture_output=True, check=True).stdout


def _validators(files: Mapping[str, bytes], load: Loader) -> dict[Key, Callable[[Any], None]]:
    """Return what checks a configuration, by extension and version; compiled once."""
    found = {}
    for path, data in files.items():
        if path.startswith("desired-state/catalog/extensions/"):
            manifest = load(data)
            schema = manifest["configuration"]
            # A reference stands where the schema wants the secret itself.
            schema["properties"]["servicePassword"] = {"type": "object"}
            validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
            found[manifest["id"], manifest["version"]] = validator.validate
    return found
