"""What git writes, as far as it is the same for every question: text, parts, and why it failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from git import GitCommandError

from reconciler.model.errors import ReconcilerError

PART_BYTES = 65_536
"""How much is read at a time of what need not be whole."""


def as_shown(output: bytes) -> str:
    """Return what git writes as text; what is no UTF-8 is replaced."""
    return output.decode("utf-8", "replace")


def parts_of(answers: IO[bytes]) -> Iterator[str]:
    """Yield what git writes with NULs between."""
    rest = b""
    while some := answers.read(PART_BYTES):
        *parts, rest = (rest + some).split(b"\0")
        yield from map(as_shown, parts)
    yield as_shown(rest)


def exactly(answers: IO[bytes], size: int) -> bytes:
    """Return so many bytes of what git writes.

    Raises:
        EOFError: there are not so many.
    """
    content = answers.read(size)
    if len(content) < size:
        raise EOFError
    return content


def failure_of(process: Any) -> ReconcilerError | None:
    """Return why git failed, once it has nothing more to say; None where it did not."""
    try:
        process.wait()
    except GitCommandError as error:
        return as_error(error)
    return None


def as_error(failed: GitCommandError) -> ReconcilerError:
    """Return why git failed in its own words, and what to do."""
    return ReconcilerError(f"git: {_last_line(failed)}", _advice(failed))


def _last_line(failed: GitCommandError) -> str:
    lines = str(failed.stderr or failed).strip().strip("'").strip().splitlines()
    message = lines[-1] if lines else "failed"
    for line in lines:
        if "fatal:" in line or "error:" in line:
            message = line.split("fatal:")[-1].split("error:")[-1]
            break
    return message.strip().strip("'")


def _advice(failed: GitCommandError) -> str:
    if "dubious ownership" in str(failed.stderr):
        return "The repository belongs to another user: see git's setting safe.directory."
    return "Run `git status` in the repository to see what is wrong."
