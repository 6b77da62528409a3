"""An apply that `db doctor`'s fast part refuses, as its users see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.database.server.embedded import EmbeddedServer
from tests.cli.conftest import BRANCH, Command, Plants
from tests.support.logins import new_login

APPLY = ("apply", "--ref", BRANCH, "--yes")
SUPERUSER = "  [session-superuser] this login, postgres, is a superuser, or may become one: "
DISABLED = "ALTER TABLE compliance_signoffs DISABLE TRIGGER append_only"


def as_superuser(installed: Plants) -> dict[str, Any]:
    return {"cwd": installed.root, "DATABASE_URL": installed.owner_url}


@pytest.mark.parametrize(
    "arguments",
    [
        APPLY,
        (*APPLY, "--force", "the night shift waits"),
        (*APPLY, "--json"),
        ("drift", "--heal", "--yes"),
        ("plan", "--ref", BRANCH, "--rehearse"),
    ],
    ids=" ".join,
)
def test_a_superuser_is_refused_and_told_which_login_applies(
    installed: Plants, program: Command, arguments: tuple[str, ...]
) -> None:
    ((superuser,),) = installed.execute("SELECT quote_ident(current_user)")
    done = program(*arguments, **as_superuser(installed))
    assert (done.code, done.out) == (3, "")
    assert done.err.splitlines() == [
        "error: nothing may be applied here: the database would not keep what it promises",
        SUPERUSER.replace("postgres", superuser)
        + "Apply with a login that is a member of reconciler_service and nothing more.",
        (
            "  Nothing was written, and --force does not change that. `reconciler db doctor` "
            "looks at everything."
        ),
    ]


def test_the_refusal_leaves_a_row_about_the_run(installed: Plants, command: Command) -> None:
    assert command(*APPLY, **as_superuser(installed)).code == 3
    assert installed.execute(
        "SELECT status, message LIKE '%[session-superuser]%', recorded_by::text = current_user "
        "FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1"
    ) == [("refused", True, True)]


@pytest.mark.parametrize(
    "arguments", [("plan", "--ref", BRANCH), ("drift",), ("validate",)], ids=" ".join
)
def test_reading_goes_on_as_a_superuser_without_a_word(
    installed: Plants, command: Command, arguments: tuple[str, ...]
) -> None:
    installed.execute(DISABLED)
    as_service = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert command(*arguments, **as_superuser(installed)) == as_service
    assert as_service.code == 0


def test_all_that_is_weakened_is_named_with_what_mends_it(
    installed: Plants, command: Command
) -> None:
    installed.execute(DISABLED)
    installed.execute("ALTER TABLE site_access NO FORCE ROW LEVEL SECURITY")
    with new_login(installed.owner_url, "reconciler_owner", "reconciler_service") as owner:
        done = command(*APPLY, cwd=installed.root, DATABASE_URL=owner.url(installed.owner_url))
    assert done.code == 3
    assert done.err.splitlines()[1:4] == [
        (
            "  [row-security-not-forced] row-level security is not forced on site_access: "
            "ALTER TABLE site_access FORCE ROW LEVEL SECURITY;"
        ),
        (
            f"  [session-owner] this login, {owner.name}, may assume the owner of the schema: "
            "Apply with a login that is a member of reconciler_service and nothing more."
        ),
        (
            "  [trigger-disabled] trigger append_only on compliance_signoffs is disabled: "
            "ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER append_only;"
        ),
    ]


@pytest.fixture
def embedded(plants: Plants, program: Command) -> Iterator[Plants]:
    """The example beside an embedded database that was bootstrapped."""
    server = EmbeddedServer(plants.root / ".reconciler" / "postgres")
    try:
        with server as url:
            assert program("db", "bootstrap", cwd=plants.root).code == 0
            yield Plants(plants.repository, url)
    finally:
        server.remove()


def test_the_embedded_server_is_applied_to_as_its_superuser_unless_it_is_named_by_a_url(
    embedded: Plants, program: Command
) -> None:
    named = program("apply", "--yes", **as_superuser(embedded))
    assert (named.code, "[session-superuser]" in named.err) == (3, True)
    applied = program("apply", "--yes", cwd=embedded.root)
    assert (applied.code, "Applied in one transaction" in applied.err) == (0, True)
    embedded.execute(DISABLED)
    refused = program(*APPLY, cwd=embedded.root)
    assert (refused.code, "[trigger-disabled]" in refused.err) == (3, True)
