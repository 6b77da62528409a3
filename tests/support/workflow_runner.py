"""What GitHub's runner takes for commands in the log of a step: a model of its two parsers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

COMMANDS = frozenset(
    (
        *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"),
        *("notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands"),
        "warning",
    )
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the runner would carry out."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def commands_in(log: str) -> list[Command]:
    """Return the commands in what a step printed, in order."""
    found = (_command(line) for line in re.split(r"\r\n|\r|\n", log))
    return [command for command in found if command is not None]


def _command(line: str) -> Command | None:
    return _colon_command(line) or _bracket_command(line)


def _colon_command(line: str) -> Command | None:
    """Read ``::name key=value,…::data``, which only blanks may precede."""
    parts = line.lstrip().split("::", 2)
    if len(parts) != 3 or parts[0]:
        return None
    name, _, given = parts[1].partition(" ")
    if name.lower() not in COMMANDS:
        return None
    pairs = (pair.partition("=") for pair in given.strip().split(","))
    properties = {key: _restored(value, ("%3A", ":"), ("%2C", ",")) for key, _, value in pairs}
    return Command(name.lower(), _restored(parts[2]), {k: v for k, v in properties.items() if v})


def _bracket_command(line: str) -> Command | None:
    """Read ``##[name …]data``, which may stand anywhere in a line."""
    found = re.search(r"##\[([^\] ]*)[^\]]*\](.*)", line)
    if found is None or found[1].lower() not in COMMANDS:
        return None
    return Command(found[1].lower(), found[2])


def _restored(text: str, *others: tuple[str, str]) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), *others, ("%25", "%")):
        text = text.replace(written, meant)
    return text
