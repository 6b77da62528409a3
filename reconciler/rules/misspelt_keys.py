"""Keys of a manifest that were probably meant to be ones the reconciler relies on.

`complience` is an unknown property to manifest v2, and no worse than any other. But what stands
below it was meant to ask for signatures, and asks for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from reconciler.model.document import Document, Path
from reconciler.model.manifest import ManifestContent
from reconciler.rules.manifest_v2 import MANIFEST_V2_SCHEMA

_ALIKE = 0.8
_LONGEST = 64
_WORDS_ONLY = frozenset(("deprecationNotice", "name", "reason", "type"))
"""What is shown and decides nothing."""
_KNOWN = frozenset(MANIFEST_V2_SCHEMA["properties"])


def misspelt_keys(document: Document) -> Iterator[tuple[Path, str]]:
    """Yield the path of each key that looks misspelt, with what it was probably meant to be."""
    yield from _below(document.value, ManifestContent, ())


def _below(value: Any, model: type[BaseModel], path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _below(each, model, (*path, index))
    elif isinstance(value, dict):
        relied_on = _keys(model)
        names = {key.lower(): key for key in relied_on.keys() - _WORDS_ONLY}
        for key, below in value.items():
            part = relied_on.get(key)
            if part is not None:
                yield from _below(below, part, (*path, key))
            elif key not in relied_on and not (path == () and key in _KNOWN):
                near = get_close_matches(key[:_LONGEST].lower(), names, n=1, cutoff=_ALIKE)
                yield from (((*path, key), names[name]) for name in near)


@cache
def _keys(model: type[BaseModel]) -> Mapping[str, type[BaseModel] | None]:
    """Return the keys of a model, each with the model of what stands below it, if there is one."""
    return {
        field.alias or name: next(_models(field.annotation), None)
        for name, field in model.model_fields.items()
    }


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
