"""Rendered Markdown as a browser would have it, for tests to look at."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TEMPLATE_TAGS = {
    "h2",
    "h3",
    "h4",
    "p",
    "code",
    "pre",
    "details",
    "summary",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "strong",
    "em",
    "br",
    "sub",
}
VOID = {"br"}


class Page(HTMLParser):
    """What a browser would make of the rendered Markdown.

    ``bare`` is the text outside code; ``collapsed`` the text of each ``<details>`` that is in no
    other one.
    """

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.bare = ""
        self.collapsed: list[str] = []
        self.feed(MARKDOWN.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif name != "class" or not str(value).startswith("language-"):
                self.attributes.append((name, value))
        if tag == "details" and tag not in self.open:
            self.collapsed.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "details" in self.open:
            self.collapsed[-1] += data
        if not {"code", "pre"} & set(self.open):
            self.bare += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")
