"""Exports taken apart and put together again, by people who may not and by people who may."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from reconciler.report.verify import MANIFEST, ROWS, SEAL, Outcome, check

Files = dict[str, bytes]


def contents(archive: Path) -> Files:
    """Return the files of an archive."""
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def records(files: Files, name: str = ROWS) -> list[dict[str, Any]]:
    """Return the lines of one of the files."""
    return [json.loads(line) for line in files[name].splitlines()]


def manifest(files: Files) -> dict[str, Any]:
    """Return the manifest."""
    found: dict[str, Any] = json.loads(files[MANIFEST])
    return found


def with_records(files: Files, rows: list[dict[str, Any]]) -> Files:
    """Return the files with other audit rows, and every checksum made anew."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return resealed(files | {ROWS: text.encode()})


def resealed(files: Files, **facts: Any) -> Files:
    """Return the files with a manifest that fits them, and a seal that fits the manifest."""
    said = manifest(files) | facts
    said["files"] = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
        if name not in {MANIFEST, SEAL}
    }
    data = json.dumps(said).encode()
    seal = f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}\n".encode()
    return files | {MANIFEST: data, SEAL: seal}


def relinked(files: Files, rows: list[dict[str, Any]]) -> Files:
    """Return the files with other audit rows, every hash, link and head of them made anew."""
    heads: dict[str, bytes] = {}
    for row in rows:
        row["row_hash"] = hashlib.sha256(row["text"].encode()).hexdigest()
        link = heads.get(row["site_id"], b"") + bytes.fromhex(row["row_hash"])
        heads[row["site_id"]] = hashlib.sha256(link).digest()
        row["chain_hash"] = heads[row["site_id"]].hex()
    sites = manifest(files)["sites"]
    for site in sites:
        site["head"]["hash"] = heads[site["id"]].hex()
    return resealed(with_records(files, rows), sites=sites)


def unpacked(files: Files, folder: Path) -> Path:
    """Write the files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def packed(files: Files, path: Path) -> Path:
    """Write the files into an archive and return it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def verified(files: Files, folder: Path, anchor: bytes | None = None) -> Outcome:
    """Return what the verifier says of the files, unpacked into a folder."""
    return check(str(unpacked(files, folder)), anchor)
