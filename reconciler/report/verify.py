"""Verifies an export of the audit log. Needs Python 3.8 or later, and nothing else: no database.

    python3 -I verify.py                      the folder that this file lies in
    python3 -I verify.py EXPORT.zip           an archive
    python3 -I verify.py FOLDER --anchor A    heads of the chains that were kept elsewhere, as well

With -I, Python takes its own library and no file that somebody put beside this one.

What it checks, in this order:

1. manifest.sha256 holds the SHA-256 of manifest.json, and manifest.json those of all other files,
   with their sizes. There is no file beside those that the manifest names.
2. In rows.jsonl, a line each: `text` is what was hashed when the audit row was written, the
   row's columns as a JSON array. Its SHA-256 is `row_hash`. The columns of the line are those of
   the text.
3. The lines of a site are the links of its chain, without a gap. The `chain_hash` of each is the
   SHA-256 of the chain hash before it followed by its row hash, 32 bytes each; at a site's first
   link, of the row hash alone. The first goes on from, and the last is, what the manifest says.
4. Where an anchor is given: the chains hold the anchor's hashes where it says.

Exits with 0 where all of it holds, else with 1, and says where it does not.

Whoever can alter every file can also compute every hash anew, and alter this program. So compare
the chain heads with an anchor that was kept elsewhere, or ask the installed product:
`reconciler audit check EXPORT.zip`.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Callable, Dict, Tuple, Union  # noqa: UP035 - for Python 3.8

MANIFEST, SEAL, ROWS = "manifest.json", "manifest.sha256", "rows.jsonl"
FORMAT_VERSION = "1.0"
MOST_PROBLEMS = 100
LARGEST_MANIFEST = 1 << 26
CHUNK = 1 << 20
COLUMNS = (
    "id",
    "site_id",
    "extension_id",
    "action",
    "changed_by",
    "changed_at",
    "old_config_hash",
    "new_config_hash",
    "reason",
    "details",
    "sequence",
    "recorded_by",
)
CHANGED_AT = COLUMNS.index("changed_at")
KEYS = {*COLUMNS, "position", "archived", "text", "row_hash", "chain_hash"}


class Outcome:
    """What was checked, a sentence each, and what is wrong, the first places."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.problems: list[str] = []
        self.others = 0
        self.rows = 0

    def wrong(self, place: str, problem: str) -> None:
        """Note a problem at a place."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{place}: {problem}")
        else:
            self.others += 1

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class Folder:
    """An export that was unpacked. Files whose names begin with a dot are the system's."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def names(self) -> list[str]:
        """Return the files' names."""
        found = (each.relative_to(self.path) for each in self.path.rglob("*") if not each.is_dir())
        return [name.as_posix() for name in found if not name.name.startswith(".")]

    def open(self, name: str) -> IO[bytes]:
        """Open a file to be read as bytes."""
        return (self.path / name).open("rb")

    def close(self) -> None:
        """Do nothing: every file is closed where it was opened."""


class Archive:
    """An export as it was made."""

    def __init__(self, path: str) -> None:
        self.zip = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        """Return the files' names; one that is there twice is there twice."""
        return [each.filename for each in self.zip.infolist()]

    def open(self, name: str) -> IO[bytes]:
        """Open a file to be read as bytes."""
        return self.zip.open(name)

    def close(self) -> None:
        """Close the archive."""
        self.zip.close()


Files = Union[Folder, Archive]  # noqa: UP007 - for Python 3.8
Heads = Dict[Tuple[str, int], str]  # noqa: UP006


def opened(path: str) -> Files:
    """Return the export at a path, an archive or a folder."""
    return Folder(path) if Path(path).is_dir() else Archive(path)


def check(path: str, anchor: bytes | None = None) -> Outcome:
    """Check the export at a path, an archive or a folder, and return the outcome.

    An anchor is the content of a file that `reconciler audit anchor` wrote.
    """
    outcome = Outcome()
    try:
        with closing(opened(path)) as files:
            manifest = checked_manifest(files, outcome)
            if manifest is not None:
                check_files(files, manifest, outcome)
                heads = anchored_heads(anchor)
                check_rows(files, manifest, heads, outcome)
                check_anchor(heads, manifest, outcome)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file provokes, it is damaged
        outcome.wrong(path, f"cannot be read as an export ({type(error).__name__}: {error})")
    return outcome


