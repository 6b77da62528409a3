"""Findings about reading a file: its bytes, its YAML, its place in the folder."""

from __future__ import annotations

from reconciler.model.diagnostic import DiagnosticKind, Severity

YAML_SYNTAX = DiagnosticKind(
    "yaml-syntax",
    "not YAML that is read here: {problem}",
    "{remedy}",
    about=(
        "The parser cannot tell what is meant from here on. The place is where it gave up; "
        "the cause, often a bracket or quote left open or a wrong indentation, may stand a "
        "line or two earlier."
    ),
)
JSON_SYNTAX = DiagnosticKind(
    "json-syntax",
    "not valid JSON: {problem}",
    "Mend the file at this place; nothing in it was read.",
    about=(
        "Manifests and capability contracts may be JSON, and a file that ends in .json is "
        "read as strict JSON: no comments, no trailing commas, no single quotes."
    ),
)
YAML_DUPLICATE_KEY = DiagnosticKind(
    "yaml-duplicate-key",
    "key {key!r} is given twice in one mapping; the first is at line {first_line}",
    "Keep one of the two. YAML readers differ in which they take, so neither is.",
    about=(
        "Most YAML readers keep the last of the two and drop the first without a word, some "
        "keep the first. Whoever reviewed the file may have read the other one."
    ),
)
YAML_SIMILAR_KEY = DiagnosticKind(
    "yaml-similar-key",
    "key {key!r} differs from the key at line {first_line} only in case or Unicode form",
    "Keep one of the two, unless both are meant: keys are compared exactly as written.",
    Severity.WARNING,
    about=(
        "Two keys that look alike are seldom both meant, and only one is what the extension "
        "reads. Nothing is folded or normalised: the keys stay two different keys."
    ),
)
YAML_KEY_NOT_STRING = DiagnosticKind(
    "yaml-key-not-string",
    "{what} is used as a key; every key must be a string",
    "Write the key as a string in quotes, with its value after the colon.",
    about=(
        "YAML allows numbers, booleans and whole mappings as keys; JSON, and so the database, "
        'has only strings. Turning the key into one silently would make 1 and "1" the same '
        "key."
    ),
)
YAML_MERGE_KEY = DiagnosticKind(
    "yaml-merge-key",
    "merge key '<<' is not part of YAML 1.2 and is not read",
    "Write the keys out, or move what several sites share into a profile.",
    about=(
        "Readers disagree on which value wins where a merged key is also written out. "
        "Profiles are how several sites share configuration, and a plan names the profile "
        "that each value comes from."
    ),
)
YAML_TAG = DiagnosticKind(
    "yaml-tag",
    "this tag is not one of the core tags {allowed}",
    "Remove the tag, or put the value in quotes if it begins with '!'.",
    about=(
        "A tag asks the reader to make something other than plain data of a value; in other "
        "readers such tags run code. Only the tags of the YAML 1.2 core schema are taken."
    ),
)
YAML_TAG_MISMATCH = DiagnosticKind(
    "yaml-tag-mismatch",
    "what is tagged {tag!r} is not written as one",
    "Remove the tag, or write a value of its type.",
    about=(
        "The tag promises a type, such as an integer, and the text after it is not one. "
        "Guessing would put something else into the database than one of the two says."
    ),
)
YAML_VERSION = DiagnosticKind(
    "yaml-version",
    "the file declares YAML {version} and is read as YAML 1.2, where 'no' and 'on' are words",
    "Check words such as no, on and 012; then remove the %YAML line, or write %YAML 1.2.",
    Severity.WARNING,
    about=(
        "YAML 1.1 reads no as false, 12:30 as the number 750 and 012 as 10; the reconciler "
        "reads YAML 1.2, where they are two strings and the number 12. A file that claims 1.1 "
        "may have been written for the other reading."
    ),
)
YAML_DOCUMENTS = DiagnosticKind(
    "yaml-documents",
    "a second document begins here; a file holds one",
    "Move it to a file of its own, or remove the '---' line.",
    about=(
        "One file describes one thing. Of a second document it would be unclear which "
        "extension or site it is about, so none is read rather than only the first."
    ),
)
YAML_ENCODING = DiagnosticKind(
    "yaml-encoding",
    "not UTF-8: {problem}",
    "Save the file as UTF-8.",
    about=(
        "The bytes are no UTF-8, as with a file saved in a Windows or Latin code page. Read "
        "in the wrong encoding, a name such as Förderband reaches the database garbled."
    ),
)
YAML_CHARACTER = DiagnosticKind(
    "yaml-character",
    "{character} may not stand here: {problem}",
    "{remedy}",
    about=(
        "Some characters cannot be stored, such as U+0000 and unpaired surrogates; others "
        "cannot be seen, and YAML readers disagree about them. Left out silently, the value "
        "in the database would differ from the one in git."
    ),
)
YAML_NUMBER = DiagnosticKind(
    "yaml-number",
    "a number that not every reader keeps: {problem}",
    "Write a smaller number, or put it in quotes if it is a text such as a serial number.",
    about=(
        "Integers beyond 2^53-1 lose digits in most JSON readers, and infinity and NaN have "
        "no JSON form at all. What the extension would read is then not what was written."
    ),
)
YAML_UNDEFINED_ALIAS = DiagnosticKind(
    "yaml-undefined-alias",
    "this alias refers to no anchor before it in this file",
    "Define the anchor earlier in the file, or put the value in quotes if it begins with '*'.",
    about=(
        "An alias repeats what an earlier anchor named, and there is no such anchor. A text "
        "that merely begins with an asterisk needs quotes."
    ),
)
YAML_RECURSIVE_ALIAS = DiagnosticKind(
    "yaml-recursive-alias",
    "this alias refers to a part that it is itself inside of",
    "Write the part out; a value cannot contain itself.",
    about="The value would contain itself, endlessly. JSON has no form for that.",
)
YAML_ALIAS_EXPANSION = DiagnosticKind(
    "yaml-alias-expansion",
    "aliases expand to more than {nodes} values or {characters} characters in this file",
    "Write fewer aliases, or move what is shared into a profile.",
    about=(
        "A few lines of aliases of aliases can expand to billions of values and exhaust "
        "memory. The reader counts before it expands, and stops."
    ),
)
YAML_NESTING = DiagnosticKind(
    "yaml-nesting",
    "nested more than {limit} levels deep",
    "Flatten the structure.",
    about=(
        "No configuration is meant to be this deep; brackets in such numbers are an accident, "
        "or an attempt to make the reader fail."
    ),
)
YAML_SIZE = DiagnosticKind(
    "yaml-size",
    "the file has {size} bytes; at most {limit} are read",
    "Split the file, or remove from it what is not configuration.",
    about=(
        "A file of configuration has a few kilobytes. One of this size is usually data that "
        "belongs to the extension's own storage, or an export that was added by mistake."
    ),
)
YAML_VALUES = DiagnosticKind(
    "yaml-values",
    "{what} has more than {limit}; so many are not read",
    "Split the file, or remove from it what is not configuration.",
    about="A file of a mebibyte can hold more values than can be checked in seconds. No plant's "
    "configuration has nearly as many.",
)
YAML_TOO_MANY_FINDINGS = DiagnosticKind(
    "yaml-too-many-findings",
    "more than {limit} findings in this file; reading stopped here",
    "Mend those above and validate again.",
    about=(
        "One slip is usually behind all of them, and a longer list would only hide it. There "
        "may be further findings after this place."
    ),
)
