"""Reads one YAML or JSON file strictly: a value that every reader agrees on, or findings.

YAML is read as the core schema of YAML 1.2. What has two readings (duplicate keys, merge keys,
keys that are no strings, tags, numbers that lose digits) is refused with its place. No input
raises, and none takes more than a few seconds or a few hundred megabytes.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from reconciler.desired.yaml.builder import ValueBuilder
from reconciler.desired.yaml.document import YamlDocument
from reconciler.desired.yaml.findings import Findings, ReadingStopped
from reconciler.desired.yaml.source import (
    READING_ERRORS,
    YamlSource,
    checked_source,
    stop_at_syntax_error,
)
from reconciler.desired.yaml.strictness import check_strictness
from reconciler.model.diagnostic import Diagnostic, Severity, sorted_diagnostics
from reconciler.model.document import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one file."""

    document: Document | None
    """The file's value and places; None when any error was found."""

    diagnostics: tuple[Diagnostic, ...]
    """Every finding, in reporting order; warnings stand beside a document."""


def read_yaml(path: str, data: bytes) -> Reading:
    """Read the bytes of one file.

    Args:
        path: the file's path as findings report it; one that ends in ``.json`` is read as JSON.
        data: the file's content. Nothing, or only comments, reads as the value None.

    Returns:
        The document, or what is wrong with it. Nothing is raised for any content.
    """
    findings = Findings(path)
    document = None
    with suppress(ReadingStopped):
        document = _read(path, data, findings)
    errors = any(found.severity is Severity.ERROR for found in findings.diagnostics)
    diagnostics = sorted_diagnostics(findings.diagnostics) if findings.diagnostics else ()
    return Reading(None if errors else document, diagnostics)


def _read(path: str, data: bytes, findings: Findings) -> YamlDocument:
    source = checked_source(data, findings, is_json=path.endswith(".json"))
    builder = ValueBuilder(findings)
    _parse(source, builder, findings)
    if not source.is_json:
        check_strictness(source, findings, suspected=builder.needs_strictness)
    return YamlDocument(path, builder.value, source)


def _parse(source: YamlSource, builder: ValueBuilder, findings: Findings) -> None:
    try:
        builder.feed(source.events())
    except READING_ERRORS as error:
        stop_at_syntax_error(source, findings, error)
