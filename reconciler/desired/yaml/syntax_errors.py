"""What is said of a file that no parser takes, and where."""

from __future__ import annotations

from yaml import MarkedYAMLError

from reconciler.desired.yaml.findings import Findings, Mark
from reconciler.desired.yaml.grammar.cursor import GrammarError
from reconciler.desired.yaml.grammar.parser import CONTROL
from reconciler.desired.yaml.json_events import JsonSyntaxError
from reconciler.desired.yaml.markers import second_document
from reconciler.desired.yaml.remedies import MEND
from reconciler.desired.yaml.source import YamlSource
from reconciler.desired.yaml.text_place import START, Place, TextLines
from reconciler.model.kinds import reading as kinds


def add_syntax_error(source: YamlSource, findings: Findings, error: Exception) -> Place | None:
    """Record the ``error`` that a parser raised about ``source``.

    Returns:
        Where another parser may see it otherwise; None where nothing else can be said.

    Raises:
        ReadingStopped: there are too many findings.
    """
    if isinstance(error, JsonSyntaxError):
        findings.add(kinds.JSON_SYNTAX, error.place, problem=str(error))
        return None
    if isinstance(error, GrammarError):
        place = TextLines(source.text).place_at(error.index)
        findings.add(kinds.YAML_SYNTAX, place, problem=str(error), remedy=error.remedy)
        return place
    text = source.text
    second = second_document(text)
    if second is not None:
        findings.add(kinds.YAML_DOCUMENTS, TextLines(text).place_at(second))
        return None
    control = CONTROL.search(text)
    if not isinstance(error, MarkedYAMLError) and control:
        findings.add(
            kinds.YAML_CHARACTER,
            TextLines(text).place_at(control.start()),
            character=f"U+{ord(control[0]):04X}",
            problem="it is a control character",
            remedy="Remove it; if it is meant, write its escape in double quotes.",
        )
        return None
    return _add_marked(text, findings, error)


def _add_marked(text: str, findings: Findings, error: Exception) -> Place:
    problem = getattr(error, "problem", None) or "it cannot be read"
    mark: Mark = getattr(error, "problem_mark", None) or START
    if problem == "found invalid Unicode character escape code":
        findings.add(
            kinds.YAML_CHARACTER,
            mark,
            character="this escape",
            problem="it stands for no character by itself",
            remedy="Write the character itself, or \\U and its eight digits.",
        )
        return mark
    context = getattr(error, "context", None)
    told = f"{context}, the parser {problem}" if context else problem
    remedy = _remedy(problem, context or "", TextLines(text).rest_at(mark))
    findings.add(kinds.YAML_SYNTAX, mark, problem=told, remedy=remedy)
    return mark


def _remedy(problem: str, context: str, rest: str) -> str:
    """Return what to write instead, where the place of an error tells it."""
    if "tab" in problem or rest.startswith("\t"):
        return "Write spaces where this line has a tab; then mend what is left."
    if context in ("while scanning an anchor", "while scanning an alias"):
        return "Write a name after '&' or '*', or put quotes around the text."
    if problem == "did not find expected ',' or '}'":
        return "Write a comma after each value, and close the braces."
    return MEND
