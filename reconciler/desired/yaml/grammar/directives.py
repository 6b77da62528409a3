"""Directives: the lines before a document that begin with ``%``."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct, field
from yaml.error import Mark

from reconciler.desired.yaml.grammar.cursor import Cursor
from reconciler.desired.yaml.grammar.properties import DEFAULT_HANDLES

_END: Final = r"[ \t]*+(?:(?<=[ \t])#[^\r\n]*+)?(?=[\r\n])"
_YAML = re.compile(rf"%YAML[ \t]++([0-9]{{1,4}})\.([0-9]{{1,4}}){_END}")
_TAG = re.compile(
    r"%TAG[ \t]++(![-0-9A-Za-z]*+!|!)[ \t]++"
    rf"((?:%[0-9a-fA-F]{{2}}|[-0-9A-Za-z#;/?:@&=+$,_.!~*'()\[\]])+){_END}"
)
_RESERVED = re.compile(
    rf"%(?!(?:YAML|TAG)[ \t\r\n])[^ \t\r\n]++(?:[ \t]++[^ \t\r\n#][^ \t\r\n]*+)*{_END}"
)
_NO_PREFIX: Final = (",", "[", "]")


class Directives(Struct):
    """What the directives of one document say."""

    version: tuple[int, int] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    mark: Mark | None = None
    """Where the first stands; where there is one, a document must follow."""

    def handles(self) -> dict[str, str]:
        """Return what each handle of a tag stands for."""
        return {**DEFAULT_HANDLES, **self.tags}

    def read(self, cursor: Cursor) -> None:
        """Take the directive whose ``%`` is here; leave ``cursor`` at the end of its line.

        Raises:
            GrammarError: it is not written as a directive is, or contradicts another.
        """
        self.mark = self.mark or cursor.mark()
        text, index = cursor.text, cursor.index
        if version := _YAML.match(text, index):
            self._version(cursor, int(version[1]), int(version[2]))
            cursor.index = version.end()
        elif tag := _TAG.match(text, index):
            self._tag(cursor, tag[1], tag[2])
            cursor.index = tag.end()
        elif reserved := _RESERVED.match(text, index):
            cursor.index = reserved.end()
        else:
            raise cursor.error("this line begins as a directive does, and is none")

    def _version(self, cursor: Cursor, major: int, minor: int) -> None:
        if self.version is not None:
            raise cursor.error("the version of YAML is said twice", "Keep one of the two.")
        if major != 1:
            raise cursor.error("this version of YAML is not known", "Write it as YAML 1.2.")
        self.version = (major, minor)

    def _tag(self, cursor: Cursor, handle: str, prefix: str) -> None:
        if handle in self.tags:
            raise cursor.error("what this %TAG line says was said before", "Keep one of the two.")
        if prefix.startswith(_NO_PREFIX):
            raise cursor.error("no tag can begin as this %TAG line says")
        self.tags[handle] = prefix
