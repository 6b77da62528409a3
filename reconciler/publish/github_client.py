"""A client of GitHub's REST API: retries within a deadline, pages, and errors in words.

It knows GitHub's manners and no endpoint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Self

from msgspec import Struct

from reconciler.publish.errors import PublishError
from reconciler.publish.retrying import Clocks, Limits, is_rate_limited, may_pass, seconds_to_wait
from reconciler.publish.transport import NoAnswerError, Raw, Timeouts, Transport, shown

MESSAGE_LIMIT = 300
PAGE_LIMIT = 500
NEXT_PAGE = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="next"')
HINTS = {
    401: "the token is not valid or has expired: check GITHUB_TOKEN",
    403: "the token may not do this: give the job the permission `pull-requests: write`"
    " (the token of a pull request from a fork can only read)",
    404: "check the repository's name and the number, and that the token may see them",
    422: "GitHub did not accept the content: it may be too long, or the conversation is locked",
}
RATE_LIMIT_HINT = "GitHub's rate limit is reached: run the job again later"
UNREACHABLE_HINT = "check GITHUB_API_URL, the network and the proxy, or githubstatus.com"


class Answer(Struct, frozen=True):
    """A successful answer: header names in lower case, the decoded JSON (None where empty).

    ``attempts`` over 1 means that an earlier attempt may have taken effect as well.
    """

    status: int
    headers: Mapping[str, str]
    content: Any
    attempts: int


class GitHubClient:
    """A client for one publication: its deadline starts with its first request.

    Args:
        api_url: the API's address: ``https://api.github.com``, or ``https://HOST/api/v3`` on
            GitHub Enterprise Server. Plain HTTP is taken for the local host only.
        token: the token to authenticate with.
        limits: deadline, attempts and timeouts.
        clocks: where time and chance come from.
        proxy_url: an HTTP proxy to go through, or None.

    Raises:
        PublishError: the address, the token or the proxy's address can't be used.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        limits: Limits | None = None,
        clocks: Clocks | None = None,
        proxy_url: str | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._clocks = clocks or Clocks()
        timeouts = Timeouts(self._limits.connect_timeout, self._limits.read_timeout)
        self._transport = Transport(api_url, token, timeouts=timeouts, proxy_url=proxy_url)
        self._ends: float | None = None

    def __repr__(self) -> str:
        return f"GitHubClient({self._transport.api_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send one request, again after a passing fault, and return the answer.

        Args:
            method: the HTTP method.
            path: the endpoint below the API's address, starting with a slash.
            body: what to send as JSON, or None.

        Raises:
            PublishError: there was no answer in time, or it was not a success.
        """
        return self._send(method, self._transport.api_url + path, body)

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the items of every page of a listing, in order.

        Raises:
            PublishError: as `request` does, and for an answer that is not a listing.
        """
        url = self._transport.api_url + path
        for _ in range(PAGE_LIMIT):
            answer = self._send("GET", url, None)
            if not isinstance(answer.content, list):
                raise PublishError(f"GET {shown(url)}: GitHub's answer is not a list")
            yield from answer.content
            following = NEXT_PAGE.search(answer.headers.get("link", ""))
            if following is None:
                return
            url = following.group(1)
        raise PublishError(f"GET {path}: more than {PAGE_LIMIT} pages")

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None) -> Answer:
        doing = f"{method} {shown(url)}"
        attempt = 0
        while True:
            attempt += 1
            raw, fault = self._attempt(method, url, body)
            if raw is not None and not may_pass(raw.status, raw.headers):
                return self._answer(doing, raw, attempt)
            if raw is None:
                problem = PublishError(f"{doing}: no answer from GitHub: {fault}", UNREACHABLE_HINT)
            else:
                problem = self._refusal(doing, raw)
            self._wait(raw.headers if raw else {}, attempt, problem)

    def _attempt(
        self, method: str, url: str, body: Mapping[str, Any] | None
    ) -> tuple[Raw | None, str]:
        try:
            return self._transport.exchange(method, url, body, self._seconds_left()), ""
        except NoAnswerError as error:
            return None, str(error)

    def _wait(self, headers: Mapping[str, str], attempt: int, problem: PublishError) -> None:
        seconds = seconds_to_wait(headers, attempt, self._clocks)
        left = self._seconds_left()
        if attempt < self._limits.attempts and seconds < left:
            self._clocks.sleep(seconds)
            return
        raise PublishError(
            f"{problem.message}; gave up after {attempt} attempts, with {max(left, 0.0):.0f} s of"
            f" {self._limits.deadline:.0f} s left and the next one due in {seconds:.0f} s",
            problem.hint,
            status=problem.status,
        )

    def _seconds_left(self) -> float:
        now = self._clocks.monotonic()
        if self._ends is None:
            self._ends = now + self._limits.deadline
        return self._ends - now

    def _answer(self, doing: str, raw: Raw, attempts: int) -> Answer:
        if not HTTPStatus.OK <= raw.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(doing, raw)
        content = _decoded(raw.data)
        if raw.data and content is None:
            raise PublishError(f"{doing}: GitHub's answer is not JSON", UNREACHABLE_HINT)
        return Answer(raw.status, raw.headers, content, attempts)

    def _refusal(self, doing: str, raw: Raw) -> PublishError:
        limited = is_rate_limited(raw.status, raw.headers)
        hint = RATE_LIMIT_HINT if limited else HINTS.get(raw.status, UNREACHABLE_HINT)
        said = self._transport.redacted(_message(_decoded(raw.data)))
        return PublishError(f"{doing}: HTTP {raw.status}{said}", hint, status=raw.status)


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _message(content: Any) -> str:
    message = content.get("message") if isinstance(content, dict) else None
    if not isinstance(message, str):
        return ""
    line = "".join(c if c.isprintable() else " " for c in message[:MESSAGE_LIMIT])
    return f", {line}"
