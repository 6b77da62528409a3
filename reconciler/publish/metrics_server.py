"""An HTTP server of one page, ``/metrics``, made anew at each request."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from reconciler.model.errors import ReconcilerError

_CLIENT_SECONDS = 10


class MetricsServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves what ``make_page`` returns; a slow client keeps no other one waiting.

    Args:
        host: a name or address to listen at.
        port: 0 lets the system choose one.
        content_type: of the page.
        make_page: called for one request at a time.

    Raises:
        ReconcilerError: the address cannot be listened at.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, host: str, port: int, content_type: str, make_page: Callable[[], str]
    ) -> None:
        self.content_type = content_type
        self._make_page = make_page
        self._one_at_a_time = threading.Lock()
        try:
            family, _, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self.address_family = family
            super().__init__(address[:2], _Handler)  # type: ignore[arg-type]  # no scope
        except OSError as error:
            raise ReconcilerError(
                f"cannot listen at {host}, port {port}: {error.strerror}",
                "Name an address of this machine and a port that is free.",
            ) from None

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self.socket.getsockname()[1])

    def page(self) -> bytes:
        """Make the page."""
        with self._one_at_a_time:
            return self._make_page().encode()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    """Answers ``GET /metrics``, and refuses everything else without repeating it."""

    server: MetricsServer
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        """Answer with the page."""
        if self.path != "/metrics":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        page = self.server.page()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.server.content_type)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse with the status alone: what a client sent is not sent back."""
        refused = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else code
        self.close_connection = True
        self.send_response(refused)
        if refused == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def version_string(self) -> str:
        """Name the program, and neither its version nor Python's."""
        return "reconciler"

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name above
        """Keep no log of requests."""
