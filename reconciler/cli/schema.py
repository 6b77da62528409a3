"""``reconciler schema``."""

from __future__ import annotations

import json

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.model.files import FILE_KINDS
from reconciler.settings import Settings


@click.command(cls=Command, example="reconciler schema extension > extension.schema.json")
@click.argument("kind", type=click.Choice(sorted(FILE_KINDS)))
@click.pass_obj
def schema(settings: Settings, kind: str) -> int:
    """Print the JSON Schema of a file kind, for editors that complete and check YAML."""
    document = FILE_KINDS[kind].model_json_schema(by_alias=True)
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
    Output(settings).data(json.dumps(document, indent=2, ensure_ascii=False))
    return 0
