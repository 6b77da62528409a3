"""``reconciler metrics``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output, print_error
from reconciler.cli.requests import DONE, FAILED, database_of, write_file
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.model.metrics import Reading
from reconciler.operations.metrics import take_reading
from reconciler.publish.metrics_server import MetricsServer
from reconciler.report.metrics_text import CONTENT_TYPE, metrics_as_text
from reconciler.settings import Settings

_ADDRESS = re.compile(r"(?P<host>[^\[\]:/@]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")
_LAST_PORT = 65535

_Read = Callable[[], Reading | ReconcilerError]


@click.command(
    cls=Command,
    example="reconciler metrics --out /var/lib/node_exporter/reconciler.prom\n"
    "reconciler metrics --listen 127.0.0.1:9187",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@click.option("--listen", metavar="HOST:PORT", help="Serve http://HOST:PORT/metrics until ended.")
@click.option("--per-site", is_flag=True, help="Figures of each site, with its id and name.")
@click.option(
    "--statement-timeout",
    type=click.FloatRange(0.1, 3600),
    default=8.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one statement may take.",
)
@click.pass_obj
def metrics(
    settings: Settings,
    out: Path | None,
    listen: str | None,
    per_site: bool,
    statement_timeout: float,
) -> int:
    """Print figures for Prometheus: drift, runs, sizes, the audit chain, how long queries take.

    Reads in one READ ONLY transaction. Where the database cannot be read, reconciler_up is 0; the
    exit code is then 1.
    """
    if settings.sites or settings.extensions or settings.json:
        raise UsageError(
            "metrics are of the whole installation, in Prometheus's format",
            "Leave --site, --extension and --json out; --per-site tells sites apart.",
        )
    if out is not None and listen is not None:
        raise UsageError("--out and --listen exclude each other", "Give one.")

    def read() -> Reading | ReconcilerError:
        return take_reading(database_of(settings), per_site=per_site, timeout=statement_timeout)

    if listen is not None:
        return _serve(Output(settings), *_address(listen), read)
    found, text = _text(read)
    Output(settings).data(text) if out is None else write_file(out, text)
    return DONE if found else FAILED


def _text(read: _Read) -> tuple[bool, str]:
    """Return whether the database could be read, and the exposition; say why it could not."""
    found = read()
    if isinstance(found, ReconcilerError):
        print_error(found)
        return False, metrics_as_text(None)
    return True, metrics_as_text(found)


def _serve(output: Output, host: str, port: int, read: _Read) -> int:
    """Serve until a signal ends it, which is how it is meant to end."""
    with MetricsServer(host, port, CONTENT_TYPE, lambda: _text(read)[1]) as server:
        shown = f"[{host}]" if ":" in host else host
        output.say(f"Serving http://{shown}:{server.port}/metrics")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return DONE
    return DONE


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > _LAST_PORT:
        raise UsageError(
            "--listen does not name an address", "Write HOST:PORT, such as 127.0.0.1:9187."
        )
    return found["host"].strip("[]"), int(found["port"])
