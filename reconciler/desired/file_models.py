"""A document checked against its file kind's model; what breaks it becomes findings in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reconciler.model.diagnostic import MOST_FINDINGS, Diagnostic, Location
from reconciler.model.document import Document, Path
from reconciler.model.kinds import files as kinds
from reconciler.model.kinds.catalog import MANIFEST_INVALID
from reconciler.model.pointer import pointer
from reconciler.rules.suggestion import did_you_mean

Model = TypeVar("Model", bound=BaseModel)


def read_model(
    document: Document, kind: str, model: type[Model], diagnostics: list[Diagnostic]
) -> Model | None:
    """Return a document as its model, or None with the reasons added to ``diagnostics``.

    Args:
        document: the parsed file.
        kind: the name that findings call this kind of file by.
        model: what the file must be.
        diagnostics: where findings are added.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        found = (_finding(document, kind, model, each) for each in _details(error))
        diagnostics.extend(_listed(document, found))
    return None


def read_manifest_part(
    document: Document, model: type[Model], diagnostics: list[Diagnostic]
) -> Model | None:
    """Return the fields relied on of a manifest or contract, or None with the reasons added."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        found = (
            MANIFEST_INVALID.at(
                document.locate(each["loc"]), place=_place(each["loc"]), problem=_problem(each)
            )
            for each in _details(error)
        )
        diagnostics.extend(_listed(document, found))
    return None


def _listed(document: Document, found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield findings up to the number that one file may have, and then that there are more."""
    yield from islice(found, MOST_FINDINGS)
    if next(found, None) is not None:
        place = Location(path=document.locate(()).path)
        yield kinds.TOO_MANY_FINDINGS.at(place, limit=f"{MOST_FINDINGS:,}")


def _details(error: ValidationError) -> list[ErrorDetails]:
    """Return what is wrong, without the values: one of them may be a secret."""
    return error.errors(include_url=False, include_context=False, include_input=False)


def _problem(details: ErrorDetails) -> str:
    if details["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return "a mapping of keys to values is expected"
    message = details["msg"]
    return (
        message[0].lower() + message[1:] if message.startswith(("Input ", "String ")) else message
    )


def _place(path: Path) -> str:
    return pointer(path) or "the file"


def _finding(
    document: Document, kind: str, model: type[BaseModel], details: ErrorDetails
) -> Diagnostic:
    path = details["loc"]
    if details["type"] == "missing":
        return kinds.MISSING_KEY.at(document.locate(path[:-1]), key=path[-1], kind=kind)
    if details["type"] == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        return kinds.UNKNOWN_KEY.at(
            document.locate_key(path),
            key=path[-1],
            kind=kind,
            suggestion=did_you_mean(str(path[-1]), known, "Remove it."),
        )
    location = document.locate(path)
    if path and path[-1] == "[key]":
        path = path[:-1]
        location = document.locate_key(path)
    found = kinds.WRONG_TYPE if details["type"].endswith("_type") else kinds.INVALID_VALUE
    return found.at(location, place=_place(path), problem=_problem(details), kind=kind)


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _known_keys(model: type[BaseModel], path: Path) -> set[str]:
    """Return the keys that a model takes at ``path``, from its JSON Schema."""
    whole = _schema(model)
    found: set[str] = set()
    for schema in _schemas_at(whole, whole, path):
        found.update(schema.get("properties", {}))
    return found


def _schemas_at(
    whole: Mapping[str, Any], schema: Mapping[str, Any], path: Path
) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _schemas_at(whole, whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]], path)
        return
    for branch in schema.get("anyOf", ()):
        yield from _schemas_at(whole, branch, path)
    if not path:
        yield schema
        return
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        below = schema.get("items")
    else:
        below = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
    if isinstance(below, dict):
        yield from _schemas_at(whole, below, rest)
