"""An export verified by the installed program: what it says of it, as text and as data."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from reconciler import __version__
from reconciler.report.escaping import printable, printable_json
from reconciler.report.evidence_archive import verifier_source
from reconciler.report.verify import MANIFEST, check, opened

_VERIFIER = "verify.py"


class Checked(Struct, frozen=True):
    """What was checked, a sentence each, and what is wrong, the first places."""

    checked: tuple[str, ...]
    problems: tuple[str, ...]
    others: int
    rows: int

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def check_archive(path: Path, anchor: bytes | None = None) -> Checked:
    """Verify an export, an archive or a folder, by this program's own verifier.

    Whoever altered an export may have altered the verifier in it and every checksum: where this
    very version of the program made it, the verifier has to be the program's.
    """
    outcome = check(str(path), anchor)
    sentences, problems = list(outcome.checked), list(outcome.problems)
    if not problems:
        made_by, verifier = _maker(path)
        if verifier == verifier_source().encode():
            sentences.append(f"{_VERIFIER} is the verifier of this program.")
        elif made_by == __version__:
            problems.append(f"{_VERIFIER}: it is not the verifier of version {made_by}")
        else:
            sentences.append(f"{_VERIFIER} is said to be that of version {made_by}.")
    return Checked(tuple(sentences), tuple(problems), outcome.others, outcome.rows)


def _maker(path: Path) -> tuple[str, bytes]:
    """Return which version of the program made a verified export, and the verifier in it."""
    with closing(opened(str(path))) as files:
        with files.open(MANIFEST) as file:
            made_by = str(json.load(file).get("tool_version"))
        with files.open(_VERIFIER) as file:
            return made_by, file.read()


def checked_as_text(checked: Checked) -> str:
    """Return what was checked and what is wrong, a line each."""
    lines = [*checked.checked] if checked.passed else []
    lines += [f"  {problem}" for problem in checked.problems]
    if checked.others:
        lines.append(f"  and {checked.others} other places")
    verdict = "Verified." if checked.passed else "NOT verified."
    lines.insert(len(lines) if checked.passed else 0, verdict)
    return "".join(f"{printable(line)}\n" for line in lines)


def checked_as_json(checked: Checked) -> str:
    """Return the same as a JSON document."""
    content = {
        "verified": checked.passed,
        "rows": checked.rows,
        "checked": list(checked.checked) if checked.passed else [],
        "problems": list(checked.problems),
        "others": checked.others,
    }
    return printable_json(content) + "\n"
