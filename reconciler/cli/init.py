"""``reconciler init``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.operations.scaffold import scaffold
from reconciler.settings import Settings


@click.command(cls=Command, example="reconciler init\nreconciler init plants/desired-state")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def init(settings: Settings, folder: Path | None) -> int:
    """Scaffold a desired-state folder that validates; nothing is ever overwritten."""
    output = Output(settings)
    target = folder or settings.desired_state
    for path in scaffold(target):
        output.data(str(path))
    output.say(f"Next: `reconciler --desired-state {target} validate`, then commit it.")
    return 0
