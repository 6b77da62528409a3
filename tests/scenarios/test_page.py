"""docs/diagnostics.md: an entry for every kind of finding, as the code has it."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.model.kinds import ALL_KINDS, GROUPS
from reconciler.model.kinds.configurations import CONFIGURATION_UNKNOWN
from tests.scenarios.__main__ import PAGE, main
from tests.scenarios.examples import Example, example_of
from tests.scenarios.page import diagnostics_page, entry, index
from tests.scenarios.scenario import Scenario
from tests.support.desired_folder import EXTENSION_FILE, DesiredFolder

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = "``` </details> | [x](http://example.com) @team <script> ::error::"


@pytest.fixture(scope="module")
def tokens() -> list[Token]:
    return MARKDOWN.parse(diagnostics_page())


@pytest.fixture(scope="module")
def hostile() -> Example:
    def fail(folder: DesiredFolder) -> None:
        folder.configure({"title": "\u202e\u200b", HOSTILE: "```\n````"})

    def mend(folder: DesiredFolder) -> None:
        folder.configure({"title": HOSTILE})

    return example_of(Scenario("configuration-unknown", fail, mend, ()))


def headings(tokens: list[Token], tag: str) -> list[str]:
    followed = pairwise(tokens)
    return [text.content for opened, text in followed if opened.tag == tag and opened.nesting == 1]


def links(tokens: list[Token]) -> list[str]:
    inner = (child for token in tokens for child in token.children or ())
    return [str(child.attrs["href"]) for child in inner if child.type == "link_open"]


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == diagnostics_page(), "run `make docs`"


def test_every_kind_has_one_entry_headed_by_its_code(tokens: list[Token]) -> None:
    assert sorted(headings(tokens, "h3")) == sorted(ALL_KINDS)


def test_the_table_at_the_top_leads_to_every_entry(tokens: list[Token]) -> None:
    assert links(tokens) == [f"#{code}" for code in sorted(ALL_KINDS)]


def test_every_group_of_kinds_has_a_heading(tokens: list[Token]) -> None:
    assert len(headings(tokens, "h2")) == len(GROUPS) + 1


@pytest.mark.parametrize("code", sorted(ALL_KINDS))
def test_every_kind_says_why_it_matters(code: str, tokens: list[Token]) -> None:
    about = ALL_KINDS[code].about
    assert about.endswith(".")
    paragraphs = [token.content.replace("\n", " ") for token in tokens if token.type == "inline"]
    assert about in paragraphs


def test_every_entry_shows_a_finding_and_what_mends_it(tokens: list[Token]) -> None:
    shown = "\n".join(token.content for token in tokens if token.type == "fence")
    mended = [token for token in tokens if token.content.startswith("Mended")]
    assert all(f" [{code}] " in shown for code in ALL_KINDS)
    assert len(mended) >= len(ALL_KINDS)


def test_the_page_holds_no_html_but_the_note_on_where_it_comes_from(tokens: list[Token]) -> None:
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    assert [token.type for token in every if "html" in token.type] == ["html_block"]


def test_what_a_file_holds_takes_no_effect_in_the_page(hostile: Example) -> None:
    text = "\n".join(
        [*entry(CONFIGURATION_UNKNOWN, hostile), *index({hostile.finding.code: hostile})]
    )
    tokens = MARKDOWN.parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    assert not [token for token in every if "html" in token.type]
    assert links(tokens) == ["#configuration-unknown"]
    assert [token.info for token in tokens if token.type == "fence"] == ["text", "diff"]
    assert len([token for token in tokens if token.type == "td_open"]) == 3
    assert "\u202e" not in text
    assert "\u200b" not in text


def test_the_mark_stands_below_the_place_in_a_line_that_is_cut(tmp_path: Path) -> None:
    def fail(folder: DesiredFolder) -> None:
        folder.write(
            EXTENSION_FILE, f"version: 1.0.0\nconfiguration: {{a: {'x' * 200}, title: 7}}\n"
        )

    def mend(folder: DesiredFolder) -> None:
        folder.configure({"title": "Line 1"})

    example = example_of(Scenario("configuration-type", fail, mend, ()))
    line, mark = example.excerpt[1:3]
    assert line[mark.index("^")] == "7"
    assert len(line) < 100


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_page_is_the_same_in_every_process(seed: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.scenarios", "--check"],
        env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
        cwd=PAGE.parents[1],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_that_was_edited_by_hand_is_refused_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "diagnostics.md"
    assert main(["--check"], page) == 1
    assert main([], page) == 0
    assert main(["--check"], page) == 0
    page.write_text(page.read_text(encoding="utf-8").replace("hint", "clue"), encoding="utf-8")
    assert main(["--check"], page) == 1
    assert "make docs" in capsys.readouterr().err
