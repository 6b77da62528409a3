"""A local HTTP server that answers as GitHub's REST API does for issue comments.

It keeps comments, pages them with Link headers, checks the token and what is sent, and can
be told to answer the next requests with faults. Tests assert on what it holds.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_0123456789abcdefghij"  # noqa: S105 - the local server's own
LISTING = re.compile(r"/repos/acme/plants/issues/(\d+)/comments")
COMMENT = re.compile(r"/repos/acme/plants/issues/comments/(\d+)")
COMMENT_LIMIT = 65_536

APP = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
MARIA = {"login": "maria", "id": 7, "type": "User"}
EVE = {"login": "eve", "id": 666, "type": "User"}


@dataclass(frozen=True)
class Reply:
    """One answer: status, headers, body, and what else it does."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    raw: bytes | None = None
    takes_effect: bool = False


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: Any


@dataclass
class GitHubServer:
    """The server's state, and the faults it is to answer with first."""

    user: Mapping[str, Any] | None = None
    writer: Mapping[str, Any] = field(default_factory=lambda: dict(APP))
    comments: list[dict[str, Any]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    faults: list[tuple[str, Reply]] = field(default_factory=list)
    url: str = ""
    page_limit: int = 100
    next_id: int = 1000

    def add(self, body: str | None, user: Mapping[str, Any] | None = None, issue: int = 12) -> int:
        """Put a comment there, as somebody would by hand; return its id."""
        self.next_id += 1
        self.comments.append(
            {
                "id": self.next_id,
                "issue": issue,
                "body": body,
                "user": user or dict(APP),
                "html_url": f"https://github.example/acme/plants/pull/{issue}#{self.next_id}",
            }
        )
        return self.next_id

    def fail(self, method: str, *replies: Reply) -> None:
        """Answer the next requests of a method with these, before any real answer."""
        self.faults.extend((method, reply) for reply in replies)

    def bodies(self, issue: int = 12) -> list[str | None]:
        """Return the texts of an issue's comments."""
        return [c["body"] for c in self.comments if c["issue"] == issue]

    def methods(self) -> list[str]:
        """Return the methods of the requests so far."""
        return [seen.method for seen in self.seen]

    def answer(self, seen: Seen) -> Reply:
        """Answer one request."""
        self.seen.append(seen)
        for position, (method, reply) in enumerate(self.faults):
            if method == seen.method:
                del self.faults[position]
                if reply.takes_effect:
                    self._real_answer(seen)
                return reply
        return self._real_answer(seen)

    def _real_answer(self, seen: Seen) -> Reply:
        if "user-agent" not in seen.headers:
            return Reply(403, {"message": "Request forbidden by administrative rules."})
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials"})
        path = urlsplit(seen.path).path
        if path == "/user":
            return self._identity()
        if match := LISTING.fullmatch(path):
            return self._listing(seen, int(match.group(1)))
        if match := COMMENT.fullmatch(path):
            return self._comment(seen, int(match.group(1)))
        return Reply(404, {"message": "Not Found"})

    def _identity(self) -> Reply:
        if self.user is None:
            return Reply(403, {"message": "Resource not accessible by integration"})
        return Reply(200, self.user)

    def _listing(self, seen: Seen, issue: int) -> Reply:
        if seen.method == "POST":
            refusal = _unacceptable(seen)
            if refusal is None:
                self.add(seen.content["body"], self.writer, issue)
            return refusal or Reply(201, self.comments[-1])
        query = parse_qs(urlsplit(seen.path).query)
        size = min(int(query.get("per_page", ["30"])[0]), self.page_limit)
        page = int(query.get("page", ["1"])[0])
        found = [c for c in self.comments if c["issue"] == issue]
        links = {}
        if len(found) > page * size:
            path = urlsplit(seen.path).path
            target = f"{self.url}{path}?per_page={size}&page="
            links = {"Link": f'<{target}1>; rel="first", <{target}{page + 1}>; rel="next"'}
        return Reply(200, found[(page - 1) * size : page * size], links)

    def _comment(self, seen: Seen, identifier: int) -> Reply:
        found = next((c for c in self.comments if c["id"] == identifier), None)
        if found is None:
            return Reply(404, {"message": "Not Found"})
        if seen.method == "DELETE":
            self.comments.remove(found)
            return Reply(204)
        refusal = _unacceptable(seen)
        if refusal is None:
            found["body"] = seen.content["body"]
        return refusal or Reply(200, found)


def _unacceptable(seen: Seen) -> Reply | None:
    body = seen.content.get("body") if isinstance(seen.content, dict) else None
    if not isinstance(body, str) or not body.strip():
        return Reply(422, {"message": "Body can't be blank"})
    if len(body) > COMMENT_LIMIT:
        return Reply(422, {"message": "Body is too long (maximum is 65536 characters)"})
    return None


def _handler(answer: Callable[[Seen], Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One segment per answer: two would wait for the client's delayed acknowledgement.
        wbufsize = -1

        def respond(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = json.loads(data) if data else None
            reply = answer(Seen(self.command, self.path, headers, content))
            time.sleep(reply.delay)
            body = b"" if reply.content is None else json.dumps(reply.content).encode()
            body = body if reply.raw is None else reply.raw
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = respond  # noqa: N815 - http.server looks for these

        def log_message(self, *_arguments: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextmanager
def serving(answer: Callable[[Seen], Reply]) -> Iterator[str]:
    """Serve on a free local port; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    # A client that gave up on a slow answer is no error of the server's.
    server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
