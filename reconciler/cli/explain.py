"""``reconciler explain``."""

from __future__ import annotations

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.operations import explain as operations
from reconciler.operations.desired_state import Source
from reconciler.report.explanation import explanation_as_json, explanation_as_text
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler explain hartford\nreconciler explain hartford sap-s4-adapter --json",
)
@click.argument("site_slug", metavar="SITE")
@click.argument("extension_id", metavar="[EXTENSION]", required=False)
@click.option("--ref", metavar="REF", help="Explain this commit, branch or tag, not the folder.")
@click.pass_obj
def explain(settings: Settings, site_slug: str, extension_id: str | None, ref: str | None) -> int:
    """Show what a site's extensions need and clash with, and what would mend it.

    With EXTENSION, the whole chain below it; one that is not enabled is explained by what enabling
    it would take. Needs no database.
    """
    output = Output(settings)
    explanation = operations.explain(Source(settings.desired_state, ref), site_slug, extension_id)
    as_text = not settings.json
    output.data(explanation_as_text(explanation) if as_text else explanation_as_json(explanation))
    return 0
