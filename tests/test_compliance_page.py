"""docs/compliance.md: what it says that a test shows is shown by a test that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "compliance.md").read_text(encoding="utf-8")
_CLAUSE = re.compile(r"^### (?P<title>.+)\n(?P<text>(?:(?!##).*\n)*)", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SERVED_BY_NOTHING = {
    "11.10(i) Training",
    "11.10(j) Written policies of accountability",
    "Annex 11, 2 Personnel; 3 Suppliers",
    "Annex 11, 15 Batch release",
}
CLAUSES = {found["title"]: found["text"] for found in _CLAUSE.finditer(PAGE)}
NAMED = sorted(set(_NAMED.findall(PAGE)))


def test_the_page_has_every_clause_it_promises() -> None:
    titles = " ".join(CLAUSES)
    wanted = [f"11.10({letter})" for letter in "abcdefghijk"]
    wanted += ["11.50", "11.70", "11.100", "11.200"]
    assert [clause for clause in wanted if f"{clause} " not in titles] == []
    sections = {int(number) for number in re.findall(r"(?:Annex 11,|;) (\d+) ", titles)}
    assert sections == set(range(1, 18))


@pytest.mark.parametrize("title", sorted(CLAUSES))
def test_a_clause_names_what_shows_it_or_says_that_nothing_serves_it(title: str) -> None:
    shown = _NAMED.search(CLAUSES[title]) is not None
    assert shown is (title not in SERVED_BY_NOTHING)
    assert CLAUSES[title].startswith("\nNot served") is not shown


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_the_page_names_exists(path: str, name: str) -> None:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_test_is_named_in_another_form() -> None:
    assert len(_NAMED.findall(PAGE)) == PAGE.count("`tests/") - PAGE.count(
        "`tests/test_compliance_page.py`"
    )
