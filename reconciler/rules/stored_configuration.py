"""What is stored in a live row, judged: whether files can hold it, and whether it may be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from reconciler.model.adoption import AdoptionCode, JudgedConfiguration
from reconciler.model.canonical import config_hash
from reconciler.model.document import JsonObject, JsonValue
from reconciler.model.files import EXTENSION_ID_PATTERN, VERSION_PATTERN
from reconciler.model.pointer import pointer
from reconciler.model.sensitivity import is_reference, sensitive_values
from reconciler.model.stored import InexactNumberError, stored_value

_DEEPEST = 95
"""Levels of a configuration; its file adds one, and readers take 100."""


def value_or_problem(text: str) -> JsonObject | str:
    """Return the value of a stored configuration, or why no file can hold it."""
    try:
        value: JsonValue = stored_value(text)
    except InexactNumberError:
        return "it holds a number that loses digits where JSON is read"
    except RecursionError:
        return "it is nested too deep"
    if not isinstance(value, dict):
        return "its configuration is no mapping"
    return "it is nested too deep" if _depth_exceeds(value, _DEEPEST) else value


def name_problems(extension_id: str, version: str) -> Iterator[str]:
    """Yield why no file can be named after an extension, or hold a version."""
    if not re.fullmatch(EXTENSION_ID_PATTERN, extension_id):
        yield "an extension's id is of a-z, 0-9 and hyphens between them"
    if not re.fullmatch(VERSION_PATTERN, version):
        yield f"{version!r} is no semantic version"


def plaintext_secrets(schemas: Sequence[Mapping[str, Any]], value: JsonValue) -> list[str]:
    """Return where secrets are in a configuration, as far as schemas and names tell; no value."""
    return sorted(
        {
            pointer(path)
            for schema in schemas
            for path, found in sensitive_values(schema, value)
            if found is not None and not is_reference(found)
        }
    )


def judged(site_id: UUID, extension_id: str, version: str, text: str) -> JudgedConfiguration:
    """Return how a live configuration that somebody else wrote is adopted; no catalog is asked."""
    problems = [
        (AdoptionCode.UNWRITABLE, "", problem) for problem in name_problems(extension_id, version)
    ]
    value = value_or_problem(text)
    if isinstance(value, str):
        problems.append((AdoptionCode.UNWRITABLE, "", value))
        return JudgedConfiguration(None, withheld=True, problems=tuple(problems))
    secrets = plaintext_secrets([{}], value)
    problems += [(AdoptionCode.PLAINTEXT, place, "a secret in plaintext") for place in secrets]
    found = config_hash(site_id, extension_id, version, value)
    return JudgedConfiguration(found, withheld=bool(secrets), problems=tuple(problems))


def _depth_exceeds(value: JsonValue, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
