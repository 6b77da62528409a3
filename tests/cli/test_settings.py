"""Flags before and after the command, the environment behind them, and which goes first."""

from __future__ import annotations

import json

import pytest

from reconciler.settings import may_ask
from tests.cli.conftest import Command, Plants
from tests.support.desired_folder import small_folder

NOWHERE = "postgresql://127.0.0.1:1"


def database_tried(command: Command, *arguments: str, **environment: str) -> str:
    """Return which database a command says it could not reach."""
    done = command(*arguments, **environment)
    assert done.code == 1
    return done.err.partition("database ")[2].partition(":")[0]


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (("db", "status"), {"DATABASE_URL": f"{NOWHERE}/url"}, "url"),
        (
            ("db", "status"),
            {"DATABASE_URL": f"{NOWHERE}/url", "RECONCILER_DATABASE": f"{NOWHERE}/own"},
            "own",
        ),
        (
            ("--database", f"{NOWHERE}/before", "db", "status"),
            {"RECONCILER_DATABASE": f"{NOWHERE}/own"},
            "before",
        ),
        (
            ("db", "status", "--database", f"{NOWHERE}/after"),
            {"RECONCILER_DATABASE": f"{NOWHERE}/own"},
            "after",
        ),
        (
            ("--database", f"{NOWHERE}/before", "db", "status", "--database", f"{NOWHERE}/after"),
            {},
            "after",
        ),
    ],
)
def test_a_flag_goes_before_the_environment_and_the_own_variable_before_the_common(
    command: Command,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    expected: str,
) -> None:
    assert database_tried(command, *arguments, **environment) == expected


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--desired-state", "plants", "validate"), {}),
        (("validate", "--desired-state", "plants"), {}),
        (("validate",), {"RECONCILER_DESIRED_STATE": "plants"}),
        (("validate", "--desired-state=plants"), {"RECONCILER_DESIRED_STATE": "elsewhere"}),
    ],
)
def test_the_folder_is_named_by_a_flag_anywhere_or_by_the_environment(
    plants: Plants, command: Command, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    small_folder(plants.root / "plants")
    done = command(*arguments, cwd=plants.root, **environment)
    assert (done.code, done.err) == (0, "Valid: 1 configuration at 1 site.\n")


def test_json_and_filters_may_come_from_the_environment(
    installed: Plants, command: Command
) -> None:
    done = command(
        "plan",
        cwd=installed.root,
        RECONCILER_DATABASE=installed.url,
        RECONCILER_JSON="1",
        RECONCILER_SITE="galway pen*",
    )
    assert json.loads(done.out)["filters"] == ["site=galway", "site=pen*"]


def test_a_filter_may_be_repeated_and_stand_on_either_side(
    installed: Plants, command: Command
) -> None:
    before = ("--site", "galway", "--site", "penang", "plan", "--json")
    after = ("plan", "--json", "--site", "penang", "--site", "galway")
    answers = {
        command(*arguments, cwd=installed.root, DATABASE_URL=installed.url).out
        for arguments in (before, after)
    }
    (only,) = answers
    assert json.loads(only)["filters"] == ["site=galway", "site=penang"]


@pytest.mark.parametrize(
    ("environment", "is_terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"CI": "true"}, True, False),
        ({"CI": "false"}, True, True),
        ({"CI": "1"}, True, False),
    ],
)
def test_nobody_is_asked_under_ci_or_off_a_terminal(
    environment: dict[str, str], is_terminal: bool, expected: bool
) -> None:
    assert may_ask(environment, is_terminal=is_terminal) is expected
