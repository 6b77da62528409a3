"""The facts about a machine that times depend on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psycopg

from reconciler import __version__

_CPUINFO = Path("/proc/cpuinfo")


def facts_of(server: str) -> dict[str, str]:
    """Return name and value of each fact, of the machine and of the server at a URL."""
    with psycopg.connect(server) as connection:
        version = _setting(connection, "server_version")
        fsync = _setting(connection, "fsync")
        buffers = _setting(connection, "shared_buffers")
    return {
        "reconciler": __version__,
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{version}, fsync {fsync}, shared_buffers {buffers}",
    }


def _setting(connection: psycopg.Connection[tuple[str, ...]], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return row[0] if row else ""


def _processor() -> str:
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()
