"""Chain heads in a report: whatever a site is called, its line is read back and steers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.evidence import Anchor, ChainHead
from reconciler.report.chain_heads import MOST_IN_MARKDOWN, heads_as_markdown, heads_as_text
from reconciler.report.escaping import printable
from tests.report.markdown_page import TEMPLATE_TAGS, Page
from tests.support.hostile import HOSTILE

SITE = UUID("0b000000-0000-4000-8000-000000000001")
ANY_NAME = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text('`\n<>/[]()\x1b\u202e#:@{}"\\'),
)


def head(name: str, position: int = 1) -> ChainHead:
    return ChainHead(site_id=SITE, name=name, position=position, hash="ab" * 32)


def anchor_in(report: str) -> Anchor:
    lines = report.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith('{"format_version"'))
    end = lines.index("]}", begin)
    return Anchor.model_validate_json("\n".join(lines[begin : end + 1]))


@pytest.mark.parametrize("shown", [heads_as_text, heads_as_markdown])
@given(names=st.lists(ANY_NAME, min_size=1, max_size=4))
def test_what_is_shown_is_read_back_as_it_was(
    shown: Callable[[Sequence[ChainHead]], str], names: list[str]
) -> None:
    heads = [head(name) for name in names]
    report = shown(heads)
    assert anchor_in(report) == Anchor(heads=tuple(heads))
    assert [line for line in report.splitlines() if line != printable(line)] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_site_takes_effect_in_markdown(name: str) -> None:
    page = Page(heads_as_markdown([head(name)]))
    assert set(page.tags) <= TEMPLATE_TAGS
    assert " ".join(page.bare.split()) == "Audit chain: 1 head to be kept elsewhere"
    assert len(page.collapsed) == 1


def test_a_block_of_many_sites_says_how_many_it_leaves_out() -> None:
    heads = [head(f"Plant {number}", number) for number in range(1, MOST_IN_MARKDOWN + 3)]
    report = heads_as_markdown(heads)
    assert len(anchor_in(report).heads) == MOST_IN_MARKDOWN
    assert "2 heads more: `reconciler audit anchor`" in report
    assert len(anchor_in(heads_as_text(heads)).heads) == len(heads)
