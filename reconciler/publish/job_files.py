"""The files a GitHub job gives its steps: the job summary and the step's outputs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from reconciler.publish.errors import PublishError

SUMMARY_LIMIT = 1024 * 1024
"""GitHub's limit for the summary of one step, in bytes; a longer one is not shown at all."""

CUT_NOTE = "\n\nThe rest of this summary is over GitHub's limit of 1 MiB.\n"
OUTPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


def write_job_summary(path: Path, text: str) -> None:
    """Append Markdown to the job summary, which never passes `SUMMARY_LIMIT` bytes.

    A text that does not fit is cut at the end of a line, with a note; where not even the
    note fits, nothing is written.

    Args:
        path: the file that GITHUB_STEP_SUMMARY names.
        text: the Markdown.

    Raises:
        PublishError: the file can't be written.
    """
    try:
        size = path.stat().st_size if path.exists() else 0
        data = _fitting(text.encode(errors="replace"), SUMMARY_LIMIT - size)
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        raise _unwritable("job summary", "GITHUB_STEP_SUMMARY", error) from error


def set_step_outputs(path: Path, outputs: Mapping[str, str]) -> None:
    """Set outputs of the running step; no value can set another one.

    Args:
        path: the file that GITHUB_OUTPUT names.
        outputs: the values by name.

    Raises:
        ValueError: a name is not one that an output can have.
        PublishError: the file can't be written.
    """
    entries = "".join(_entry(name, value) for name, value in outputs.items())
    try:
        with path.open("ab") as file:
            file.write(entries.encode(errors="replace"))
    except OSError as error:
        raise _unwritable("step outputs", "GITHUB_OUTPUT", error) from error


def _fitting(data: bytes, room: int) -> bytes:
    line = data if data.endswith(b"\n") else data + b"\n"
    if len(line) <= room:
        return line
    note = CUT_NOTE.encode()
    if room < len(note):
        return b""
    kept = data[: room - len(note)]
    return kept[: kept.rfind(b"\n") + 1] + note


def _entry(name: str, value: str) -> str:
    if not OUTPUT_NAME.fullmatch(name):
        raise ValueError(f"not an output's name: {name!r}")
    # A value that could guess the delimiter could end itself and set outputs of its own.
    delimiter = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _unwritable(what: str, variable: str, error: OSError) -> PublishError:
    return PublishError(
        f"the {what} could not be written: {error.strerror}", f"check the file {variable} names"
    )