def checked_manifest(files: Files, outcome: Outcome) -> Any:
    """Return the manifest, if it is the one that was sealed and can be read, else None."""
    with files.open(MANIFEST) as file:
        data = file.read(LARGEST_MANIFEST)
    with files.open(SEAL) as file:
        seal = file.read(CHUNK)
    digest = hashlib.sha256(data).hexdigest()
    if seal != f"{digest}  {MANIFEST}\n".encode():
        outcome.wrong(SEAL, f"it is not the checksum of {MANIFEST}, which is {digest}")
    manifest = as_json(data)
    if manifest["format_version"] != FORMAT_VERSION:
        outcome.wrong(MANIFEST, f"this program reads format {FORMAT_VERSION} only")
        return None
    outcome.checked.append(f"{MANIFEST} is the one that was sealed.")
    return manifest


def check_files(files: Files, manifest: Any, outcome: Outcome) -> None:
    """Compare the files that there are with those of the manifest."""
    listed = sorted([*manifest["files"], MANIFEST, SEAL])
    there = sorted(files.names())
    for name in sorted(set(there) - set(listed)):
        outcome.wrong(name, "the manifest does not name it")
    for name in sorted({name for name in there if there.count(name) > 1}):
        outcome.wrong(name, "it is there twice")
    for name in sorted(set(listed) - set(there)):
        outcome.wrong(name, "it is missing")
    for name, facts in sorted(manifest["files"].items()):
        if name not in there:
            continue
        try:
            size, digest = measured(files, name, integer(facts["size"]))
        except Exception as error:  # noqa: BLE001 - a damaged archive's errors are of many kinds
            outcome.wrong(name, f"it cannot be read ({type(error).__name__})")
            continue
        if (size, digest) != (integer(facts["size"]), facts["sha256"]):
            outcome.wrong(name, "it is not the file that the manifest describes")
    outcome.checked.append(f"{len(listed)} files are those that the manifest describes.")


def measured(files: Files, name: str, largest: int) -> tuple[int, str]:
    """Return the size and SHA-256 of a file; of one that is too large, no more than that it is."""
    size, digest = 0, hashlib.sha256()
    with files.open(name) as file:
        while size <= largest:
            chunk = file.read(CHUNK)
            if not chunk:
                break
            size += len(chunk)
            digest.update(chunk)
    return size, digest.hexdigest()


class Chain:
    """The links of one site, as far as they were read."""

    def __init__(self, part: Any) -> None:
        before = part["before"]
        self.rows = 0
        self.position = integer(before["position"]) if before else 0
        self.hash = bytes.fromhex(before["hash"]) if before and before["hash"] else b""
        self.broken = bool(self.position) != bool(self.hash)

    def add(self, position: int, row_hash: str) -> str | None:
        """Add a link, and return the chain hash that it must have; None where there is a gap."""
        follows = position == self.position + 1 and not self.broken
        self.rows += 1
        self.position = position
        self.hash = hashlib.sha256(self.hash + bytes.fromhex(row_hash)).digest()
        return self.hash.hex() if follows else None


def check_rows(files: Files, manifest: Any, heads: Heads, outcome: Outcome) -> None:
    """Check every line of rows.jsonl, and that the chains are as long as the manifest says."""
    chains = {part["id"]: Chain(part) for part in manifest["sites"]}
    with files.open(ROWS) as file:
        for number, line in enumerate(file, 1):
            outcome.rows, place = number, f"{ROWS}, line {number}"
            try:
                row = as_json(line)
            except (ValueError, RecursionError) as error:
                outcome.wrong(place, f"it is no JSON ({type(error).__name__}: {error})")
                continue
            for problem in guarded(row_problems, row) + guarded(link_problems, row, chains, heads):
                outcome.wrong(place, problem)
    for part in manifest["sites"]:
        chain, head = chains[part["id"]], part["head"]
        end = (chain.rows, chain.position, chain.hash.hex()) if chain.rows else None
        said = (integer(part["rows"]), integer(head["position"]), head["hash"]) if head else None
        if end != said:
            outcome.wrong(ROWS, f"the chain of {part['name']} does not end as the manifest says")
    outcome.checked.append(
        f"{outcome.rows} audit rows hash to their links, and their columns agree."
    )
    linked = sum(1 for chain in chains.values() if chain.rows)
    outcome.checked.append(f"{linked} chains are without a gap and end as the manifest says.")


def guarded(find: Callable[..., list[str]], *facts: Any) -> list[str]:
    """Return what is wrong; a line without what has to be in it is no reason to stop."""
    try:
        return find(*facts)
    except (AttributeError, ValueError, KeyError, TypeError, RecursionError) as error:
        return [f"it is no audit row ({type(error).__name__}: {error})"]


