"""Which kind of weakness it is where an object is missing, altered, or beside what is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct, field

from reconciler.model.system_catalog import Facts
from reconciler.model.weakness import WeaknessKind
from reconciler.model.weaknesses import access, schema


class SubjectKinds(Struct, frozen=True):
    """The kinds of one subject; ``by_fact`` goes before ``altered``.

    ``unexpected`` is the kind of an object that was not expected, where ``counts`` holds of it;
    None where that is judged elsewhere.
    """

    missing: WeaknessKind
    altered: WeaknessKind
    unexpected: WeaknessKind | None = None
    by_fact: Mapping[str, WeaknessKind] = field(default_factory=dict)
    counts: Callable[[Facts], bool] = lambda _: True


SUBJECTS: Final[Mapping[str, SubjectKinds]] = {
    "tables": SubjectKinds(
        schema.TABLE_MISSING,
        schema.TABLE_ALTERED,
        schema.TABLE_INHERITS,
        {
            "owner": schema.TABLE_OWNER,
            "logged": schema.TABLE_UNLOGGED,
            "parent": schema.PARTITION_DETACHED,
            "bound": schema.PARTITION_DETACHED,
            "rowSecurity": access.ROW_SECURITY_OFF,
            "forced": access.ROW_SECURITY_NOT_FORCED,
        },
    ),
    "columns": SubjectKinds(schema.COLUMN_MISSING, schema.COLUMN_ALTERED, schema.COLUMN_UNEXPECTED),
    "triggers": SubjectKinds(
        schema.TRIGGER_MISSING,
        schema.TRIGGER_ALTERED,
        schema.TRIGGER_UNEXPECTED,
        {"enabled": schema.TRIGGER_DISABLED, "always": schema.TRIGGER_NOT_ALWAYS},
    ),
    "constraints": SubjectKinds(
        schema.CONSTRAINT_MISSING,
        schema.CONSTRAINT_ALTERED,
        schema.CONSTRAINT_UNEXPECTED,
        {"validated": schema.CONSTRAINT_NOT_VALID, "enforced": schema.CONSTRAINT_NOT_ENFORCED},
        # A unique one is reported as its index.
        counts=lambda facts: not facts["unique"],
    ),
    "indexes": SubjectKinds(
        schema.INDEX_MISSING,
        schema.INDEX_ALTERED,
        schema.INDEX_UNEXPECTED,
        {"valid": schema.INDEX_INVALID},
        counts=lambda facts: bool(facts["unique"]),
    ),
    "policies": SubjectKinds(access.POLICY_MISSING, access.POLICY_ALTERED),
    "grants": SubjectKinds(
        access.GRANT_MISSING, access.GRANT_ALTERED, by_fact={"grantable": access.GRANT_ALTERED}
    ),
    "functions": SubjectKinds(
        schema.FUNCTION_MISSING,
        schema.FUNCTION_ALTERED,
        schema.FUNCTION_UNEXPECTED,
        {
            "owner": schema.FUNCTION_OWNER,
            "settings": schema.FUNCTION_SETTINGS,
            "definer": schema.FUNCTION_SECURITY,
        },
    ),
    "views": SubjectKinds(
        schema.VIEW_MISSING,
        schema.VIEW_ALTERED,
        by_fact={
            "owner": schema.VIEW_OWNER,
            "barrier": schema.VIEW_BARRIER,
            "populated": schema.VIEW_UNPOPULATED,
        },
    ),
    "sequences": SubjectKinds(schema.SEQUENCE_MISSING, schema.SEQUENCE_ALTERED),
    "migrations": SubjectKinds(
        schema.MIGRATION_PENDING, schema.MIGRATION_EDITED, schema.MIGRATION_UNKNOWN
    ),
}
