"""Findings about reading a file: its bytes, its YAML, its place in the folder."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

YAML_SYNTAX = DiagnosticKind(
    "yaml-syntax",
    "not YAML that is read here: {problem}",
    "{remedy}",
)
JSON_SYNTAX = DiagnosticKind(
    "json-syntax",
    "not valid JSON: {problem}",
    "Mend the file at this place; nothing in it was read.",
)
YAML_DUPLICATE_KEY = DiagnosticKind(
    "yaml-duplicate-key",
    "key {key!r} is given twice in one mapping; the first is at line {first_line}",
    "Keep one of the two. YAML readers differ in which they take, so neither is.",
)
YAML_SIMILAR_KEY = DiagnosticKind(
    "yaml-similar-key",
    "key {key!r} differs from the key at line {first_line} only in case or Unicode form",
    "Keep one of the two, unless both are meant: keys are compared exactly as written.",
    Severity.WARNING,
)
YAML_KEY_NOT_STRING = DiagnosticKind(
    "yaml-key-not-string",
    "{what} is used as a key; every key must be a string",
    "Write the key as a string in quotes, with its value after the colon.",
)
YAML_MERGE_KEY = DiagnosticKind(
    "yaml-merge-key",
    "merge key '<<' is not part of YAML 1.2 and is not read",
    "Write the keys out, or move what several sites share into a profile.",
)
YAML_TAG = DiagnosticKind(
    "yaml-tag",
    "this tag is not one of the core tags {allowed}",
    "Remove the tag, or put the value in quotes if it begins with '!'.",
)
YAML_TAG_MISMATCH = DiagnosticKind(
    "yaml-tag-mismatch",
    "what is tagged {tag!r} is not written as one",
    "Remove the tag, or write a value of its type.",
)
YAML_VERSION = DiagnosticKind(
    "yaml-version",
    "the file declares YAML {version} and is read as YAML 1.2, where 'no' and 'on' are words",
    "Check words such as no, on and 012; then remove the %YAML line, or write %YAML 1.2.",
    Severity.WARNING,
)
YAML_DOCUMENTS = DiagnosticKind(
    "yaml-documents",
    "a second document begins here; a file holds one",
    "Move it to a file of its own, or remove the '---' line.",
)
YAML_ENCODING = DiagnosticKind(
    "yaml-encoding",
    "not UTF-8: {problem}",
    "Save the file as UTF-8.",
)
YAML_CHARACTER = DiagnosticKind(
    "yaml-character",
    "{character} may not stand here: {problem}",
    "{remedy}",
)
YAML_NUMBER = DiagnosticKind(
    "yaml-number",
    "a number that not every reader keeps: {problem}",
    "Write a smaller number, or put it in quotes if it is a text such as a serial number.",
)
YAML_UNDEFINED_ALIAS = DiagnosticKind(
    "yaml-undefined-alias",
    "this alias refers to no anchor before it in this file",
    "Define the anchor earlier in the file, or put the value in quotes if it begins with '*'.",
)
YAML_RECURSIVE_ALIAS = DiagnosticKind(
    "yaml-recursive-alias",
    "this alias refers to a part that it is itself inside of",
    "Write the part out; a value cannot contain itself.",
)
YAML_ALIAS_EXPANSION = DiagnosticKind(
    "yaml-alias-expansion",
    "aliases expand to more than {nodes} values or {characters} characters in this file",
    "Write fewer aliases, or move what is shared into a profile.",
)
YAML_NESTING = DiagnosticKind(
    "yaml-nesting",
    "nested more than {limit} levels deep",
    "Flatten the structure.",
)
YAML_SIZE = DiagnosticKind(
    "yaml-size",
    "the file has {size} bytes; at most {limit} are read",
    "Split the file, or remove from it what is not configuration.",
)
YAML_VALUES = DiagnosticKind(
    "yaml-values",
    "{what} has more than {limit}; so many are not read",
    "Split the file, or remove from it what is not configuration.",
)
YAML_TOO_MANY_FINDINGS = DiagnosticKind(
    "yaml-too-many-findings",
    "more than {limit} findings in this file; reading stopped here",
    "Mend those above and validate again.",
)
