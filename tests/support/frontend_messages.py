"""What a PostgreSQL client says, cut into messages: their framing, and how they read in a report.

The startup packet has no type byte; every later message is type, length and body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SSL_REQUEST, _GSS_REQUEST, _CANCEL_REQUEST = 80877103, 80877104, 80877102
_LENGTH = struct.Struct("!i")
_SHOWN_WORDS = 5
_NAMES = {
    b"": "Startup", b"p": "Password", b"Q": "Query", b"P": "Parse", b"B": "Bind",
    b"D": "Describe", b"E": "Execute", b"S": "Sync", b"H": "Flush", b"C": "Close",
    b"d": "CopyData", b"c": "CopyDone", b"f": "CopyFail", b"X": "Terminate",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a client, as its type byte (none for a packet before the session) and body."""

    type: bytes
    body: bytes

    @property
    def wire(self) -> bytes:
        """What is sent."""
        return self.type + _LENGTH.pack(len(self.body) + 4) + self.body

    @property
    def sql(self) -> str:
        """The statement of a Query or Parse, without its comments, in one line; else nothing."""
        if self.type not in {b"Q", b"P"}:
            return ""
        text = self.body.split(b"\0")[0 if self.type == b"Q" else 1].decode()
        lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
        return " ".join(" ".join(lines).split())

    @property
    def asks_for_encryption(self) -> bool:
        """Whether it comes before the startup packet, and asks for TLS or GSSAPI."""
        return not self.type and self._code in {_SSL_REQUEST, _GSS_REQUEST}

    @property
    def cancels(self) -> bool:
        """Whether it is all that its connection says: cancel what another one is doing."""
        return not self.type and self._code == _CANCEL_REQUEST

    @property
    def begins_statement(self) -> bool:
        """Whether the statement that it belongs to starts, or goes on with data, here."""
        return self.type not in {b"B", b"D", b"E", b"S"}

    @property
    def _code(self) -> int:
        code: int = _LENGTH.unpack_from(self.body)[0]
        return code

    def __str__(self) -> str:
        """Return its kind, and how its statement begins."""
        name = _NAMES.get(self.type, repr(self.type))
        return " ".join([name, *self.sql.split()[:_SHOWN_WORDS]])


class Framing:
    """Cuts one client's bytes into messages."""

    def __init__(self) -> None:
        self._pending = b""
        self._started = False

    def feed(self, received: bytes) -> Iterator[Message]:
        """Yield the messages that are complete now."""
        self._pending += received
        while True:
            start = 1 if self._started else 0
            if len(self._pending) < start + _LENGTH.size:
                return
            (length,) = _LENGTH.unpack_from(self._pending, start)
            if len(self._pending) < start + length:
                return
            body = self._pending[start + _LENGTH.size : start + length]
            message = Message(self._pending[:start], body)
            self._pending = self._pending[start + length :]
            self._started = self._started or not message.asks_for_encryption
            yield message
