"""One way in which a live database does not keep what the migrations promise.

The kinds themselves are listed in ``reconciler.model.weaknesses``.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from reconciler.model.diagnostic import Severity
from reconciler.model.system_catalog import Facts

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class Weakness(Struct, frozen=True):
    """A weakness found: its stable code, the object it is about, and the statement that mends it.

    Names come from the database and are untrusted where they are shown.
    """

    code: str
    severity: Severity
    name: str
    message: str
    hint: str

    @property
    def sort_key(self) -> tuple[int | str, ...]:
        """The order of reports: errors first, then by code and object."""
        return _WEIGHT[self.severity], self.code, self.name, self.message


class WeaknessKind(Struct, frozen=True):
    """A kind of weakness. ``message`` and ``hint`` are ``str.format`` templates.

    They are filled with the object's name and facts, and where a fact differs with ``expected``
    and ``found``. ``about`` says for the documentation why it matters.
    """

    code: str
    message: str
    hint: str
    about: str
    severity: Severity = Severity.ERROR

    def of(self, name: str, facts: Facts | None = None, **more: object) -> Weakness:
        """Return the weakness of this kind in the object ``name``."""
        filling = {**(facts or {}), **more, "name": name}
        return Weakness(
            code=self.code,
            severity=self.severity,
            name=name,
            message=self.message.format_map(filling),
            hint=self.hint.format_map(filling),
        )


class Examination(Struct, frozen=True):
    """What an examination found, in reporting order, and what it could not look at."""

    weaknesses: tuple[Weakness, ...]
    unchecked: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return all(found.severity is not Severity.ERROR for found in self.weaknesses)


def sorted_weaknesses(found: Iterable[Weakness]) -> tuple[Weakness, ...]:
    """Return the weaknesses in reporting order, each once."""
    return tuple(sorted(set(found), key=lambda weakness: weakness.sort_key))
