"""SIGINT, SIGTERM and SIGHUP: each ends a command, until it is done and they come too late."""

from __future__ import annotations

import signal
from types import FrameType

_arrived: list[int] = []
"""The SIGTERMs that arrived: click raises an interrupt of its own about them."""


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM arrived.

    A KeyboardInterrupt itself that passes through code compiled from text, as a dataclass is,
    makes the interpreter end by SIGINT at last, whatever exit code was asked for.
    """


def listen() -> None:
    """Have SIGTERM end a command like Ctrl-C: cancel the statement under way and roll back."""
    signal.signal(signal.SIGTERM, _terminate)
    # A session that is lost ends a command likewise, unless nohup had it ignored.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _terminate)


def ignore() -> None:
    """Have no signal change what the exit code says, once what it says was done.

    Nothing happens where ``listen`` was not called: signals are then somebody else's.
    """
    if signal.getsignal(signal.SIGTERM) is _terminate:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)


def was_terminated() -> bool:
    """Return whether SIGTERM has arrived."""
    return bool(_arrived)


def _terminate(received: int, _frame: FrameType | None) -> None:
    _arrived.append(received)
    raise _TerminatedError