def row_problems(row: Any) -> list[str]:
    """Return what is wrong with a line by itself."""
    if set(row) != KEYS:
        return ["it has other keys than an audit row"]
    if row["position"] is None:
        return []
    if row["text"] is None:
        return ["the audit row of this link was gone from the database"]
    problems = []
    if hashlib.sha256(row["text"].encode("utf-8")).hexdigest() != row["row_hash"]:
        problems.append("the audit row is not as it was recorded: its text has another hash")
    hashed = as_json(row["text"])
    readable = [row[column] for column in COLUMNS]
    readable[CHANGED_AT] = Number(microseconds(row["changed_at"]))
    if len(hashed) != len(COLUMNS):
        return [*problems, "its text is not that of an audit row"]
    return problems + [
        f"its {column} is not that of the text"
        for column, said, meant in zip(COLUMNS, readable, hashed)  # noqa: B905 - for Python 3.8
        if said != meant
    ]


def link_problems(row: Any, chains: dict[str, Chain], heads: Heads) -> list[str]:
    """Return what is wrong with a line as a link of its chain."""
    if row["position"] is None:
        return ["no link of the chain names this audit row: it was put in by hand"]
    if row["site_id"] not in chains:
        return ["its site is none of the manifest's"]
    position = integer(row["position"])
    expected = chains[row["site_id"]].add(position, row["row_hash"])
    if expected is None:
        return ["links before this one are missing"]
    if expected != row["chain_hash"]:
        return ["it does not follow from the link before: its chain hash is another"]
    anchored = heads.get((row["site_id"], position), expected)
    return [] if anchored == expected else ["the anchor has another chain hash here"]


def anchored_heads(anchor: bytes | None) -> Heads:
    """Return the hashes that an anchor names, by site and position."""
    if anchor is None:
        return {}
    heads = as_json(anchor)["heads"]
    return {(head["site_id"], integer(head["position"])): head["hash"] for head in heads}


def check_anchor(heads: Heads, manifest: Any, outcome: Outcome) -> None:
    """Say which heads of the anchor the export can tell about; what it holds was compared."""
    compared = 0
    for part in manifest["sites"]:
        first = integer(part["before"]["position"]) + 1 if part["before"] else 1
        last = integer(part["head"]["position"]) if part["head"] else 0
        for site, position in heads:
            whole = manifest["since"] is None and manifest["until"] is None
            if site == part["id"] and position > last and whole:
                outcome.wrong(ROWS, f"the chain of {part['name']} ends before the anchored link")
            compared += site == part["id"] and first <= position <= last
    if heads:
        outcome.checked.append(f"{compared} of {len(heads)} anchored heads are within the export.")


class Number:
    """A number as it was written: 1, 1.0 and true are three things, whatever their size."""

    def __init__(self, written: object) -> None:
        self.written = str(written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.written == other.written

    def __hash__(self) -> int:
        return hash(self.written)


def integer(number: object) -> int:
    """Return a number that was read as a Python integer."""
    if not isinstance(number, Number):
        raise TypeError("a number is expected")
    return int(number.written)


def as_json(text: str | bytes) -> Any:
    """Return the value of a JSON text in UTF-8, in which no key is given twice."""
    return json.loads(
        text,
        parse_int=Number,
        parse_float=Number,
        parse_constant=refused,
        object_pairs_hook=with_unique_keys,
    )


def refused(constant: str) -> None:
    """Refuse NaN and Infinity."""
    raise ValueError(f"{constant} is no JSON")


def with_unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, if each of its keys is given once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def microseconds(time: str) -> int:
    """Return a time in UTC as whole microseconds since 1970."""
    utc = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 - both are in UTC
    since = utc - datetime(1970, 1, 1)  # noqa: DTZ001
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def printable(text: str) -> str:
    """Return a text without what could steer a terminal."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def main(arguments: list[str]) -> int:
    """Check what the command line names, print what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(description="Verifies an export of the audit log.")
    parser.add_argument("export", nargs="?", default=str(Path(__file__).resolve().parent))
    parser.add_argument("--anchor", metavar="FILE", help="heads that `audit anchor` printed")
    asked = parser.parse_args(arguments)
    try:
        anchor = Path(asked.anchor).read_bytes() if asked.anchor else None
    except OSError as error:
        parser.error(f"cannot read {asked.anchor}: {error.strerror}")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    outcome = check(asked.export, anchor)
    for sentence in outcome.checked if outcome.passed else ():
        sys.stdout.write(f"checked: {sentence}\n")
    for problem in outcome.problems:
        sys.stdout.write(f"WRONG: {printable(problem)}\n")
    if outcome.others:
        sys.stdout.write(f"WRONG: at {outcome.others} other places\n")
    sys.stdout.write("Verified.\n" if outcome.passed else "NOT verified.\n")
    return 0 if outcome.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
