"""What stands around the schema and can undo its guarantees: settings, replication, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model.system_catalog import Facts, SystemCatalog
from reconciler.model.weakness import Weakness, WeaknessKind
from reconciler.model.weaknesses import surroundings

_OFF: Final = frozenset({"off", "false", "no", "0", "f", "n"})
_ORIGIN: Final = "origin"
_REPLICATION_ROLE: Final = "session_replication_role"

_IN_SESSION: Final[Mapping[str, WeaknessKind]] = {
    "synchronous_commit": surroundings.SYNCHRONOUS_COMMIT_OFF,
    "fsync": surroundings.SERVER_NOT_DURABLE,
    "full_page_writes": surroundings.SERVER_NOT_DURABLE,
    "row_security": surroundings.ROW_SECURITY_SETTING,
    _REPLICATION_ROLE: surroundings.REPLICA_SESSION,
}
_AS_FOUND: Final[Mapping[str, WeaknessKind]] = {
    "parameters": surroundings.PARAMETER_GRANTED,
    "shadows": surroundings.NAME_SHADOWED,
    "operators": surroundings.OPERATOR_BESIDE,
    "leakproof": surroundings.LEAKPROOF_BESIDE,
    "eventTriggers": surroundings.EVENT_TRIGGER,
    "subscriptions": surroundings.SUBSCRIPTION,
    "publications": surroundings.PUBLICATION,
}


def setting_weaknesses(found: SystemCatalog) -> Iterator[Weakness]:
    """Yield the settings that switch something off, in this session or for sessions to come."""
    for name, facts in found.of("settings").items():
        if _harmful(facts):
            kind = surroundings.SETTING_KEPT if facts["kept"] else _IN_SESSION[name]
            yield kind.of(name, facts)


def surrounding_weaknesses(found: SystemCatalog) -> Iterator[Weakness]:
    """Yield what should not be there at all, whatever the migrations made."""
    for subject, kind in _AS_FOUND.items():
        for name, facts in found.of(subject).items():
            yield kind.of(name, facts)


def _harmful(facts: Facts) -> bool:
    value = str(facts["value"]).lower()
    return value != _ORIGIN if facts["setting"] == _REPLICATION_ROLE else value in _OFF
