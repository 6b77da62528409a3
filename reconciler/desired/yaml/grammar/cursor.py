"""The place in a text up to which it is read, and what is passed over between things."""

from __future__ import annotations

import re

from yaml.error import Mark

from reconciler.desired.yaml.remedies import MEND
from reconciler.desired.yaml.text_place import LINE_BREAK

_SPACE = re.compile(r"[ \t]*+")
_NEXT_LINES = re.compile(
    r"[ \t]*+(?:(?<![^ \t\r\n])#[^\r\n]*+)?(?:\r\n?|\n)"
    r"(?:[ \t]*+(?:#[^\r\n]*+)?(?:\r\n?|\n))*"
)
_MARKER = re.compile(r"(?:---|\.\.\.)(?=[ \t\r\n])")


class GrammarError(ValueError):
    """The text is not YAML 1.2; its text says what is wrong, ``index`` where, ``remedy`` the rest.

    It is the only error that the grammar raises about a text.
    """

    def __init__(self, problem: str, index: int, remedy: str = MEND) -> None:
        super().__init__(problem)
        self.index = index
        self.remedy = remedy


def place(index: int, line: int, line_start: int) -> Mark:
    """Return a place as the parser's events carry it; ``line`` counts from 0."""
    # Marks of this kind carry a name and a text to quote from, which nobody asks them for.
    return Mark("", index, line, index - line_start, None, 0)


class Cursor:
    """A place in ``text``, which always ends with a line break."""

    __slots__ = ("_one_break", "end", "index", "line", "line_start", "tabbed", "text")

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith(("\n", "\r")) else text + "\n"
        self.end = len(self.text)
        self.index = self.line = self.line_start = 0
        self.tabbed = False
        """Whether a tab is in the space that ``to_content`` passed over last, in its last line."""
        self._one_break = "\r" not in self.text

    def at(self) -> str:
        """Return the character here; nothing at the end."""
        return self.text[self.index : self.index + 1]

    def follows(self, signs: str) -> bool:
        """Return whether the next character but one is one of ``signs``."""
        return self.text[self.index + 1 : self.index + 2] in signs

    def mark(self) -> Mark:
        """Return this place as the parser's events carry it."""
        return place(self.index, self.line, self.line_start)

    def mark_at(self, index: int) -> Mark:
        """Return another place in this line as the parser's events carry it."""
        return place(index, self.line, self.line_start)

    def column(self) -> int:
        """Return how far into its line this place is."""
        return self.index - self.line_start

    def indent(self) -> int:
        """Return with how many spaces the line begins in which ``to_content`` ended."""
        if not self.tabbed:
            return self.index - self.line_start
        return self.text.index("\t", self.line_start) - self.line_start

    def at_marker(self) -> bool:
        """Return whether the marker of a document's begin or end stands here."""
        return self.index == self.line_start and _MARKER.match(self.text, self.index) is not None

    def ended(self) -> bool:
        """Return whether the document ends here, where ``to_content`` ended."""
        return self.index == self.end or self.at_marker()

    def to_content(self) -> bool:
        """Pass over space, comments and line breaks; return whether content begins a line here."""
        text, index = self.text, self.index
        begins_line = index == self.line_start
        if text[index : index + 1] not in (" ", "\t", "\r", "\n", "#"):
            self.tabbed = False
            return begins_line
        found = _NEXT_LINES.match(text, index)
        if found:
            begins_line = True
            self.pass_to(found.end())
            index = self.index
        space = _SPACE.match(text, index)
        if space:
            self.index = space.end()
            self.tabbed = "\t" in space[0]
        return begins_line

    def pass_space(self) -> bool:
        """Pass over spaces and tabs; return whether the line then holds nothing but a comment."""
        before = self.index
        found = _SPACE.match(self.text, before)
        self.index = found.end() if found else before
        after = self.at()
        return after in ("\r", "\n") or (after == "#" and self.index > before)

    def pass_to(self, end: int) -> None:
        """Go on to ``end``, over any line breaks."""
        text, start = self.text, self.index
        if self._one_break:
            breaks = text.count("\n", start, end)
            if breaks:
                self.line += breaks
                self.line_start = text.rindex("\n", start, end) + 1
        else:
            for found in LINE_BREAK.finditer(text, start, end):
                self.line += 1
                self.line_start = found.end()
        self.index = end

    def error(self, problem: str, remedy: str = MEND) -> GrammarError:
        """Return the error that ``problem`` stands here."""
        return GrammarError(problem, self.index, remedy)
