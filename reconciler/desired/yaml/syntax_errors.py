"""What is said of a file that no parser takes, and where."""

from __future__ import annotations

from typing import NoReturn

from yaml import MarkedYAMLError

from reconciler.desired.yaml.findings import Findings, Mark
from reconciler.desired.yaml.grammar.cursor import GrammarError
from reconciler.desired.yaml.grammar.parser import CONTROL
from reconciler.desired.yaml.json_events import JsonSyntaxError
from reconciler.desired.yaml.markers import second_document
from reconciler.desired.yaml.source import SYNTAX_REMEDY, YamlSource
from reconciler.desired.yaml.text_place import START, Place, TextLines
from reconciler.model.kinds import reading as kinds


def place_of_error(source: YamlSource, error: Exception) -> Place:
    """Return where in ``source`` a parser met what its ``error`` is about."""
    if isinstance(error, GrammarError):
        return TextLines(source.text).place_at(error.index)
    mark: Mark | None = getattr(error, "problem_mark", None)
    return mark or START


def is_final(source: YamlSource, error: Exception) -> bool:
    """Return whether libyaml's ``error`` says what is wrong, whatever else may be said of it."""
    if not isinstance(error, MarkedYAMLError) and CONTROL.search(source.text):
        return True
    return isinstance(error, JsonSyntaxError) or second_document(source.text) is not None


def stop_at_syntax_error(source: YamlSource, findings: Findings, error: Exception) -> NoReturn:
    """Record the parser's ``error`` about ``source``.

    Raises:
        ReadingStopped: always.
    """
    if isinstance(error, JsonSyntaxError):
        findings.stop(kinds.JSON_SYNTAX, error.place, problem=str(error))
    if isinstance(error, GrammarError):
        place = place_of_error(source, error)
        findings.stop(kinds.YAML_SYNTAX, place, problem=str(error), remedy=error.remedy)
    second = second_document(source.text)
    if second is not None:
        findings.stop(kinds.YAML_DOCUMENTS, TextLines(source.text).place_at(second))
    control = CONTROL.search(source.text)
    if not isinstance(error, MarkedYAMLError) and control:
        place = TextLines(source.text).place_at(control.start())
        findings.stop(
            kinds.YAML_CHARACTER,
            place,
            character=f"U+{ord(control[0]):04X}",
            problem="it is a control character",
            remedy="Remove it; if it is meant, write its escape in double quotes.",
        )
    _stop_at_marked(source, findings, error)


def _stop_at_marked(source: YamlSource, findings: Findings, error: Exception) -> NoReturn:
    problem = getattr(error, "problem", None) or "it cannot be read"
    mark: Mark = getattr(error, "problem_mark", None) or START
    if problem == "found invalid Unicode character escape code":
        findings.stop(
            kinds.YAML_CHARACTER,
            mark,
            character="this escape",
            problem="it stands for no character by itself",
            remedy="Write the character itself, or \\U and its eight digits.",
        )
    context = getattr(error, "context", None)
    told = f"{context}, the parser {problem}" if context else problem
    remedy = _remedy(problem, context or "", TextLines(source.text).rest_at(mark))
    findings.stop(kinds.YAML_SYNTAX, mark, problem=told, remedy=remedy)


def _remedy(problem: str, context: str, rest: str) -> str:
    """Return what to write instead, where the place of an error tells it."""
    if "tab" in problem or rest.startswith("\t"):
        return "Write spaces where this line has a tab; then mend what is left."
    if context in ("while scanning an anchor", "while scanning an alias"):
        return "Write a name after '&' or '*', or put quotes around the text."
    if problem == "did not find expected ',' or '}'":
        return "Write a comma after each value, and close the braces."
    return SYNTAX_REMEDY
