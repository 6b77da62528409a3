"""One HTTP exchange with one host: the only place that holds the token and sends it.

Addresses that the server names (redirects, next pages) are followed on that host alone.
urllib3's own retries and redirects are off: they know neither the deadline nor the token's
host, and its exceptions do not leave this module.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from msgspec import Struct
from urllib3.exceptions import HTTPError

from reconciler import __version__
from reconciler.publish.errors import PublishError

API_VERSION = "2022-11-28"
REDIRECTS = frozenset({301, 302, 307, 308})
REDIRECT_LIMIT = 5
ANSWER_LIMIT = 32 * 1024 * 1024
READ_SIZE = 65_536
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NoAnswerError(Exception):
    """The server could not be reached, or did not answer whole and in time."""


class Raw(Struct, frozen=True):
    """An answer as it came: header names in lower case."""

    status: int
    headers: dict[str, str]
    data: bytes


class Timeouts(Struct, frozen=True):
    """Seconds for making a connection, and for one read from it."""

    connect: float = 5.0
    read: float = 15.0


class Transport:
    """Connections to the API's host.

    Args:
        api_url: the API's address; plain HTTP is taken for the local host only.
        token: the token sent with every request.
        timeouts: for one connection and one read.
        proxy_url: an HTTP proxy to go through, or None.

    Raises:
        PublishError: the address, the token or the proxy's address can't be used.
    """

    def __init__(
        self, api_url: str, token: str, *, timeouts: Timeouts, proxy_url: str | None = None
    ) -> None:
        self.api_url = _checked_api_url(api_url)
        self._token = _checked_token(token)
        self._timeouts = timeouts
        self._pool = _pool(proxy_url)

    def __repr__(self) -> str:
        return f"Transport({self.api_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def redacted(self, text: str) -> str:
        """Return the text without the token, should a server have repeated it."""
        return text.replace(self._token, "***")

    def exchange(
        self, method: str, url: str, body: Mapping[str, Any] | None, seconds: float
    ) -> Raw:
        """Send one request, follow redirects on the same host, and return the answer.

        Args:
            method: the HTTP method; a redirect keeps it, as GitHub asks.
            url: an address on the API's host.
            body: what to send as JSON, or None.
            seconds: how long the whole exchange may take.

        Raises:
            NoAnswerError: there was no whole answer in time; it may come another time.
            PublishError: the server sent us to another host, or round in circles.
        """
        ends = time.monotonic() + seconds
        for _ in range(REDIRECT_LIMIT + 1):
            self._check_host(url)
            raw = self._once(method, url, body, ends)
            location = raw.headers.get("location")
            if raw.status not in REDIRECTS or location is None:
                return raw
            url = urljoin(url, location)
        raise PublishError(f"{method} {shown(url)}: more than {REDIRECT_LIMIT} redirects")

    def _check_host(self, url: str) -> None:
        if _origin(urlsplit(url)) != _origin(urlsplit(self.api_url)):
            raise PublishError(
                f"GitHub's API at {self.api_url} sent us to another host, "
                f"{urlsplit(url).hostname!r}; not followed, so that the token stays with its host",
                "check GITHUB_API_URL",
            )

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None, ends: float) -> Raw:
        left = ends - time.monotonic()
        fault = "the time was up"
        if left > 0:
            try:
                return self._read(method, url, body, ends)
            except (HTTPError, TimeoutError) as error:
                # urllib3's exceptions hold the connection: only their kind goes further.
                fault = type(error).__name__
        raise NoAnswerError(fault)

    def _read(self, method: str, url: str, body: Mapping[str, Any] | None, ends: float) -> Raw:
        left = max(0.001, ends - time.monotonic())
        response = self._pool.request(
            method,
            url,
            body=None if body is None else json.dumps(body).encode(),
            headers=self._headers(has_body=body is not None),
            timeout=urllib3.Timeout(
                connect=min(self._timeouts.connect, left), read=min(self._timeouts.read, left)
            ),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            data = _whole(response.read1, ends)
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Raw(response.status, headers, data)

    def _headers(self, *, has_body: bool) -> dict[str, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": f"site-config-reconciler/{__version__}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        return headers | {"Content-Type": "application/json"} if has_body else headers


def shown(url: str) -> str:
    """Return the part of an address that a message shows: its path, printable."""
    return "".join(c if c.isprintable() else "?" for c in urlsplit(url).path)


def _whole(read: Callable[[int], bytes], ends: float) -> bytes:
    data = bytearray()
    while chunk := read(READ_SIZE):
        data += chunk
        if len(data) > ANSWER_LIMIT:
            raise PublishError(f"GitHub's answer is over {ANSWER_LIMIT} bytes")
        if time.monotonic() > ends:
            raise TimeoutError
    return bytes(data)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _checked_api_url(api_url: str) -> str:
    hint = "set GITHUB_API_URL to https://HOST/api/v3, or https://api.github.com"
    try:
        parts = urlsplit(api_url)
        valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.username is not None or parts.query or parts.fragment:
        raise PublishError("GITHUB_API_URL is not the address of an API", hint)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
        raise PublishError("GITHUB_API_URL is not https, and the token would go in clear", hint)
    return api_url.rstrip("/")


def _checked_token(token: str) -> str:
    stripped = token.strip()
    # What is not printable ASCII would be refused by http.client in words that repeat it.
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise PublishError(
            "GITHUB_TOKEN is empty, or holds characters that no token has",
            "set GITHUB_TOKEN from `github.token` or a secret, without quotes or line breaks",
        )
    return stripped


def _pool(proxy_url: str | None) -> urllib3.PoolManager:
    if proxy_url is None:
        return urllib3.PoolManager()
    try:
        credentials = urllib3.util.parse_url(proxy_url).auth
        headers = urllib3.make_headers(proxy_basic_auth=credentials) if credentials else None
        return urllib3.ProxyManager(proxy_url, proxy_headers=headers)
    except HTTPError:
        pass
    raise PublishError("the proxy's address can't be used", "check HTTPS_PROXY")
