"""The Jinja2 environment of every format: the templates, and what they may call."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.report import diagnostic_view, difference_text, drift_text, escaping, sections, view
from reconciler.report.folding import OWN_FILE
from reconciler.report.hunks import hunks


@cache
def _environment() -> Environment:
    # Text and Markdown are not HTML: each value is escaped by the filter of its own format.
    environment = Environment(  # noqa: S701
        loader=PackageLoader("reconciler.report", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        printable=lambda value: escaping.printable(str(value)),
        code=escaping.code_span,
        cell=escaping.table_cell,
        html_code=escaping.html_code,
        yaml_string=lambda value: escaping.printable(json.dumps(value, ensure_ascii=False)),
    )
    environment.globals.update(
        symbols=view.SYMBOLS,
        override=view.OVERRIDE,
        reasons=view.reasons,
        title=view.title,
        named_sites=view.named_sites,
        version_text=view.version_text,
        signature_text=view.signature_text,
        counts_by_site=view.counts_by_site,
        edits=sections.edits,
        drift_text=drift_text.drift_text,
        rest_title=drift_text.rest_title,
        hunks=hunks,
        first_and_last=drift_text.first_and_last,
        row_times=drift_text.row_times,
        own_file=OWN_FILE,
        unknown=drift_text.UNKNOWN,
        diff_lines=difference_text.diff_lines,
        source_text=difference_text.source_text,
        secrets_note=difference_text.secrets_note,
        shortened=difference_text.shortened,
        brief=difference_text.brief,
        bystander=diagnostic_view.bystander,
        fence_for=escaping.fence_for,
    )
    return environment


@cache
def _html_environment() -> Environment:
    return Environment(
        loader=PackageLoader("reconciler.report", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        # Every text that a template shows passes through, and only then the escaping.
        finalize=_shown_in_html,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown_in_html(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return escaping.printable(value)
    return value


def render_html(template: str, **facts: Any) -> str:
    """Return an HTML template of ``report/templates`` filled with ``facts``, each of them escaped.

    Markup is only what the template itself says.
    """
    return _html_environment().get_template(template).render(facts)


def render(template: str, **facts: Any) -> str:
    """Return a template of ``report/templates`` filled with ``facts``."""
    return _environment().get_template(template).render(facts)
