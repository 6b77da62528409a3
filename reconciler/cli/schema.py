"""``reconciler schema``."""

from __future__ import annotations

import json
from typing import Any

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.model.files import FILE_KINDS
from reconciler.model.plan import FORMAT_VERSION, Plan
from reconciler.settings import Settings

PLAN = "plan"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command(
    cls=Command,
    example="reconciler schema extension > extension.schema.json\n"
    "reconciler schema plan > plan.schema.json",
)
@click.argument("kind", type=click.Choice([*sorted(FILE_KINDS), PLAN]))
@click.pass_obj
def schema(settings: Settings, kind: str) -> int:
    """Print the JSON Schema of a file kind, for editors that complete and check YAML.

    `plan` is the document that `plan --out` writes, for programs that read it.
    """
    content = plan_schema() if kind == PLAN else FILE_KINDS[kind].model_json_schema(by_alias=True)
    document = {"$schema": _DIALECT, **content}
    Output(settings).data(json.dumps(document, indent=2, ensure_ascii=False))
    return 0


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan of this version of the format, as it is written."""
    return Plan.model_json_schema(mode="serialization") | {"title": f"Plan {FORMAT_VERSION}"}
