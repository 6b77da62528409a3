"""Plans as Markdown for pull requests, always within the limit of where they are posted."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from msgspec import Struct

from reconciler.model.diagnostic import Location
from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.escaping import code_span
from reconciler.report.rendering import render
from reconciler.report.sections import sections

COMMENT_LIMIT = 65_536
"""What a GitHub comment holds, in characters."""


_ALL = 1_000_000


class Detail(Struct, frozen=True):
    """How much is shown: each step leaves something out and says so.

    ``others`` is whether the values of what is not from the pull request are shown.
    """

    differences: bool = True
    others: bool = True
    table: bool = True
    rows: int = _ALL
    sites: int = _ALL
    signoffs: int = _ALL
    findings: int = _ALL
    notice: str = ""


_WHOLE = "The whole plan is in the artifact or in `reconciler plan --format text -v`."
_STEPS = (
    Detail(),
    Detail(sites=200, signoffs=50, findings=100, notice=f"Shortened to fit. {_WHOLE}"),
    Detail(
        others=False,
        sites=100,
        signoffs=50,
        findings=100,
        notice=f"Only this pull request's field differences are shown, to fit. {_WHOLE}",
    ),
    Detail(
        differences=False,
        others=False,
        rows=500,
        signoffs=20,
        findings=50,
        notice=f"Field differences are left out to fit. {_WHOLE}",
    ),
    Detail(
        differences=False,
        others=False,
        table=False,
        rows=200,
        signoffs=10,
        findings=20,
        notice=f"Only counts per site are shown, to fit. {_WHOLE}",
    ),
    Detail(
        differences=False,
        others=False,
        table=False,
        rows=5,
        signoffs=2,
        findings=2,
        notice=f"Only a few counts are shown, to fit. {_WHOLE}",
    ),
)


def plan_as_markdown(
    plan: Plan,
    *,
    limit: int | None = None,
    link_base: str | None = None,
    window_line: str | None = None,
) -> str:
    """Return the plan as Markdown.

    Args:
        plan: what to show.
        limit: the most characters the result may have; the plan is shown in less and less
            detail until it fits.
        link_base: the URL of the repository's files at the head commit, so that findings link
            to their lines.
        window_line: when it may be applied, where that is known.

    Raises:
        ValueError: even the least detail does not fit ``limit``.
    """
    facts = {
        "plan": plan,
        "icon": _icon(plan),
        "verdict": view.verdict(plan),
        "context": view.context_line(plan),
        "window_line": window_line,
        "sections": sections(plan),
        "place": _place(link_base),
    }
    for detail in _STEPS:
        text = render("plan.md.j2", detail=detail, **facts)
        if limit is None or len(text) <= limit:
            return text
    raise ValueError(f"a plan does not fit in {limit} characters")


def _icon(plan: Plan) -> str:
    if plan.errored:
        return "❌"
    if plan.blocked:
        return "⚠️" if view.may_be_forced(plan) else "⛔"
    return "📝" if plan.differs else "✅"


def _place(link_base: str | None) -> Callable[[Location], str]:
    def place(location: Location) -> str:
        shown = code_span(location)
        if link_base is None:
            return shown
        return f"[{shown}]({link_base}/{quote(location.path)}#L{location.line})"

    return place
