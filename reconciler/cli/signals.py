"""SIGINT, SIGTERM and SIGHUP: each ends a command, until it is done and they come too late."""

from __future__ import annotations

import signal
from types import FrameType

_arrived: list[int] = []
"""The signals that arrived: what was raised about one may come out as another error.

click raises an interrupt of its own, and a library that is no Python whatever it makes of it.
"""


class _EndedError(KeyboardInterrupt):
    """A signal arrived.

    A KeyboardInterrupt itself that passes through code compiled from text, as a dataclass is,
    makes the interpreter end by SIGINT at last, whatever exit code was asked for.
    """


def listen() -> None:
    """Have SIGTERM end a command like Ctrl-C: cancel the statement under way and roll back."""
    signal.signal(signal.SIGTERM, _end)
    # A session that is lost ends a command likewise, unless nohup had it ignored.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def ignore() -> None:
    """Have no signal change what the exit code says, once what it says was done.

    Nothing happens where ``listen`` was not called: signals are then somebody else's.
    """
    if signal.getsignal(signal.SIGTERM) is _end:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)


def have_arrived() -> bool:
    """Return whether any has arrived."""
    return bool(_arrived)


def was_terminated() -> bool:
    """Return whether SIGTERM has arrived, or SIGHUP."""
    return any(received != signal.SIGINT for received in _arrived)


def _end(received: int, _frame: FrameType | None) -> None:
    _arrived.append(received)
    raise _EndedError
