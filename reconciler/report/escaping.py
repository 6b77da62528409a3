"""Untrusted text made harmless: every value from YAML, git or the database passes through here.

Nothing a value holds may take effect where it is shown: no escape sequence in a terminal, no
mention, link, fence or HTML in Markdown, no command in the log of a workflow.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

from reconciler.model.visible_text import UNPRINTABLE, escaped, visible, visible_json

_LONGEST_SHOWN = 2000
_LONGEST_SPAN = 1000
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# GitHub's runner obeys "::command" at the start of a line of a log, whatever blanks are before it,
# and "##[command]" anywhere.
_WORKFLOW_COMMAND = re.compile(r"(^\s*):(?=:)|#(?=#\[)")


def printable(text: str) -> str:
    r"""Return one line of text in which whatever could steer a terminal is written as \uXXXX."""
    return _WORKFLOW_COMMAND.sub(_without_effect, visible(text))


def _without_effect(found: re.Match[str]) -> str:
    return (found[1] or "") + escaped(found[0][-1])


def shown_value(value: Any) -> str:
    """Return a JSON value on one line, cut where it would fill the page."""
    return cut(printable(json.dumps(value, ensure_ascii=False, sort_keys=True)), _LONGEST_SHOWN)


def cut(text: str, longest: int) -> str:
    """Return ``text``, or its first ``longest`` characters and how many were left out."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest} characters more)"


def code_span(text: object) -> str:
    """Return Markdown that shows ``text`` literally.

    A code span takes neither mentions nor links; its fence is longer than any run of backticks
    within.
    """
    line = cut(printable(str(text)), _LONGEST_SPAN) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if line.startswith("`") or line.endswith("`") or line.isspace() else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def table_cell(text: object) -> str:
    """Return a code span for a table's cell, where a pipe must be escaped even in code.

    After a backslash the escape itself is taken for escaped, so there the pipe is written out.
    """
    return code_span(str(text).replace("\\|", "\\\\u007c")).replace("|", "\\|")


def html_code(text: object) -> str:
    """Return HTML that shows ``text`` literally, for places where Markdown takes only HTML."""
    return f"<code>{html.escape(printable(str(text)))}</code>"


def fence_for(lines: list[str]) -> str:
    """Return a code fence that no line can close."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    return "`" * max(3, longest + 1)


def printable_json(value: Any) -> str:
    r"""Return indented JSON in which whatever could steer a terminal or a workflow is \uXXXX.

    It is the same value: readers of JSON undo the escapes.
    """
    return printable_json_text(json.dumps(value, indent=2, ensure_ascii=False))


def printable_json_text(text: str) -> str:
    """Return a JSON text in the same way; it holds the same value.

    Here goes as well what this Python's table of characters does not know, or knows since lately;
    a plan's own text is the same with every table (``visible_json``).
    """
    return _NOT_ASCII.sub(_unless_visible, visible_json(text))


def _unless_visible(found: re.Match[str]) -> str:
    character = found[0]
    # Beyond the basic plane JSON knows pairs of surrogates only.
    unprintable = unicodedata.category(character) in UNPRINTABLE
    return json.dumps(character)[1:-1] if unprintable else character


def workflow_data(text: str) -> str:
    """Return ``text`` as the data of a workflow command, lines kept.

    Each line has to be printable already.
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """Return ``text`` as a property of a workflow command, which ends neither it nor itself."""
    return workflow_data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def linkless(text: str) -> str:
    """Return one printable line that holds no link of a SARIF message, ``[text](target)``."""
    return printable(text).replace("](", "]\\u0028")


def unattached(text: str) -> str:
    """Return one printable line that names no attachment, as GitLab and Jenkins find them."""
    return printable(text).replace("[[", "[\\u005b")
