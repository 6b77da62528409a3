"""Reads mappings and lists in brackets on one line, in each other or not, with one reading."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from reconciler.desired.yaml.core_schema import CONSTANTS
from reconciler.desired.yaml.plain_scalars import FLOW_SCALAR, KEY, NotPlainError, scalar_value
from reconciler.model.document import JsonObject, JsonValue

_MOST_OPEN = 20
_SCALAR: Final = re.compile(FLOW_SCALAR)
_KEY: Final = re.compile(rf"({KEY}): +")
_OPENING: Final = re.compile(r"[\[{] *")
_COMMA: Final = re.compile(r" *, *")
_CLOSING: Final = re.compile(r" *[\]}]")


class FlowScalar(NamedTuple):
    """Where a scalar stands in what was read, and the key that it is the value of, or is below."""

    start: int
    end: int
    key: str


class FlowReader:
    """Reads one value in brackets."""

    def __init__(self, written: str, key: str = "") -> None:
        self.scalars: list[FlowScalar] = []
        """Those that were read."""
        self._written = written
        self._at = 0
        self._open = 0
        self._key = key

    def read(self) -> JsonValue:
        """Return what was written.

        Raises:
            NotPlainError: it is something else, or is wrong.
        """
        value = self._value()
        if self._at != len(self._written):
            raise NotPlainError
        return value

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._written, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _value(self) -> JsonValue:
        start = self._at
        if found := self._take(_SCALAR):
            self.scalars.append(FlowScalar(start, self._at, self._key))
            return scalar_value(found[0])
        opening = self._take(_OPENING)
        self._open += 1
        if opening is None or self._open > _MOST_OPEN:
            raise NotPlainError
        value: JsonValue = self._mapping() if opening[0][0] == "{" else self._list()
        self._open -= 1
        return value

    def _mapping(self) -> JsonObject:
        mapping: JsonObject = {}
        outer, going_on = self._key, not self._ends("}")
        while going_on:
            found = self._take(_KEY)
            if found is None or found[1] in mapping or found[1] in CONSTANTS:
                raise NotPlainError
            self._key = found[1]
            mapping[self._key] = self._value()
            going_on = not self._ends("}", after_entry=True)
            self._key = outer
        if len(mapping) > 1 and len(set(map(str.casefold, mapping))) != len(mapping):
            raise NotPlainError
        return mapping

    def _list(self) -> list[JsonValue]:
        items: list[JsonValue] = []
        going_on = not self._ends("]")
        while going_on:
            items.append(self._value())
            going_on = not self._ends("]", after_entry=True)
        return items

    def _ends(self, bracket: str, *, after_entry: bool = False) -> bool:
        """Return whether what was opened ends here; after an entry, another follows if not."""
        if found := self._take(_CLOSING):
            if found[0][-1] != bracket:
                raise NotPlainError
            return True
        if after_entry and not self._take(_COMMA):
            raise NotPlainError
        return False
