"""Files of a commit of the repository one is in: one ``git ls-tree`` and one ``git cat-file``."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

SITES = "desired-state/sites/"


def git_files(ref: str, last_site: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file, in git's order; of sites up to ``last_site`` only."""
    listed = git("ls-tree", "-r", "-z", "--full-tree", ref)
    entries = [entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry]
    if last_site:
        beyond = f"{SITES}{last_site}0".encode()  # "0" comes after "/"
        entries = [entry for entry in entries if entry[1] < beyond]
    blobs = [facts.split(b" ")[2] for facts, _ in entries]
    stream = git("cat-file", "--batch", "--buffer", stdin=b"\n".join(blobs) + b"\n")
    position = 0
    for _, path in entries:
        end = stream.index(b"\n", position)
        size = int(stream[position:end].rsplit(b" ", 1)[1])
        yield path.decode(), stream[end + 1 : end + 1 + size]
        position = end + size + 2


def git(*arguments: str, stdin: bytes = b"") -> bytes:
    """Run git and return what it printed."""
    command = ["git", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout
