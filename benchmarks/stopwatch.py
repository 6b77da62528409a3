"""Run one command from start to exit and write down what it took. Needs nothing but Python.

``python -I -S stopwatch.py RESULT OUTPUT COMMAND…``: a process of its own, and a small one, since
a child begins with the peak memory of whoever started it. RESULT gets a JSON object: ``wall``,
``user`` and ``system`` in seconds, ``memory`` in bytes, ``code``. OUTPUT gets stdout and stderr.

CPU time is that of the command and of every process it waited for. Memory is the peak of what all
its processes have resident together, pages that they share counted once, where two looks in a row
agree; and never less than the exact peak of the largest of them. A look takes longer the more
memory there is: they are 20 ms apart, or twenty times what one takes. The database server is none
of its processes.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

_EVERY_SECONDS = 0.02
_LOOKS_TAKE_AT_MOST = 1 / 20
_KIB = 1024
# What the system counts memory of ended processes in: KiB, and bytes on macOS.
_UNIT = 1 if sys.platform == "darwin" else _KIB


def _resident(process: int) -> int:
    """Return the resident bytes of a process and of all below it; 0 where /proc has none.

    Of a page that several have, each is given its part: a forked process has most of its parent's.
    """
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * _KIB
        tasks = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 - names are all that is wanted
        below = [
            int(child)
            for task in tasks
            for child in Path(f"/proc/{process}/task/{task}/children").read_text().split()
        ]
    except (OSError, IndexError, ValueError, StopIteration):
        return 0
    return own + sum(_resident(child) for child in below)


class _Watch(threading.Thread):
    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.over = process, 0, threading.Event()

    def run(self) -> None:
        before, pause = 0, _EVERY_SECONDS
        while not self.over.wait(pause):
            begun = time.perf_counter()
            now = _resident(self.process)
            took = time.perf_counter() - begun
            pause = max(_EVERY_SECONDS, took / _LOOKS_TAKE_AT_MOST)
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
