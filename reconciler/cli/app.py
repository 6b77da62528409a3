"""How commands are declared: global flags anywhere, commands loaded when they are run."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from reconciler.settings import DEFAULT_DATABASE, DEFAULT_FOLDER, Settings


def _remember(field: str) -> Any:
    """Return an option callback that overrides one setting where the flag was given."""

    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value is None or value == () or value is False or value == 0:
            return
        chosen = -1 if field == "quiet" else value
        name = "verbosity" if field == "quiet" else field
        chosen = False if field == "color" else chosen
        context.obj = replace(context.obj or Settings(), **{name: chosen})

    return callback


def _option(field: str, *names: str, env: str | list[str] | None = None, **facts: Any) -> Any:
    return click.Option(
        names,
        envvar=env,
        show_envvar=env is not None,
        expose_value=False,
        callback=_remember(field),
        **facts,
    )


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    help="How to print it.  [default: text]",
)


def global_options(*, environment: bool) -> list[click.Parameter]:
    """Return the flags that every command takes; ``environment`` is read once, by the program."""

    def env(name: str) -> str | None:
        return f"RECONCILER_{name}" if environment else None

    return [
        _option(
            "desired_state",
            "--desired-state",
            env=env("DESIRED_STATE"),
            type=click.Path(path_type=Path),
            metavar="PATH",
            help=f"The desired-state folder.  [default: {DEFAULT_FOLDER}]",
        ),
        _option(
            "database",
            "--database",
            env=["RECONCILER_DATABASE", "DATABASE_URL"] if environment else None,
            metavar="URL",
            help=f"PostgreSQL, or 'embedded'.  [default: {DEFAULT_DATABASE}]",
        ),
        _option(
            "sites",
            "--site",
            env=env("SITE"),
            multiple=True,
            metavar="GLOB",
            help="Only these sites; may be repeated.",
        ),
        _option(
            "extensions",
            "--extension",
            env=env("EXTENSION"),
            multiple=True,
            metavar="GLOB",
            help="Only these extensions; may be repeated.",
        ),
        _option("json", "--json", env=env("JSON"), is_flag=True, help="Print JSON to stdout."),
        _option("quiet", "-q", "--quiet", is_flag=True, help="No progress, no remarks."),
        _option("verbosity", "-v", "--verbose", count=True, help="Say more; -vv for tracebacks."),
        _option("color", "--no-color", is_flag=True, help="No colour (also NO_COLOR)."),
    ]


class Command(click.Command):
    """A command that takes the global flags beside its own; its help ends in examples."""

    def __init__(self, *arguments: Any, example: str = "", **facts: Any) -> None:
        super().__init__(*arguments, **facts)
        self.example = example
        self.own = list(self.params)
        self.params = [*self.params, *global_options(environment=False)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own flags first, then the global ones."""
        for title, parameters in (
            ("Options", [*self.own, *filter(None, [self.get_help_option(ctx)])]),
            ("Global options", [p for p in self.params if p not in self.own]),
        ):
            rows = [row for p in parameters if (row := p.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """End the help with the example, kept line for line."""
        _write_example(formatter, self.example)


def _write_example(formatter: click.HelpFormatter, example: str) -> None:
    if example:
        with formatter.section("Example"):
            for line in example.strip().splitlines():
                formatter.write(f"  {line}\n")


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no cycles while modules are loaded, and not through them ever after.

    What they define stays until the end; looking through it takes a tenth of the loading.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


class LazyGroup(click.Group):
    """A group whose commands are imported only when they are asked for.

    ``reconciler --help`` needs none of them, and so answers at once.
    """

    def __init__(
        self,
        *arguments: Any,
        lazy: Mapping[str, tuple[str, str]],
        example: str = "",
        **facts: Any,
    ) -> None:
        super().__init__(*arguments, **facts)
        self.example = example
        self.lazy = lazy
        """Command name to the module's ``module:attribute`` and its one-line help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order they are declared, which is that of use."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in self.lazy:
            return None
        module, attribute = self.lazy[cmd_name][0].split(":")
        with _no_collection():
            command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self.lazy.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help with the example, kept line for line."""
        super().format_epilog(ctx, formatter)
        _write_example(formatter, self.example)
