"""Run one command from start to exit and write down what it took. Needs nothing but Python.

``python -I -S stopwatch.py RESULT OUTPUT COMMAND…``: a process of its own, and a small one, since
a child begins with the peak memory of whoever started it. RESULT gets a JSON object: ``wall``,
``user`` and ``system`` in seconds, ``memory`` in bytes, ``code``. OUTPUT gets stdout and stderr.

CPU time is that of the command and of every process it waited for. Memory is the peak of the
resident sets of all its processes together, where two looks 20 ms apart agree, and never less
than the exact peak of the largest of them. The database server is none of its processes.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

_EVERY_SECONDS = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")
_KIB = 1024
# What the system counts memory of ended processes in: KiB, and bytes on macOS.
_UNIT = 1 if sys.platform == "darwin" else _KIB


def _resident(process: int) -> int:
    """Return the resident bytes of a process and of all below it; 0 where /proc has none."""
    try:
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
        tasks = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 - names are all that is wanted
        below = [
            int(child)
            for task in tasks
            for child in Path(f"/proc/{process}/task/{task}/children").read_text().split()
        ]
    except (OSError, IndexError, ValueError):
        return 0
    return own + sum(_resident(child) for child in below)


class _Watch(threading.Thread):
    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.over = process, 0, threading.Event()

    def run(self) -> None:
        before = 0
        while not self.over.wait(_EVERY_SECONDS):
            now = _resident(self.process)
            # A child that has yet to become another program shows its parent's memory once more.
            self.peak = max(self.peak, min(before, now))
            before = now


def main(result: str, output: str, *command: str) -> None:
    """Run the command; see above."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    redirections = [(os.POSIX_SPAWN_DUP2, descriptor, 1), (os.POSIX_SPAWN_DUP2, descriptor, 2)]
    begun = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=redirections)
    watch = _Watch(process)
    watch.start()
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - begun
    watch.over.set()
    measured = {
        "wall": wall,
        "user": used.ru_utime,
        "system": used.ru_stime,
        "memory": max(used.ru_maxrss * _UNIT, watch.peak),
        "code": os.waitstatus_to_exitcode(status),
    }
    Path(result).write_text(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
