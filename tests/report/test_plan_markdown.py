"""Plans as Markdown: harmless whatever they hold, within every limit, nothing left open."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.change import Change, Origin
from reconciler.model.diagnostic import Diagnostic, Gate, Location, Severity
from reconciler.model.plan import BlockCode, BlockedReason, NeededSignoff, Plan
from reconciler.report.plan_markdown import COMMENT_LIMIT, plan_as_markdown
from tests.report.markdown_page import TEMPLATE_TAGS, Page
from tests.support.hostile import HOSTILE, hostile_plan
from tests.support.plan_inputs import change, difference, plan_with

LINKS = "https://github.example/machshop/plants/blob/0123"


def assert_harmless(plan: Plan) -> Page:
    page = Page(plan_as_markdown(plan, window_line=plan.installation))
    assert set(page.tags) <= TEMPLATE_TAGS
    assert (page.links, page.attributes, page.open) == ([], [], [])
    assert not re.search(r"[@<>{}]|https?:|::|##\[|#\d|\x1b|\u202e", page.bare)
    return page


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_takes_effect(text: str) -> None:
    page = assert_harmless(hostile_plan(text))
    assert page.tags == assert_harmless(hostile_plan("harmless")).tags


@given(st.text(alphabet="`|\\ \n<>@[]()*_~#:!&{}'\"-+=x0/", min_size=1, max_size=30))
@settings(max_examples=50)
def test_no_text_that_can_be_thought_of_takes_effect(text: str) -> None:
    page = assert_harmless(hostile_plan(text))
    assert page.tags == assert_harmless(hostile_plan("harmless")).tags


@pytest.mark.parametrize("text", HOSTILE)
def test_links_lead_to_the_files_of_the_commit_and_nowhere_else(text: str) -> None:
    page = Page(plan_as_markdown(hostile_plan(text), link_base=LINKS))
    (link,) = page.links
    assert link.startswith(f"{LINKS}/desired-state/")
    assert link.endswith(".yaml#L3")
    assert set(page.tags) <= TEMPLATE_TAGS | {"a"}


def plan_of_size(changes: int, length: int, **facts: object) -> Plan:
    made: list[Change] = [
        change(
            site=f"plant-{number % 97:02d}",
            origin=list(Origin)[number % 4],
            reason="r" * length,
            differences=(difference(f"/key-{number}", "o" * length, "n" * length),),
        )
        for number in range(changes)
    ]
    return plan_with(*sorted(made, key=lambda each: each.sort_key), **facts)


def assert_closed(text: str) -> None:
    """Count what is opened and closed outside fences, and the fences themselves."""
    fence = ""
    depth = 0
    for line in text.splitlines():
        mark = re.match(r"\s*(`{3,})(diff|yaml)?$", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1] == fence:
            fence = ""
        elif not fence:
            depth += line.count("<details>") - line.count("</details>")
        assert depth in {0, 1, 2}
    assert (fence, depth) == ("", 0)


@pytest.mark.parametrize(
    ("changes", "length"),
    [(0, 0), (1, 10), (1, 100_000), (30, 3000), (300, 50), (2000, 2), (5000, 200)],
)
@pytest.mark.parametrize("limit", [COMMENT_LIMIT, 10_000])
@pytest.mark.parametrize("base", [None, {"commit": "0" * 40}], ids=["", "pull request"])
def test_markdown_never_passes_its_limit_and_closes_what_it_opened(
    changes: int, length: int, limit: int, base: dict[str, str] | None
) -> None:
    plan = plan_of_size(changes, length, base=base)
    text = plan_as_markdown(plan, limit=limit)
    assert len(text) <= limit
    assert_closed(text)
    assert plan.plan_id in text
    if text != plan_as_markdown(plan):
        assert "to fit." in text
        assert "reconciler plan --format text" in text


def test_findings_and_signoffs_in_any_number_fit_as_well() -> None:
    long = "`|<" * 100_000
    findings = tuple(
        Diagnostic(
            severity=Severity.ERROR,
            gate=Gate.APPLY,
            code="configuration-unknown",
            message=long,
            hint=long,
            location=Location(path=long, line=line),
        )
        for line in range(1, 50)
    )
    needed = NeededSignoff(
        site="s" * 64,
        extension="e" * 64,
        aspect="\u202e" * 128,
        role="quality-manager",
        config_hash="sha256:" + "0" * 64,
        enforced=True,
        path="p" * 200,
    )
    plan = plan_of_size(
        500,
        500,
        diagnostics=findings,
        needed_signoffs=(needed,) * 500,
        blocked=(BlockedReason(code=BlockCode.FINDING, message="\u202e" * 400),) * 500,
        installation="x",
    )
    text = plan_as_markdown(plan, limit=COMMENT_LIMIT)
    assert len(text) <= COMMENT_LIMIT
    assert_closed(text)
    assert "480 reasons more" in text


def test_what_is_left_out_is_counted() -> None:
    text = plan_as_markdown(plan_of_size(5000, 2), limit=3000)
    titles = text.count("| site | changes |")
    shown = sum(
        int(count) for count in re.findall(r"^\| `plant-\d\d` \| (\d+) \|$", text, re.MULTILINE)
    )
    left_out = [int(count) for count in re.findall(r"… and (\d+) sites more\.", text)]
    assert titles == 4
    assert left_out == [92] * 4
    assert 0 < shown < 5000
    assert "5000 to reconfigure" in text


def test_a_limit_that_nothing_fits_is_an_error_and_not_a_cut() -> None:
    with pytest.raises(ValueError, match="does not fit in 10 characters"):
        plan_as_markdown(plan_with(), limit=10)


def test_differences_have_their_symbols_in_the_first_column() -> None:
    text = plan_as_markdown(plan_with(change(differences=(difference("/a", 1, 2),))))
    assert "\n```diff\n- /a: 1\n+ /a: 2\n```\n" in text
