"""Factories of desired-state folders and of the git repositories they lie in.

A new folder is small and valid: one site, one extension. A test changes what it is about.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.desired.loader import load
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.working_tree import read_working_tree
from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.operations.desired_state import Source, check_desired_state

EXAMPLE = Path(__file__).parents[2] / "desired-state"
SITE_ID = "11111111-1111-4111-8111-111111111111"
SERVICE_USER_ID = "22222222-2222-4222-8222-222222222222"
SIGNER_ID = "33333333-3333-4333-8333-333333333333"
SITE = "hartford"
EXTENSION = "line-dashboard"
VERSION = "1.0.0"
EXTENSION_FILE = f"sites/{SITE}/extensions/{EXTENSION}.yaml"
MANIFEST_FILE = f"catalog/extensions/{EXTENSION}/{VERSION}.yaml"

SMALL: dict[str, str] = {
    "reconciler.yaml": 'formatVersion: "1.0"\ninstallation: machshop\nserviceUser: reconciler\n',
    "users.yaml": f"""\
users:
  - id: {SERVICE_USER_ID}
    username: reconciler
    name: Reconciler
  - id: {SIGNER_ID}
    username: mlopez
    name: Maria Lopez
    email: maria.lopez@machshop.example
  - id: 44444444-4444-4444-8444-444444444444
    username: tnguyen
    name: Tran Nguyen
    email: tran.nguyen@machshop.example
""",
    f"sites/{SITE}/site.yaml": f"""\
id: {SITE_ID}
name: Hartford
mesVersion: 4.2.0
apiVersion: v2.4
signers:
  quality-manager: [mlopez]
""",
    EXTENSION_FILE: f"""\
version: {VERSION}
configuration:
  title: Line 1
  interval: 60
""",
    MANIFEST_FILE: f"""\
id: {EXTENSION}
version: {VERSION}
name: Line Dashboard
type: ui-extension
category: dashboard-widget
foundationTier: optional
apiVersion: v2.0
mesVersion: 4.0.0
extensionSchemaVersion: "2.0"
description: Output and stops of one line
configuration:
  properties:
    title: {{type: string}}
    interval: {{type: integer}}
    password: {{type: string}}
""",
}
"""The files of the small folder by path."""


class DesiredFolder:
    """A desired-state folder that a test writes into; paths are relative to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, relative: str, content: str | bytes) -> Path:
        """Write a file, its folders included."""
        path = self.path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def write_value(self, relative: str, value: object) -> Path:
        """Write a JSON value as a file; YAML reads it as it is."""
        return self.write(relative, json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def replace(self, relative: str, old: str, new: str) -> None:
        """Replace a part of a file that stands in it once."""
        text = (self.path / relative).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{relative} has {old!r} {text.count(old)} times"
        self.write(relative, text.replace(old, new))

    def remove(self, relative: str) -> None:
        """Remove a file."""
        (self.path / relative).unlink()

    def configure(self, configuration: object, **entry: object) -> Path:
        """Write the configuration of the small folder's one extension."""
        value = {"version": VERSION, "configuration": configuration, **entry}
        return self.write_value(EXTENSION_FILE, value)

    def manifest(
        self, schema: object, extension: str = EXTENSION, version: str = VERSION, **fields: object
    ) -> Path:
        """Write a manifest with ``schema`` for its configuration; it keeps to manifest v2."""
        value = {
            "id": extension,
            "version": version,
            "name": extension,
            "type": "ui-extension",
            "category": "dashboard-widget",
            "foundationTier": "optional",
            "apiVersion": "v2.0",
            "mesVersion": "4.0.0",
            "extensionSchemaVersion": "2.0",
            "description": "Output and stops of one line",
            "configuration": schema,
            **fields,
        }
        return self.write_value(f"catalog/extensions/{extension}/{version}.yaml", value)

    def findings(self) -> list[Diagnostic]:
        """Return every finding about the working tree, in reporting order."""
        return list(check_desired_state(Source(self.path)).diagnostics)

    def codes(self) -> list[str]:
        """Return the codes of the findings, in reporting order."""
        return [finding.code for finding in self.findings()]

    def state(self) -> DesiredState:
        """Return the desired state, whatever rules it breaks."""
        return state_of(read_working_tree(self.path))

    def configuration(self, extension: str = EXTENSION, site: str = SITE) -> DesiredConfiguration:
        """Return one desired configuration."""
        for found in self.state().configurations.values():
            if (found.site.slug, found.extension) == (site, extension):
                return found
        raise AssertionError(f"{site}/{extension} is not desired")


def small_folder(path: Path) -> DesiredFolder:
    """Return a valid folder with one site and one extension."""
    folder = DesiredFolder(path)
    for relative, content in SMALL.items():
        folder.write(relative, content)
    return folder


def example_folder(path: Path) -> DesiredFolder:
    """Return a copy of the example state that the product comes with."""
    shutil.copytree(EXAMPLE, path)
    return DesiredFolder(path)


def state_of(tree: SourceTree) -> DesiredState:
    """Return the desired state that a tree of files describes."""
    state = load(tree).state
    assert state is not None
    return state


def git_environment(home: Path) -> dict[str, str]:
    """Return an environment in which git knows nothing of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


class GitRepository:
    """A real repository; author and committer are given with each commit."""

    def __init__(self, root: Path, *, object_format: str = "sha1") -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")

    def git(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run git in the repository and return what it prints."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**git_environment(self.root), **(environment or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(
        self,
        message: str = "Change it",
        *,
        author: str = "Tran Nguyen",
        email: str = "tran.nguyen@machshop.example",
    ) -> str:
        """Commit everything and return the commit's name."""
        date = "2026-11-20T09:00:00+0000"
        person: dict[str, str] = {}
        for role in ("AUTHOR", "COMMITTER"):
            person |= {
                f"GIT_{role}_NAME": author,
                f"GIT_{role}_EMAIL": email,
                f"GIT_{role}_DATE": date,
            }
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, environment=person)
        return self.git("rev-parse", "HEAD")

    def listing(self) -> dict[str, tuple[int, int, Any]]:
        """Return every file below the root, git's own included: mode, mtime and content."""
        found: dict[str, tuple[int, int, Any]] = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
            found[str(path.relative_to(self.root))] = status.st_mode, status.st_mtime_ns, content
        return found
