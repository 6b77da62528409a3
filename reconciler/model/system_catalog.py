"""What PostgreSQL's own catalog says of the schema, as data: objects by subject and name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

Facts: TypeAlias = Mapping[str, Any]
"""What is known of one object, as JSON values."""
Objects: TypeAlias = Mapping[str, Facts]
"""Objects of one subject by their names, as SQL would write them."""


class SystemCatalog(Struct, frozen=True):
    """The objects of one database at one moment.

    ``unchecked`` says, a sentence each, what the login that read it may not see.
    """

    subjects: Mapping[str, Objects]
    unchecked: tuple[str, ...] = ()

    def of(self, subject: str) -> Objects:
        """Return the objects of a subject; none where it has none."""
        return self.subjects.get(subject, {})
