"""Days and instants on the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

# It is generic in later versions only; where it is not, it cannot be subscripted.
if TYPE_CHECKING:
    _InstantType = click.ParamType[datetime]
else:
    _InstantType = click.ParamType


class Instant(_InstantType):
    """A day, which is its beginning in UTC, or an instant with its zone (RFC 3339)."""

    name = "date"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Return the instant, in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
        except ValueError:
            pass
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is neither a day such as 2026-11-01 nor an instant such as "
                "2026-11-01T06:00:00Z.",
                param,
                ctx,
            )
        if instant.tzinfo is None:
            self.fail(f"{value!r} does not say its zone: end it with Z, or +01:00.", param, ctx)
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            self.fail(f"{value!r} is in no year from 1 to 9999.", param, ctx)
