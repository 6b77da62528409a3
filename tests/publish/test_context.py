"""What a job's environment says about where the program runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.publish.context import GitHubContext
from reconciler.publish.errors import PublishError

TOKEN = "ghs_secret"  # noqa: S105 - an example


def environment(event: Any, folder: Path, **more: str) -> dict[str, str]:
    path = folder / "event.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    return {"GITHUB_REPOSITORY": "acme/plants", "GITHUB_EVENT_PATH": str(path), **more}


def pull_request(origin: str | None) -> dict[str, Any]:
    repo = None if origin is None else {"full_name": origin}
    return {"pull_request": {"number": 12, "head": {"sha": "a" * 40, "repo": repo}}}


def test_context_is_read_from_a_pull_requests_job(tmp_path: Path) -> None:
    environ = environment(
        pull_request("Acme/plants"),
        tmp_path,
        GITHUB_API_URL="https://ghe.example/api/v3",
        GITHUB_SERVER_URL="https://ghe.example/",
        GITHUB_TOKEN=TOKEN,
        GITHUB_SHA="b" * 40,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        GITHUB_OUTPUT=str(tmp_path / "output"),
    )
    assert GitHubContext.from_environment(environ) == GitHubContext(
        api_url="https://ghe.example/api/v3",
        server_url="https://ghe.example",
        repository="acme/plants",
        token=TOKEN,
        pull_request=12,
        from_fork=False,
        sha="a" * 40,
        summary_path=tmp_path / "summary",
        output_path=tmp_path / "output",
    )
    assert GitHubContext.from_environment(environ).may_comment


@pytest.mark.parametrize("origin", ["eve/plants", None])
def test_pull_request_from_a_fork_may_not_comment(tmp_path: Path, origin: str | None) -> None:
    environ = environment(pull_request(origin), tmp_path, GITHUB_TOKEN=TOKEN)
    context = GitHubContext.from_environment(environ)
    assert context.from_fork
    assert not context.may_comment


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("refs/pull/34/merge", 34),
        ("refs/pull/34/head", 34),
        ("refs/heads/pull/34/merge", None),
        ("refs/pull/0/merge", None),
        ("refs/pull/٣/merge", None),
        ("refs/heads/main", None),
    ],
)
def test_number_comes_from_the_ref_when_the_event_has_none(
    tmp_path: Path, ref: str, number: int | None
) -> None:
    environ = environment({"ref": "x"}, tmp_path, GITHUB_REF=ref, GITHUB_SHA="b" * 40)
    context = GitHubContext.from_environment(environ)
    assert context.pull_request == number
    assert context.sha == "b" * 40
    assert not context.from_fork


def test_empty_variables_count_as_absent() -> None:
    context = GitHubContext.from_environment(
        {"GITHUB_REPOSITORY": "acme/plants", "GITHUB_TOKEN": "", "GITHUB_STEP_SUMMARY": ""}
    )
    assert context.api_url == "https://api.github.com"
    assert (context.token, context.summary_path, context.output_path) == (None, None, None)
    assert not context.may_comment


def test_missing_repository_is_an_error() -> None:
    with pytest.raises(PublishError, match="GITHUB_REPOSITORY"):
        GitHubContext.from_environment({})


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff"])
def test_unreadable_event_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(text.encode("latin-1"))
    environ = {"GITHUB_REPOSITORY": "acme/plants", "GITHUB_EVENT_PATH": str(path)}
    with pytest.raises(PublishError, match="event"):
        GitHubContext.from_environment(environ)


@pytest.mark.parametrize("event", [[], {"pull_request": 3}, {"pull_request": {"number": "9"}}])
def test_event_of_another_shape_has_no_pull_request(tmp_path: Path, event: Any) -> None:
    context = GitHubContext.from_environment(environment(event, tmp_path))
    assert context.pull_request is None


def test_token_and_proxy_are_not_represented(tmp_path: Path) -> None:
    environ = environment(
        {}, tmp_path, GITHUB_TOKEN=TOKEN, HTTPS_PROXY="http://user:hidden@proxy:3128"
    )
    shown = repr(GitHubContext.from_environment(environ))
    assert TOKEN not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize(
    ("exempt", "used"),
    [
        ("", True),
        ("other.example", True),
        ("ghe.example", False),
        (".example", False),
        ("*", False),
    ],
)
def test_proxy_is_used_unless_the_host_is_exempt(exempt: str, *, used: bool) -> None:
    context = GitHubContext.from_environment(
        {
            "GITHUB_REPOSITORY": "acme/plants",
            "GITHUB_API_URL": "https://api.ghe.example",
            "https_proxy": "http://proxy:3128",
            "NO_PROXY": exempt,
        }
    )
    assert context.proxy_url == ("http://proxy:3128" if used else None)
