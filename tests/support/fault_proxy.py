"""A TCP proxy before PostgreSQL that counts what a client says, and breaks things at one message.

Messages are numbered from 1 over all connections, in the order in which they arrive; requests
for encryption are declined and not counted. Each fault happens once; between and after them the
proxy forwards whatever comes, unless it was told to refuse.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.support.frontend_messages import Framing, Message

FAULT_AT = "--fault-at"
"""The option that names the one message to try."""
FAULT_POINTS = "fault points"
"""The property of a test's report that says at how many points it tried what."""

_CHUNK = 65536
_LAST_WORDS_SECONDS = 1.0
"""How long is waited for what clients that have gone said last, which may not have arrived yet."""


class When(Enum):
    """Whether a fault comes before its message is forwarded, or after it, the answer dropped."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at message ``at``: ``act`` is done, and then the link is cut if ``cuts``.

    With ``orphans`` the server is not told that its client is gone: its side of the link stays
    open until the proxy closes.
    """

    at: int
    when: When = When.BEFORE
    act: Callable[[], object] = lambda: None
    cuts: bool = True
    orphans: bool = False


class _CutError(Exception):
    """The link is to be cut."""


@dataclass(eq=False)
class _Link:
    """One client's connection and the server's end of it."""

    client: socket.socket
    server: socket.socket
    framing: Framing = field(default_factory=Framing)
    cut: bool = False
    orphan: bool = False


class FaultProxy:
    """Stands between clients and the server at ``upstream`` while its ``with`` block runs.

    ``messages`` is what was counted so far, and ``fired`` how many faults have happened.
    """

    def __init__(self, upstream: str, *faults: Fault) -> None:
        self.messages: list[Message] = []
        self.fired = 0
        self._upstream = upstream
        self._faults = {fault.at: fault for fault in faults}
        self._counting = threading.Lock()
        self._links: list[_Link] = []
        self._threads: list[threading.Thread] = []
        self._forwarding: list[threading.Thread] = []
        self._to_refuse = 0.0
        self._closing = False
        self._failures: list[BaseException] = []
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """Where clients connect to, as a connection string."""
        port = self._listener.getsockname()[1]
        return make_conninfo(self._upstream, host="127.0.0.1", hostaddr=None, port=port)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything, and wait until the server's processes have ended.

        What a fault's act raised is raised here.
        """
        self._closing = True
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self._threads[0].join()
        self._listener.close()
        give_up = time.monotonic() + _LAST_WORDS_SECONDS
        for thread in self._forwarding:
            thread.join(max(0.0, give_up - time.monotonic()))
        for link in self._links:
            _shut(link.client)
            _shut(link.server, socket.SHUT_WR)
        for thread in self._threads:
            thread.join()
        for link in self._links:
            link.client.close()
            link.server.close()
        for failure in self._failures:
            raise failure

    def refuse(self, connections: float = math.inf) -> None:
        """Close so many of the connections that are made from now on, or all of them."""
        self._to_refuse = connections

    def describe(self, number: int) -> str:
        """Return which message that is, for a report."""
        return f"message {number} ({self.messages[number - 1]})"

    def _start(self, work: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if self._closing:
                client.close()
                return
            if self._to_refuse:
                self._to_refuse -= 1
                client.close()
            else:
                self._link(client)

    def _link(self, client: socket.socket) -> None:
        try:
            link = _Link(client, _connected(self._upstream))
        except OSError:
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._links.append(link)
        self._forwarding.append(self._start(self._forward, link))
        self._start(self._answer, link)

    def _forward(self, link: _Link) -> None:
        """Pass on what the client says, until it leaves or the link is cut."""
        with contextlib.suppress(_CutError, OSError):
            while received := link.client.recv(_CHUNK):
                for message in link.framing.feed(received):
                    self._pass_on(link, message)
        if not link.orphan:
            _shut(link.server, socket.SHUT_WR)

    def _pass_on(self, link: _Link, message: Message) -> None:
        if message.asks_for_encryption:
            link.client.sendall(b"N")
            return
        fault = None if message.cancels else self._due(message)
        if fault is not None and fault.when is When.BEFORE:
            self._break(link, fault)
        link.cut = fault is not None and fault.cuts
        link.server.sendall(message.wire)
        if fault is not None and fault.when is When.AFTER:
            self._break(link, fault)

    def _due(self, message: Message) -> Fault | None:
        """Count a message, and return the fault that is to happen at it."""
        with self._counting:
            self.messages.append(message)
            return self._faults.get(len(self.messages))

    def _break(self, link: _Link, fault: Fault) -> None:
        self.fired += 1
        try:
            fault.act()
        except BaseException as error:
            self._failures.append(error)
            _shut(link.client)
            raise _CutError from error
        if fault.cuts:
            link.cut, link.orphan = True, fault.orphans
            _shut(link.client)
            raise _CutError

    def _answer(self, link: _Link) -> None:
        """Pass on what the server says; what comes over a link that was cut goes nowhere."""
        with contextlib.suppress(OSError):
            while received := link.server.recv(_CHUNK):
                if not link.cut:
                    with contextlib.suppress(OSError):
                        link.client.sendall(received)
        _shut(link.client)


def _connected(upstream: str) -> socket.socket:
    """Return a connection to the server that a URL or connection string names."""
    options = conninfo_to_dict(upstream)
    host, port = str(options.get("host", "localhost")), int(options.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    local = socket.socket(socket.AF_UNIX)
    local.connect(f"{host}/.s.PGSQL.{port}")
    return local


def _shut(link: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    with contextlib.suppress(OSError):
        link.shutdown(how)
