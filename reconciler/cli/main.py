"""The program: its commands, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import io
import os
import re
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from reconciler import __version__
from reconciler.cli import signals
from reconciler.cli.app import LazyGroup, global_options
from reconciler.cli.memory import collect_rarely
from reconciler.settings import Settings, color_from, forget_repository

USAGE = 64
INTERRUPTED = 130
TERMINATED = 143

COMMANDS = {
    "init": ("reconciler.cli.init:init", "Scaffold a desired-state folder that validates."),
    "validate": ("reconciler.cli.validate:validate", "Check a desired state without a database."),
    "explain": (
        "reconciler.cli.explain:explain",
        "Show what needs what, and what would help.",
    ),
    "plan": ("reconciler.cli.plan:plan", "Show what apply would do, and why."),
    "apply": ("reconciler.cli.apply:apply", "Make the database what git says, in one transaction."),
    "drift": ("reconciler.cli.drift:drift", "Show, and heal, what was changed outside git."),
    "export": ("reconciler.cli.export:export", "Write a desired state from what is live."),
    "signoff": ("reconciler.cli.signoff:signoff", "Sign an aspect of one configuration."),
    "encrypt": ("reconciler.cli.encrypt:encrypt", "Encrypt a secret for the files."),
    "audit": ("reconciler.cli.audit:audit", "Read the audit log, prove it, hand it over."),
    "snapshot": (
        "reconciler.cli.snapshot:snapshot",
        "Keep, look at, compare and verify snapshots of sites.",
    ),
    "metrics": ("reconciler.cli.metrics:metrics", "Print, or serve, figures for Prometheus."),
    "db": ("reconciler.cli.database:db", "Create and inspect the schema."),
    "publish": ("reconciler.cli.publish:publish", "Post a plan where it is read."),
    "schema": ("reconciler.cli.schema:schema", "Print the JSON Schema of a file kind."),
    "demo": ("reconciler.cli.demo:demo", "See all of it on an embedded PostgreSQL."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    example="reconciler validate\nreconciler plan --ref HEAD --base origin/main",
    params=global_options(environment=True),
    context_settings={
        "auto_envvar_prefix": "RECONCILER",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
    epilog="Exit codes: 0 done · 1 error · 2 changes or drift present · 3 blocked · 4 stale plan · "
    "5 lock not obtained · 6 outcome unknown · 64 usage · 130 interrupted",
)
@click.version_option(__version__, prog_name="reconciler")
@click.pass_context
def cli(context: click.Context) -> None:
    """Keep per-site extension configuration in PostgreSQL as git says it should be."""
    settings = context.obj or Settings()
    if settings.color is None:
        settings = replace(settings, color=color_from(os.environ))
    context.obj = settings


def main() -> NoReturn:
    """Run the program on the command line's arguments and exit."""
    signals.listen()
    collect_rarely()
    forget_repository(os.environ)
    # A program that was started with one of them closed still ends by its exit code.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    # Plans are the same bytes everywhere, whatever the locale; a stray byte ends nothing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; nothing more can be said to it, not even by the interpreter's exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    signals.ignore()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; every error becomes a message on stderr."""
    try:
        return _invoke(arguments)
    except click.ClickException as error:
        error.show(sys.stderr)
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return _ended_by_signal()
    except Exception as error:  # noqa: BLE001 - the one handler of the program
        return _report(error, verbose=_wants_traceback(arguments))


def _ended_by_signal() -> int:
    terminated = signals.was_terminated()
    said, code = ("terminated", TERMINATED) if terminated else ("interrupted", INTERRUPTED)
    print(f"{said}; nothing was half-written", file=sys.stderr)  # noqa: T201
    return code


def _wants_traceback(arguments: list[str]) -> bool:
    """Return whether -v was given twice, in whichever spelling."""
    letters = "".join(part[1:] for part in arguments if re.fullmatch(r"-[a-z]+", part))
    return letters.count("v") + arguments.count("--verbose") > 1


def _invoke(arguments: list[str]) -> int:
    try:
        outcome = cli.main(arguments, prog_name="reconciler", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:
        return 0
    return outcome if isinstance(outcome, int) else 0


def _explained(error: Exception) -> Exception:
    """Return what an error of the database's means; another one as it is."""
    import psycopg

    from reconciler.database.failures import explained

    return explained(error) if isinstance(error, psycopg.Error) else error


def _report(error: Exception, *, verbose: bool) -> int:
    """Print what went wrong and what to do; return the exit code."""
    from reconciler.cli.output import print_error
    from reconciler.model.errors import ReconcilerError

    if verbose:
        # Only the places: the text of an exception may quote a value.
        frames = traceback.extract_tb(error.__traceback__)
        print("".join(traceback.format_list(frames)), file=sys.stderr)  # noqa: T201
    if signals.have_arrived() and not isinstance(error, ReconcilerError):
        return _ended_by_signal()
    if "psycopg" in sys.modules:  # else it is no error of the database's
        error = _explained(error)
    if isinstance(error, ReconcilerError):
        print_error(error)
        return error.exit_code
    print_error(
        ReconcilerError(
            f"unexpected {type(error).__name__}: this is a fault of the reconciler",
            "Run again with -vv and report where it happened.",
        )
    )
    return 1
