"""The catalog compared with what the migrations make, object for object and fact for fact."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from reconciler.model.system_catalog import Facts, Objects, SystemCatalog
from reconciler.model.weakness import Weakness
from reconciler.rules.doctor.subjects import SUBJECTS, SubjectKinds

_HOLDERS = ("tables", "views", "functions", "sequences")
# What a hint is filled with, said by other facts as well.
_FOR_HINTS = frozenset({"restore", "security"})


def differences(subject: str, expected: SystemCatalog, found: SystemCatalog) -> Iterator[Weakness]:
    """Yield what is missing, altered or too much of a subject.

    What stands on an object that is missing or detached itself is not reported again.
    """
    kinds = SUBJECTS[subject]
    wanted, there = expected.of(subject), found.of(subject)
    gone = _gone(expected, found)
    for name, facts in wanted.items():
        if _goes_with(subject, name, facts, gone):
            continue
        if name not in there:
            yield kinds.missing.of(name, facts)
        else:
            yield from _altered(kinds, name, facts, there[name])
    if kinds.unexpected is not None:
        for name in there.keys() - wanted.keys():
            if kinds.counts(there[name]):
                yield kinds.unexpected.of(name, there[name])


def _altered(kinds: SubjectKinds, name: str, expected: Facts, found: Facts) -> Iterator[Weakness]:
    for fact, value in expected.items():
        if fact not in _FOR_HINTS and found.get(fact) != value:
            kind = kinds.by_fact.get(fact, kinds.altered)
            yield kind.of(
                name,
                expected,
                expected=_said(value),
                found=_said(found.get(fact)),
            )


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _gone(expected: SystemCatalog, found: SystemCatalog) -> AbstractSet[str]:
    """Return the names of objects that are missing, of partitions detached, of lost constraints."""
    names = {
        name
        for subject in _HOLDERS
        for name in expected.of(subject).keys() - found.of(subject).keys()
    }
    tables = found.of("tables")
    names |= {
        name
        for name, facts in expected.of("tables").items()
        if name in tables and facts["parent"] != tables[name]["parent"]
    }
    lost: Objects = expected.of("constraints")
    return names | {
        str(lost[name]["constraint"]) for name in lost.keys() - found.of("constraints").keys()
    }


def _goes_with(subject: str, name: str, facts: Facts, gone: AbstractSet[str]) -> bool:
    """Tell whether an object is only missing because of another that is."""
    return facts.get("table") in gone or (subject == "indexes" and name in gone)
