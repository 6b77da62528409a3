"""Findings as JUnit XML, which GitLab, Jenkins and others show as tests.

A suite is a file. An error is a test that failed; a warning or a note is a test that passed and
has something to say, so that it fails nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.report.diagnostic_view import acceptance, concerned
from reconciler.report.escaping import cut, unattached

_PROGRAM = "reconciler validate"
_SUFFIXES = (".yaml", ".yml", ".json")
_LONGEST_NAME = 500
_LONGEST_LINE = 2000


def diagnostics_as_junit(diagnostics: Sequence[Diagnostic]) -> str:
    """Return the findings as a JUnit document; without an error it says that one test passed."""
    root = ET.Element("testsuites", name=_PROGRAM)
    if not any(found.severity is Severity.ERROR for found in diagnostics):
        valid = ET.Element("testcase", classname=_PROGRAM, name="the desired state is valid")
        root.append(_suite(_PROGRAM, [valid]))
    by_file: dict[str, list[ET.Element]] = {}
    for found, name in _named(diagnostics):
        by_file.setdefault(found.location.path, []).append(_case(found, name))
    root.extend(_suite(path, cases) for path, cases in by_file.items())
    _count(root)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _named(diagnostics: Sequence[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Yield each finding with a name of its own: readers take two of one name for the same test.

    The name holds no line, so that a finding is known again after lines were moved.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for found in diagnostics:
        whom = concerned(found)
        name = cut(_line(f"{found.code}: {found.message}"), _LONGEST_NAME)
        name += f" ({cut(_line(whom), _LONGEST_NAME)})" if whom else ""
        key = _class_name(found.location.path), name
        seen[key] += 1
        yield found, f"{name} #{seen[key]}" if seen[key] > 1 else name


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", name=_line(name))
    suite.extend(cases)
    _count(suite)
    return suite


def _count(element: ET.Element) -> None:
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    element.set("failures", str(sum(1 for _ in element.iter("failure"))))
    element.set("errors", "0")


def _case(found: Diagnostic, name: str) -> ET.Element:
    place = found.location
    file = _line(place.path)
    case = ET.Element("testcase", classname=_class_name(place.path), name=name, file=file)
    case.set("line", str(place.line))
    if found.severity is Severity.ERROR:
        message = cut(_line(found.message), _LONGEST_LINE)
        said = ET.SubElement(case, "failure", message=message, type=_line(found.code))
    else:
        said = ET.SubElement(case, "system-out")
    said.text = _told(found)
    return case


def _told(found: Diagnostic) -> str:
    """Return all there is to say, since some readers show this text and nothing else."""
    first = f"{found.location}: {found.severity} [{found.code}] {found.message}"
    lines = (first, found.hint, acceptance(found))
    return "\n".join(cut(_line(line), _LONGEST_LINE) for line in lines if line)


def _class_name(path: str) -> str:
    """Return a path without its suffix: Jenkins takes what stands behind a dot for a class."""
    shown = _line(path)
    return next((shown.removesuffix(end) for end in _SUFFIXES if shown.endswith(end)), shown)


def _line(text: str) -> str:
    return unattached(text)
