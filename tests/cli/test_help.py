"""Help: at once, for every command, and with an example that can be run."""

from __future__ import annotations

import click
import pytest

from reconciler.cli.app import LazyGroup
from reconciler.cli.main import cli
from tests.cli.conftest import Command


def _commands(group: LazyGroup, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found: list[tuple[str, ...]] = [before]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        path = (*before, name)
        found += _commands(command, path) if isinstance(command, LazyGroup) else [path]
    return found


assert isinstance(cli, LazyGroup)
EVERY = _commands(cli)
GROUPS = {path[:-1] for path in EVERY if len(path) > 1}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_help_ends_in_an_example_of_its_command(
    command: Command, path: tuple[str, ...]
) -> None:
    done = command(*path, "--help")
    assert (done.code, done.err) == (0, "")
    _, _, example = done.out.partition("\nExample:\n")
    lines = example.splitlines()
    assert lines
    assert all(line.startswith("  ") for line in lines)
    words = " ".join(("reconciler", *path)).split()
    assert any(all(word in line for word in words) for line in lines)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_flag_of_a_command_has_a_help(command: Command, path: tuple[str, ...]) -> None:
    found: click.Command | None = cli
    for name in path:
        assert isinstance(found, LazyGroup)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    options = [each for each in found.params if isinstance(each, click.Option)]
    assert all(option.help for option in options)


def test_every_command_takes_the_global_flags(command: Command) -> None:
    for path in EVERY:
        out = command(*path, "--help").out
        for flag in ("--desired-state", "--database", "--site", "--json", "--no-color"):
            assert flag in out or path in GROUPS


def test_a_mistyped_command_is_told_where_to_look(command: Command) -> None:
    done = command("plna")
    assert "plna" in done.err
    assert "--help" in done.err
