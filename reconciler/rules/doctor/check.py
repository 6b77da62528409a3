"""All rules about a live database, in one call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from reconciler.model.system_catalog import SystemCatalog
from reconciler.model.weakness import Weakness, sorted_weaknesses
from reconciler.rules.doctor.additions import addition_weaknesses
from reconciler.rules.doctor.comparison import differences
from reconciler.rules.doctor.roles import role_weaknesses
from reconciler.rules.doctor.subjects import SUBJECTS
from reconciler.rules.doctor.surroundings import setting_weaknesses, surrounding_weaknesses

_MIGRATIONS = "migrations"


def weaknesses(expected: SystemCatalog, found: SystemCatalog) -> tuple[Weakness, ...]:
    """Return every way in which ``found`` does not keep what ``expected`` promises.

    A database that is not where the program's migrations lead is not compared object for object.
    """
    migrations = list(differences(_MIGRATIONS, expected, found)) if _known(found) else []
    elsewhere = _known(found) and (expected.of(_MIGRATIONS).keys() != found.of(_MIGRATIONS).keys())
    rest: Iterator[Weakness] = setting_weaknesses(found)
    if not elsewhere:
        rest = chain(
            rest,
            *(differences(subject, expected, found) for subject in SUBJECTS.keys() - {_MIGRATIONS}),
            addition_weaknesses(expected, found),
            role_weaknesses(expected, found),
            surrounding_weaknesses(found),
        )
    return sorted_weaknesses(chain(migrations, rest))


def _known(found: SystemCatalog) -> bool:
    """Tell whether the record of migrations could be read."""
    return _MIGRATIONS in found.subjects
