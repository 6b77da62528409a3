"""A plan that only refreshes records is worth a comment; one with nothing to do is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.plan import Plan
from tests.cli.conftest import Command
from tests.publish.github_server import TOKEN, GitHubServer, serving
from tests.support.plan_inputs import plan_with


@pytest.mark.parametrize(
    ("plan", "comments"), [(plan_with(refreshes=("bonn",)), 1), (plan_with(), 0)]
)
def test_a_refresh_has_a_comment(
    command: Command, tmp_path: Path, plan: Plan, comments: int
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan.to_json(), encoding="utf-8")
    github = GitHubServer()
    with serving(github.answer) as url:
        github.url = url
        done = command(
            *("publish", "github", str(path)),
            GITHUB_API_URL=url,
            GITHUB_REPOSITORY="acme/plants",
            GITHUB_REF="refs/pull/12/merge",
            GITHUB_TOKEN=TOKEN,
            no_proxy="*",
        )
    assert done.code == 0, done.err
    assert len(github.bodies()) == comments
