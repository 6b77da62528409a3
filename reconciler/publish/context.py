"""Where in GitHub the program runs, from the variables that GitHub Actions sets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.publish.errors import PublishError

PULL_REQUEST_REF = re.compile(r"refs/pull/([1-9][0-9]{0,18})/(?:merge|head)", re.ASCII)
EVENT_LIMIT = 64 * 1024 * 1024


# A dataclass, since a struct shows all that it holds.
@dataclass(frozen=True)
class GitHubContext:
    """One job's place in GitHub.

    ``sha`` is the commit to link to: a pull request's head, else the commit that the job
    runs for. ``from_fork`` says that the pull request comes from another repository, so
    that the job's token can only read. The token and the proxy's address are not shown in
    the representation.
    """

    api_url: str
    server_url: str
    repository: str
    token: str | None = field(default=None, repr=False)
    pull_request: int | None = None
    from_fork: bool = False
    sha: str | None = None
    summary_path: Path | None = None
    output_path: Path | None = None
    proxy_url: str | None = field(default=None, repr=False)

    @property
    def may_comment(self) -> bool:
        """Whether there is a pull request to comment on, and a token that may write."""
        return self.pull_request is not None and self.token is not None and not self.from_fork

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> GitHubContext:
        """Read the context from a job's environment variables.

        Args:
            environ: GITHUB_REPOSITORY, and of GITHUB_API_URL, GITHUB_SERVER_URL,
                GITHUB_TOKEN, GITHUB_EVENT_PATH, GITHUB_REF, GITHUB_SHA,
                GITHUB_STEP_SUMMARY, GITHUB_OUTPUT and HTTPS_PROXY those there are. An
                empty one counts as absent.

        Raises:
            PublishError: there is no repository, or the event can't be read.
        """
        present = {name: value.strip() for name, value in environ.items() if value.strip()}
        repository = present.get("GITHUB_REPOSITORY")
        if repository is None:
            raise PublishError(
                "GITHUB_REPOSITORY is not set",
                "run this in a GitHub workflow, or set GITHUB_REPOSITORY to owner/name",
            )
        event = _event(present.get("GITHUB_EVENT_PATH"))
        head = _mapping(_mapping(event.get("pull_request")).get("head"))
        api_url = present.get("GITHUB_API_URL", "https://api.github.com")
        return cls(
            api_url=api_url,
            server_url=present.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
            repository=repository,
            token=present.get("GITHUB_TOKEN"),
            pull_request=_pull_request(event, present.get("GITHUB_REF", "")),
            from_fork=_is_fork(head, repository),
            sha=_text(head.get("sha")) or present.get("GITHUB_SHA"),
            summary_path=_path(present.get("GITHUB_STEP_SUMMARY")),
            output_path=_path(present.get("GITHUB_OUTPUT")),
            proxy_url=_proxy_url(api_url, present),
        )


def _event(path: str | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        with Path(path).open("rb") as file:
            data = file.read(EVENT_LIMIT)
        return _mapping(json.loads(data))
    except (OSError, ValueError, RecursionError) as error:
        kind = type(error).__name__
    raise PublishError(f"the event could not be read: {kind}", "check GITHUB_EVENT_PATH")


def _pull_request(event: Mapping[str, Any], ref: str) -> int | None:
    number = _mapping(event.get("pull_request")).get("number")
    if isinstance(number, int) and number > 0:
        return number
    match = PULL_REQUEST_REF.fullmatch(ref)
    return int(match.group(1)) if match else None


def _is_fork(head: Mapping[str, Any], repository: str) -> bool:
    if not head:
        return False
    # A fork that was deleted has a head without a repository.
    origin = _text(_mapping(head.get("repo")).get("full_name"))
    return origin is None or origin.casefold() != repository.casefold()


def _proxy_url(api_url: str, present: Mapping[str, str]) -> str | None:
    try:
        host = urlsplit(api_url).hostname or ""
    except ValueError:
        # The client says what is wrong with the address.
        return None
    exempt = present.get("no_proxy", present.get("NO_PROXY", ""))
    for entry in (part.strip().lstrip(".").lower() for part in exempt.split(",")):
        if entry == "*" or (entry and (host == entry or host.endswith(f".{entry}"))):
            return None
    return present.get("https_proxy", present.get("HTTPS_PROXY"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value)
