"""Reads one YAML or JSON file strictly: a value that every reader agrees on, or findings.

YAML is read as the core schema of YAML 1.2. What has two readings (duplicate keys, merge keys,
keys that are no strings, tags, numbers that lose digits) is refused with its place. No input
raises, and none takes more than a few seconds or a few hundred megabytes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from reconciler.desired.yaml.document import YamlDocument
from reconciler.desired.yaml.findings import Findings, ReadingStopped
from reconciler.desired.yaml.plain_blocks import read_plain
from reconciler.desired.yaml.plain_scalars import NotPlainError
from reconciler.desired.yaml.source import YamlSource, checked_source
from reconciler.model.diagnostic import Diagnostic, Severity, sorted_diagnostics
from reconciler.model.document import Document


class Reading(NamedTuple):
    """What came of reading one file."""

    document: Document | None
    """The file's value and places; None when any error was found."""

    diagnostics: tuple[Diagnostic, ...]
    """Every finding, in reporting order; warnings stand beside a document."""

    source: YamlSource | None
    """The text that was read, for who looks at how it is written; None as the document is."""


def read_yaml(path: str, data: bytes) -> Reading:
    """Read the bytes of one file.

    Args:
        path: the file's path as findings report it; one that ends in ``.json`` is read as JSON.
        data: the file's content. Nothing, or only comments, reads as the value None.

    Returns:
        The document, or what is wrong with it. Nothing is raised for any content.
    """
    if not path.endswith(".json"):
        with suppress(NotPlainError):
            source = YamlSource(data, is_json=False)
            return Reading(YamlDocument(path, read_plain(data), source), (), source)
    return read_whole(path, data)


def read_whole(path: str, data: bytes) -> Reading:
    """Read the bytes of one file, plain or not; see ``read_yaml``."""
    # The parsers take a while to be imported, and most runs meet none but plain files.
    from reconciler.desired.yaml.attempts import best_attempt  # noqa: PLC0415

    findings = Findings(path)
    attempt = None
    with suppress(ReadingStopped):
        source = checked_source(data, findings, is_json=path.endswith(".json"))
        attempt = best_attempt(source, findings)
        findings = attempt.findings
    found = findings.diagnostics
    diagnostics = sorted_diagnostics(found) if found else ()
    if attempt is None or any(each.severity is Severity.ERROR for each in found):
        return Reading(None, diagnostics, None)
    document = YamlDocument(path, attempt.value, attempt.source)
    return Reading(document, diagnostics, attempt.source)
