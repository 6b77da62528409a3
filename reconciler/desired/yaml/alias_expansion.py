"""Expands aliases into copies, within bounds that hold for a whole file."""

from __future__ import annotations

from typing import Final

from reconciler.model.document import JsonValue

MAX_NODES: Final = 10_000
MAX_CHARACTERS: Final = 1_048_576
"""A long text behind many aliases is as large a bomb as many small values."""


class ExpansionExceededError(Exception):
    """The aliases of this file stand for more than is read."""


class NestingExceededError(Exception):
    """An alias brings in something nested too deeply for where it stands."""


class AliasExpansion:
    """What the aliases of one file have expanded to so far."""

    def __init__(self) -> None:
        self._nodes = 0
        self._characters = 0

    @property
    def exhausted(self) -> bool:
        """Whether the file has used up what aliases may stand for."""
        return self._nodes > MAX_NODES or self._characters > MAX_CHARACTERS

    def copy(self, value: JsonValue, levels: int) -> JsonValue:
        """Return a copy of ``value`` that may be nested ``levels`` deep.

        Raises:
            ExpansionExceededError: the file's aliases stand for too much.
            NestingExceededError: ``value`` is nested more deeply than that.
        """
        self._count(value)
        if not isinstance(value, (dict, list)):
            return value
        if levels <= 0:
            raise NestingExceededError
        if isinstance(value, list):
            return [self.copy(item, levels - 1) for item in value]
        return {self._key(key): self.copy(item, levels - 1) for key, item in value.items()}

    def _key(self, key: str) -> str:
        self._characters += len(key)
        return key

    def _count(self, value: JsonValue) -> None:
        self._nodes += 1
        if isinstance(value, str):
            self._characters += len(value)
        if self.exhausted:
            raise ExpansionExceededError
