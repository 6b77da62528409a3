"""Extension files that are like others, read by their outline and not line by line.

What such a file says is what another says, but for some scalars. Where a configuration of its shape
was found to be in order, all that is left to be done is to look at the scalars.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct, field
from pydantic import ValidationError
from pydantic_core import from_json

from reconciler.desired.yaml.outline import Fields, Outline, Template, outline_of
from reconciler.model.files import ExtensionFile
from reconciler.model.manifest import Manifest
from reconciler.rules.content import ContentChecker
from reconciler.rules.shape import Shapes, Validator, shapes_if_usual

_CONFIGURATION, _REASON, _VERSION = "configuration", "reason", "version"
_LARGEST_BYTES: Final = 4_096
_MOST_LEARNED: Final = 200
_MOST_ALIKE: Final = 8
_MOST_LOOKS: Final = 10_000
_Look: TypeAlias = tuple[int, int]
"""How many lines and how many commas there are."""


class _Known(Struct, frozen=True):
    """What files of one outline say, as far as it is the same in all of them."""

    outline: Outline
    version: str
    shapes: Shapes
    configuration: Template
    reason: Template | None
    in_order: dict[str, tuple[Manifest, Validator]] = field(default_factory=dict)
    """By the extension, where nothing but the values has to be looked at."""


class AlikeFile(NamedTuple):
    """What a file says that is like others."""

    version: str
    configuration: str
    """Its canonical JSON."""
    reason: str | None


class AlikeFiles:
    """The outlines of extension files that were met. Bounded.

    Args:
        checker: who looks at the values, and knows which shapes are in order.
    """

    def __init__(self, checker: ContentChecker) -> None:
        self._checker = checker
        self._known: dict[_Look, list[_Known]] = {}
        self._tries: Counter[_Look] = Counter()
        """How many files of some look were met, up to the last that was learned from."""
        self._left = _MOST_LEARNED

    def read(self, extension: str, data: bytes) -> AlikeFile | None:
        """Return what an extension's file says; None where it has to be read in the long way.

        It says then what the long way would find, and there is nothing to be found in it.
        """
        text = _text(data)
        if text is None:
            return None
        for known in self._known.get(_look(text), ()):
            fields = known.outline.fields(text)
            if fields is not None:
                return self._file(extension, known, fields)
        self._learn(text)
        return None

    def _file(self, extension: str, known: _Known, fields: Fields) -> AlikeFile | None:
        in_order = known.in_order.get(extension)
        if in_order is None:
            in_order = self._checker.in_order(extension, known.version, known.shapes)
            if in_order is None:
                return None
            known.in_order[extension] = in_order
        manifest, validator = in_order
        configuration = known.configuration.filled(fields)
        if not validator.is_valid(from_json(configuration)):
            return None
        # A text in which there is nothing to escape, and that may not be empty.
        reason = known.reason.filled(fields)[1:-1] if known.reason else None
        if reason == "":
            return None
        return AlikeFile(manifest.content.version, configuration, reason)

    def _learn(self, text: str) -> None:
        """Learn the outline of a file, where there are several that look like it.

        Whatever is wrong with it, nothing will be taken for granted but that outlines are alike:
        the values and the shape of each are looked at, or known to be in order.
        """
        look = _look(text)
        times = self._tries[look]
        if self._left and times <= _MOST_ALIKE and len(self._tries) < _MOST_LOOKS:
            self._tries[look] += 1
            if times:
                self._left -= 1
                if (known := _learned(text)) is not None:
                    self._known.setdefault(look, []).append(known)


def _learned(text: str) -> _Known | None:
    outline = outline_of(text, (_CONFIGURATION, _REASON))
    if outline is None or not outline.example.keys() <= {_CONFIGURATION, _REASON, _VERSION}:
        return None
    try:
        file = ExtensionFile.model_validate(outline.example)
    except ValidationError:
        return None
    shapes = shapes_if_usual(file.configuration)
    if shapes is None or file.version is None or _CONFIGURATION not in outline.example:
        return None
    return _Known(
        outline=outline,
        version=file.version,
        shapes=shapes,
        configuration=outline.template(_CONFIGURATION),
        reason=None if file.reason is None else outline.template(_REASON),
    )


def _text(data: bytes) -> str | None:
    return data.decode("ascii") if len(data) <= _LARGEST_BYTES and data.isascii() else None


def _look(text: str) -> _Look:
    return text.count("\n"), text.count(",")
