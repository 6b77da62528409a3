"""What people use instead, at the tasks that it is used for.

Beyond a number of configurations the work is done for the first sites only and the time
multiplied; the remark says so.
"""

from __future__ import annotations

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.ground import RIVAL, Ground, Subject, require
from benchmarks.measuring import FailedRunError, Measured, measure
from benchmarks.rivals.octodns_zones import CONFIG, write_zones
from benchmarks.shape import site_slug

_SCRIPT = "benchmarks.rivals.usual_script"


def planning(ground: Ground) -> list[Subject]:
    """Return what would be used in place of ``plan``."""
    return [
        Subject(
            "cold plan",
            "usual script",
            RIVAL,
            lambda _: _usual(ground, "plan", "head", ground.loaded),
            _said(ground, "safe_load, jsonschema, a SELECT a row"),
            _missing("jsonschema"),
        ),
        Subject(
            "cold plan",
            "octodns-sync",
            RIVAL,
            lambda _: _octodns(ground),
            _said(ground, "as many DNS records, zones of 50, planned against YAML"),
            _missing("octodns"),
        ),
    ]


def applying(ground: Ground, task: str, ref: str) -> Subject:
    """Return what would be used in place of ``apply``, at the database ``usual``."""

    def run(_: int) -> Measured:
        if ref == "base":
            ground.installation.create_plain("usual")
        return _usual(ground, "apply", ref, ground.installation.administrator("usual"))

    remark = "a SELECT and an UPSERT a row; no history, audit, snapshot"
    return Subject(task, "usual script", RIVAL, run, _said(ground, remark), _missing("jsonschema"))


def _usual(ground: Ground, command: str, ref: str, database: str) -> Measured:
    sites = _sites(ground)
    last = site_slug(sites - 1) if sites < ground.shape.sites else ""
    arguments = (command, ref, *filter(None, [last]))
    expected = f"{sites * ground.shape.extensions} checked"
    found = require(ground.script(_SCRIPT, *arguments, database=database), expected)
    return found.scaled(ground.shape.sites / sites)


def _octodns(ground: Ground) -> Measured:
    sites = _sites(ground)
    folder = ground.folder / "octodns"
    shutil.rmtree(folder, ignore_errors=True)
    expected = write_zones(ground.shape, sites, folder)
    command: list[str | Path] = [
        Path(sys.executable).with_name("octodns-sync"),
        "--config-file",
        CONFIG,
    ]
    found = measure(command, folder, {})
    updates = sum(map(int, re.findall(r"Summary: .*Updates=(\d+)", found.output)))
    if updates != expected:
        raise FailedRunError(f"octoDNS found {updates} updates, and there are {expected}")
    return found.scaled(ground.shape.sites / sites)


def _sites(ground: Ground) -> int:
    return max(1, min(ground.shape.sites, ground.rival_most // ground.shape.extensions))


def _said(ground: Ground, remark: str) -> str:
    sites = _sites(ground)
    if sites == ground.shape.sites:
        return remark
    return f"EXTRAPOLATED from {sites * ground.shape.extensions:,}; {remark}"


def _missing(module: str) -> str:
    return "" if find_spec(module) else f"{module} is not installed"
