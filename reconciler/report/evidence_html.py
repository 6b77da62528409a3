"""The export as pages for a browser: no script, nothing loaded, every value escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any
from uuid import UUID

from markupsafe import Markup
from msgspec import Struct

from reconciler import __version__
from reconciler.model.evidence import ChainPart
from reconciler.operations.evidence import Evidence
from reconciler.report.change_entry import ChangeEntry, shown_time
from reconciler.report.rendering import render_html

MOST_A_PAGE = 1000
INDEX = "index.html"


class Page(Struct, frozen=True):
    """One file for a browser."""

    name: str
    text: str


class Link(Struct, frozen=True):
    """Where a part of a long table is: the page, how many entries, when the first and the last."""

    name: str
    entries: int
    first: str
    last: str


class _Table:
    """A table of the index: on it where it is short, else on pages of its own."""

    def __init__(self, kind: str, title: str) -> None:
        self.kind = kind
        self.title = title
        self.entries: Sequence[Any] = ()
        self.links: list[Link] = []
        self.total = 0


class Pages:
    """Makes the pages of an export: first those of long tables, then the index."""

    def __init__(self, evidence: Evidence, rows: Mapping[UUID, int]) -> None:
        self._evidence = evidence
        self._rows = rows
        self._signatures = _Table("signatures", "Signatures")
        self._changes = _Table("changes", "Changes")

    def signatures(self, facts: Iterable[Mapping[str, Any]]) -> Iterator[Page]:
        """Yield the pages of the signatures, if there are too many for the index."""
        return self._paged(self._signatures, facts, lambda each: shown_time(each["signed_at"]))

    def changes(self, entries: Iterable[ChangeEntry]) -> Iterator[Page]:
        """Yield the pages of the changes, if there are too many for the index."""
        return self._paged(self._changes, entries, lambda each: each.at)

    def _paged(self, table: _Table, entries: Iterable[Any], when: Any) -> Iterator[Page]:
        source = iter(entries)
        chunk = list(islice(source, MOST_A_PAGE))
        following = list(islice(source, MOST_A_PAGE))
        table.total = len(chunk)
        if not following:
            table.entries = chunk
            return
        while chunk:
            name = f"{table.kind}-{len(table.links) + 1:04d}.html"
            table.links.append(Link(name, len(chunk), when(chunk[0]), when(chunk[-1])))
            yield Page(name, self._render("evidence_page.html.j2", table=table, entries=chunk))
            chunk, following = following, list(islice(source, MOST_A_PAGE))
            table.total += len(chunk)

    def index(self) -> Page:
        """Return the page to begin with; the tables must have been made before."""
        text = self._render(
            "evidence_index.html.j2",
            chains=[(part, self._rows.get(part.site_id, 0)) for part in self._shown_parts()],
            without=[part for part in self._evidence.parts if part.last is None],
            tables=(self._signatures, self._changes),
        )
        return Page(INDEX, text)

    def _shown_parts(self) -> list[ChainPart]:
        parts = [part for part in self._evidence.parts if part.last is not None]
        return sorted(parts, key=lambda part: (part.name, part.site_id))

    def _render(self, template: str, **facts: Any) -> str:
        style, digest = _style()
        return render_html(
            template,
            style=style,
            style_digest=digest,
            tool_version=__version__,
            evidence=self._evidence,
            shown_time=shown_time,
            **facts,
        )


@cache
def _style() -> tuple[Markup, str]:
    """Return the style sheet, and its hash: a browser takes this one and no other."""
    folder = resources.files("reconciler.report") / "templates"
    text = (folder / "evidence.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    # The product's own file, and no value of anybody's.
    return Markup(text), f"sha256-{digest}"  # noqa: S704
