"""What stands around a document: directives before it, markers that begin and end one.

A marker at the start of a line is one wherever it stands, so these can be told from the lines
alone, without knowing what the document says.
"""

from __future__ import annotations

import re
from typing import Final

# libyaml takes 1.1 and 1.2, and every other minor version for a mistake; YAML 1.2 reads them.
_OTHER_VERSION: Final = re.compile(r"%YAML[ \t]+(1\.(?:[03-9]|[0-9]{2,4}))[ \t]*(?:[ \t]#.*)?")
_RESERVED: Final = re.compile(r"%(?!YAML[ \t]|TAG[ \t])[^\s#%]+(?:[ \t].*)?")
_START: Final = re.compile(r"---(?:[ \t]|$)")
_END: Final = re.compile(r"\.\.\.[ \t]*(?:[ \t]#.*)?$")
_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_NOTHING: Final = re.compile(r"[ \t]*(?:#.*)?$")


def without_unread_directives(text: str) -> tuple[str, str | None]:
    """Return a text without what only the parser stumbles over, and another version it declares.

    Reserved directives are to be passed over; each becomes a comment of the same length, and so
    does a declaration of YAML 1.3. A file of nothing but markers of an end is an empty one.
    """
    lines = _LINES.findall(text)
    found: dict[int, str] = {}
    versions: list[str] = []
    for number, line in enumerate(lines):
        content = line.rstrip("\r\n")
        if _START.match(content):
            break
        if version := _OTHER_VERSION.fullmatch(content):
            versions.append(version[1])
        if version or _RESERVED.fullmatch(content):
            found[number] = "#" + line[1:]
        elif not (content.startswith("%") or _NOTHING.fullmatch(content)):
            return ("" if _holds_nothing(lines) else text), None
    else:
        return text, None  # directives without a document are a mistake
    if len(versions) > 1:
        return text, None
    read = [found.get(number, line) for number, line in enumerate(lines)]
    return "".join(read), versions[0] if versions else None


def _holds_nothing(lines: list[str]) -> bool:
    contents = [line.rstrip("\r\n") for line in lines]
    return all(_END.match(content) or _NOTHING.fullmatch(content) for content in contents)


def second_document(text: str) -> int | None:
    """Return the index in ``text`` where a second document begins, if one does."""
    begun = ended = False
    index = 0
    for line in _LINES.findall(text):
        content = line.rstrip("\r\n")
        if not content:
            pass  # of these a file can have a million
        elif _START.match(content):
            if begun:
                return index
            begun, ended = True, False
        elif _END.match(content):
            ended = begun
        elif not _NOTHING.fullmatch(content):
            if ended and not content.startswith("%"):
                return index
            begun = begun or not content.startswith("%")
        index += len(line)
    return None
