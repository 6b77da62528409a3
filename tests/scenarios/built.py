"""Scenarios that no text file can hold: links, pipes, other encodings, very many lines.

A step gets the small folder, whose parent is an empty folder of its own: a scenario about an
author makes its commits there with ``tests.support.desired_folder.GitRepository``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

from tests.scenarios.scenario import Scenario, Step
from tests.support.desired_folder import EXTENSION_FILE, MANIFEST_FILE, SITE, SMALL, DesiredFolder

SHOWN = f"desired-state/{EXTENSION_FILE}"
LIMIT = 1024 * 1024


def _write(content: str | bytes) -> Step:
    def step(folder: DesiredFolder) -> None:
        (folder.path / EXTENSION_FILE).unlink()
        folder.write(EXTENSION_FILE, content)

    return step


_restore = _write(SMALL[EXTENSION_FILE])


def _link_outside(folder: DesiredFolder) -> None:
    (folder.path.parent / "line-dashboard.yaml").write_text("version: 1.0.0\n", encoding="utf-8")
    folder.remove(EXTENSION_FILE)
    (folder.path / EXTENSION_FILE).symlink_to("../../../../line-dashboard.yaml")


def _link_to_itself(folder: DesiredFolder) -> None:
    folder.remove(EXTENSION_FILE)
    (folder.path / EXTENSION_FILE).symlink_to("line-dashboard.yaml")


def _pipe(folder: DesiredFolder) -> None:
    folder.remove(EXTENSION_FILE)
    os.mkfifo(folder.path / EXTENSION_FILE)


_CONTRACTS = tuple(
    f"catalog/capabilities/{name}.yaml" for name in ("Erp-integration", "erp-integration")
)


def _contract_twice(folder: DesiredFolder) -> None:
    for path in _CONTRACTS:
        folder.write(path, f"id: {Path(path).stem}\nname: ERP integration\n")


_SITE_FILE = f"sites/{SITE}/site.yaml"


def _list_1002_signers(folder: DesiredFolder) -> None:
    names = "\n".join(f"   - nobody{number}" for number in range(1002))
    folder.replace(_SITE_FILE, " [mlopez]", "\n" + names)


def _restore_site(folder: DesiredFolder) -> None:
    folder.write(_SITE_FILE, SMALL[_SITE_FILE])


def _configure_long_list(folder: DesiredFolder) -> None:
    folder.manifest({"properties": {"stations": {"items": {"enum": [*range(2_000)]}}}})
    folder.configure({"stations": [*range(2_000)]})


def _restore_both(folder: DesiredFolder) -> None:
    folder.write(MANIFEST_FILE, SMALL[MANIFEST_FILE])
    _restore(folder)


def _configure_502_keys(folder: DesiredFolder) -> None:
    folder.configure({f"station-{number:03}": 1 for number in range(502)})


_STATIONS = [f"station-{number:02}" for number in range(33)]


def _follow(policy: Callable[[str], str]) -> Step:
    """Return the step that enables 33 stations, each of which says that its policy is alone."""

    def step(folder: DesiredFolder) -> None:
        for name in _STATIONS:
            alone = {"scope": "capability", "capability": "printing", "policy": policy(name)}
            folder.manifest(
                {},
                extension=name,
                capabilities={
                    "provides": [{"name": "printing", "version": "v1", "policy": policy(name)}]
                },
                conflicts={"policyExclusions": [{**alone, "reason": "one queue"}]},
            )
            folder.write(f"sites/{SITE}/extensions/{name}.yaml", "version: 1.0.0\n")

    return step


_PAIRS = list(combinations(_STATIONS, 2))
_TITLE = "version: 1.0.0\nconfiguration:\n  title: Förderband 1\n  interval: 60\n"
_NUMBERED = "version: 1.0.0\nconfiguration:\n" + "".join(
    f"  {number}: Station\n" for number in range(2000)
)
_START = b"version: 1.0.0\nconfiguration: {title: Line 1, interval: 60}\n# "

_SCENARIOS = (
    Scenario(
        "outside-link",
        _link_outside,
        _restore,
        (f"{SHOWN}:1:1 error outside-link",),
        told=(
            "`line-dashboard.yaml` is a symbolic link to a file beside the desired-state folder.",
            "`line-dashboard.yaml` is the file itself.",
        ),
    ),
    Scenario(
        "not-a-file",
        _pipe,
        _restore,
        (f"{SHOWN}:1:1 error not-a-file",),
        told=(
            "`line-dashboard.yaml` is a named pipe, as `mkfifo` makes one.",
            "`line-dashboard.yaml` is an ordinary file.",
        ),
    ),
    Scenario(
        "unreadable-file",
        _link_to_itself,
        _restore,
        (f"{SHOWN}:1:1 error unreadable-file",),
        told=(
            "`line-dashboard.yaml` is a symbolic link to itself.",
            "`line-dashboard.yaml` is an ordinary file.",
        ),
    ),
    Scenario(
        "yaml-encoding",
        _write(_TITLE.encode("latin-1")),
        _write(_TITLE),
        (f"{SHOWN}:3:11 error yaml-encoding",),
        told=(
            "Saved as ISO 8859-1, the `ö` of `title: Förderband 1` is the one byte `F6`.",
            "saved as UTF-8, it is the two bytes `C3 B6`.",
        ),
    ),
    Scenario(
        "yaml-size",
        _write(_START + b"-" * (LIMIT + 1 - len(_START))),
        _write(_START + b"-" * (LIMIT - len(_START))),
        (f"{SHOWN}:1:1 error yaml-size",),
        told=(
            "A comment makes the file one byte longer than 1 MiB.",
            "the comment is one byte shorter.",
        ),
    ),
    Scenario(
        "yaml-too-many-findings",
        _write(_NUMBERED),
        _restore,
        (
            *(f"{SHOWN}:{line}:3 error yaml-key-not-string" for line in range(3, 1003)),
            f"{SHOWN}:1003:3 error yaml-too-many-findings",
        ),
        told=(
            "A list of 2,000 stations was pasted in as a mapping with numbers for keys.",
            "the keys that the extension knows are written instead.",
        ),
    ),
    Scenario(
        "yaml-values",
        _write("version: 1.0.0\nsignoffs:\n" + "- 1\n" * 20_001),
        _restore,
        (f"{SHOWN}:20003:3 error yaml-values",),
        told=(
            "20,001 numbers were pasted in as a list.",
            "what the extension knows is written instead.",
        ),
    ),
    Scenario(
        "too-many-findings",
        _list_1002_signers,
        _restore_site,
        (
            *(f"desired-state/{_SITE_FILE}:{line}:6 error unknown-user" for line in range(7, 1007)),
            f"desired-state/{_SITE_FILE}:1:1 error too-many-findings",
        ),
        told=(
            "`signers` lists 1,002 people who are no users.",
            "`signers` lists users.",
        ),
    ),
    Scenario(
        "configuration-too-large",
        _configure_long_list,
        _restore_both,
        (f"{SHOWN}:3:19 error configuration-too-large",),
        told=(
            "a list of 2,000 stations is to be checked against an enumeration of 2,000.",
            "the schema has no such enumeration.",
        ),
    ),
    Scenario(
        "conflict-findings",
        _follow(lambda name: name),
        _follow(lambda _: "shared-queue"),
        (
            *(
                f"desired-state/sites/{SITE}/extensions/{first}.yaml:1:10 error conflict-policy"
                for first, _ in _PAIRS[:500]
            ),
            f"desired-state/sites/{SITE}/site.yaml:1:1 error conflict-findings",
        ),
        told=(
            "33 extensions provide one capability, each by a policy that excludes all others.",
            "they follow the same policy.",
        ),
    ),
    Scenario(
        "similar-path",
        _contract_twice,
        lambda folder: folder.remove(_CONTRACTS[1]),
        (f"desired-state/{_CONTRACTS[1]}:1:1 warning similar-path",),
        told=(
            "the catalog has `Erp-integration.yaml` and `erp-integration.yaml`.",
            "one of the two is removed.",
        ),
    ),
    Scenario(
        "configuration-findings",
        _configure_502_keys,
        _restore,
        (
            f"{SHOWN}:3:19 error configuration-findings",
            *(f"{SHOWN}:{line}:3 error configuration-unknown" for line in range(4, 504)),
        ),
        told=(
            "`configuration` has 502 keys that the extension does not know.",
            "`configuration` has the keys that it does know.",
        ),
    ),
)

BUILT: dict[str, Scenario] = {scenario.code: scenario for scenario in _SCENARIOS}
