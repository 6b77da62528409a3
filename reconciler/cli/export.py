"""``reconciler export``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.cli.requests import DONE, database_of
from reconciler.model.errors import UsageError
from reconciler.model.files import API_VERSION_PATTERN, VERSION_LENGTH, VERSION_PATTERN
from reconciler.operations.export import ExportRequest
from reconciler.operations.export import export as write_export
from reconciler.report.counting import counted
from reconciler.report.export_text import exported_as_json, exported_as_text, remarks
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler export --out adopted --catalog manifests --service-user reconciler "
    "--mes-version 4.2.0 --api-version v2.4\n"
    "reconciler export --out hartford-now --site hartford",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write here; it does not exist yet, or is empty.",
)
@click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Copy this catalog.  [default: that of the desired state]",
)
@click.option(
    "--without-catalog", is_flag=True, help="Export versions that the catalog has no manifest of."
)
@click.option(
    "--service-user",
    metavar="NAME",
    help="Whom changes of unknown authors are attributed to.  [default: as the desired state has]",
)
@click.option(
    "--mes-version", metavar="VERSION", help="Of sites that the desired state does not have."
)
@click.option(
    "--api-version", metavar="VERSION", help="Of sites that the desired state does not have."
)
@click.pass_obj
def export(
    settings: Settings,
    out: Path,
    catalog: Path | None,
    without_catalog: bool,
    service_user: str | None,
    mes_version: str | None,
    api_version: str | None,
) -> int:
    """Write a desired state from what is live: how an existing installation gets into git.

    What tables do not have (slugs, signers, waivers, windows, MES versions, settings, the
    catalog) is taken from the desired state there is. Profiles are not: each site's whole
    configuration stands in its own files. Planning the result changes nothing but what had
    drifted.
    """
    if settings.extensions:
        raise UsageError("sites are exported whole", "Leave --extension out.")
    _require_form("--mes-version", mes_version, VERSION_PATTERN, "4.2.0")
    _require_form("--api-version", api_version, API_VERSION_PATTERN, "v2.4")
    request = ExportRequest(
        out=out,
        desired_state=settings.desired_state,
        sites=settings.sites,
        catalog=catalog,
        service_user=service_user,
        mes_version=mes_version,
        api_version=api_version,
        without_catalog=without_catalog,
    )
    output = Output(settings)
    with output.progress("Reading what is live"):
        exported = write_export(request, database_of(settings))
    output.data(exported_as_json(exported) if settings.json else exported_as_text(exported))
    for remark in remarks(exported):
        output.say(remark)
    output.say(f"{counted(len(exported.sites), 'site')} exported to {out}.")
    return DONE


def _require_form(flag: str, value: str | None, pattern: str, example: str) -> None:
    if value is not None and (len(value) > VERSION_LENGTH or not re.fullmatch(pattern, value)):
        raise UsageError(f"{flag} {value!r} is no version", f"Write it as {example}.")
