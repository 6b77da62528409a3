"""The page of an export: complete, self-contained, and no value in it takes effect."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from reconciler.model.evidence import AuditRecord, ChainPart, SignatureRecord, TimeRange
from reconciler.model.live import DatabaseIdentity
from reconciler.operations.evidence import Evidence
from reconciler.report.change_entry import change_entry
from reconciler.report.escaping import printable
from reconciler.report.evidence_archive import signature_facts
from reconciler.report.evidence_html import MOST_A_PAGE, Page, Pages
from tests.support.hostile import HOSTILE

SITE = UUID("0c000000-0000-4000-8000-000000000002")
ROW = UUID("0d000000-0000-4000-8000-000000000003")
TIME = "2026-11-20T10:00:00.000000Z"
HARMLESS = "words"


def details(text: str) -> str:
    return json.dumps(
        {
            "origin": text,
            "commit": text,
            "author": {"name": text, "email": text},
            "path": text,
            "runId": text,
            "planId": text,
            "oldVersion": text,
            "newVersion": f"{text}2",
            "application": text,
            "clientAddress": text,
            "changedKeys": [text],
            "drift": {"description": text},
            "forced": {"reason": text},
            "waivers": [{"code": text}],
            "signature": {"aspect": text, "meaning": text, "signed_by": text, "role": text},
            "differences": [
                {"pointer": f"/{text}", "operation": "replace", "old": text, "new": {text: text}},
                {"pointer": text, "operation": text},
            ],
        }
    )


def record(text: str = HARMLESS, *, sequence: int = 1, said: str | None = None) -> AuditRecord:
    return AuditRecord(
        site_id=SITE,
        position=None,
        id=ROW,
        extension_id=text,
        action=text,
        changed_by=None,
        username=text,
        changed_at=TIME,
        old_config_hash=text,
        new_config_hash=text,
        reason=text,
        details=details(text) if said is None else said,
        sequence=sequence,
        recorded_by=text,
        archived=False,
        text=None,
        row_hash=None,
        chain_hash=None,
    )


def signature(text: str = HARMLESS) -> SignatureRecord:
    return SignatureRecord(
        site_id=SITE,
        extension_id=text,
        aspect=text,
        meaning=text,
        signed_by=ROW,
        username=text,
        role=text,
        signed_at=TIME,
        config_hash=text,
        config_version=1,
        version=text,
        notes=text,
        recorded_at=TIME,
        recorded_by=text,
        commit=text,
        run_id=text,
    )


def pages(
    text: str = HARMLESS,
    records: Iterable[AuditRecord] | None = None,
    signatures: Iterable[SignatureRecord] | None = None,
) -> list[Page]:
    evidence = Evidence(
        database=DatabaseIdentity(system_identifier=text, database=text, schema_version=13),
        times=TimeRange(),
        parts=(ChainPart(SITE, text, 1, 1, None, "00" * 32),),
        names={SITE: text},
        people={text: f"{text} the Elder"},
        links=lambda: iter(()),
        changes=lambda: iter([record(text)] if records is None else records),
        signatures=lambda: iter([signature(text)] if signatures is None else signatures),
        runs=lambda: iter(()),
        versions=lambda: iter(()),
    )
    made = Pages(evidence, {SITE: 1})
    facts = (signature_facts(each, evidence) for each in evidence.signatures())
    entries = (change_entry(each, evidence.names, evidence.people) for each in evidence.changes())
    return [*made.signatures(facts), *made.changes(entries), made.index()]


class Outline(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Any] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.elements.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.elements.append(decl)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def outline(text: str) -> Outline:
    found = Outline()
    found.feed(text)
    found.close()
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_takes_effect_in_the_page(text: str) -> None:
    (harmless,) = pages()
    (hostile,) = pages(text)
    found = outline(hostile.text)
    assert found.elements == outline(harmless.text).elements
    assert "".join(found.texts).count(printable(text)) > 20
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b]", hostile.text)


def test_a_browser_is_told_to_run_nothing_and_to_load_nothing() -> None:
    (page,) = pages()
    style = re.search(r"<style>(.*)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page.text)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "src=" not in page.text
    assert "url(" not in page.text
    assert "@import" not in page.text
    assert "<script" not in page.text


def test_a_change_is_shown_with_who_when_why_commit_and_values() -> None:
    (page,) = pages()
    shown = " ".join("".join(outline(page.text).texts).split())
    for part in (
        "2026-11-20 10:00:00 UTC",
        "words the Elder (words)",
        "words → words2",
        "/words: a value that was not recorded",
        '- /words: "words"',
        '+ /words: {"words": "words"}',
    ):
        assert part in shown


@pytest.mark.parametrize(
    "said",
    [
        "null",
        "[]",
        "1" * 5000,
        '{"a": ' * 5000 + "1" + "}" * 5000,
        '{"differences": 1, "changedKeys": {}, "author": [], "waivers": 2, "signature": "x"}',
        '{"differences": [1, null, {}], "changedKeys": [[]], "oldVersion": [], "commit": {"a": 1}}',
    ],
)
def test_details_that_somebody_wrote_by_hand_break_no_page(said: str) -> None:
    (page,) = pages(records=[record(said=said)])
    assert "words the Elder" in page.text


def many(number: int) -> Iterator[AuditRecord]:
    return (record(f"extension-{at}", sequence=at, said="{}") for at in range(number))


def test_many_changes_are_on_pages_of_their_own_and_none_is_left_out() -> None:
    number = 2 * MOST_A_PAGE + 1
    made = {page.name: page.text for page in pages(records=many(number))}
    assert list(made) == [
        "changes-0001.html",
        "changes-0002.html",
        "changes-0003.html",
        "index.html",
    ]
    shown = [
        found
        for name in list(made)[:-1]
        for found in re.findall(r'<td class="name">(extension-\d+)</td>', made[name])
    ]
    assert shown[::2] == [f"extension-{at}" for at in range(number)]
    assert [re.search(f'href="{name}"', made["index.html"]) is not None for name in made] == [
        True,
        True,
        True,
        False,
    ]
    assert "2,001" in made["index.html"]
    assert "extension-0" not in made["index.html"]


@pytest.mark.parametrize("number", [0, 1, MOST_A_PAGE])
def test_as_many_as_a_page_takes_are_on_the_index(number: int) -> None:
    (page,) = pages(records=many(number), signatures=[])
    assert page.name == "index.html"
    assert page.text.count('<td class="what">') == number


def test_many_signatures_are_on_pages_of_their_own() -> None:
    made = pages(signatures=(signature() for _ in range(MOST_A_PAGE + 1)))
    assert [page.name for page in made] == [
        "signatures-0001.html",
        "signatures-0002.html",
        "index.html",
    ]
