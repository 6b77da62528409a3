"""The `.sql` files: named queries and migrations, wherever the package is installed."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import LiteralString


@cache
def sql_root() -> Traversable:
    """Return the folder of `.sql` files: inside the package, or beside it in a checkout."""
    packaged = resources.files("reconciler") / "sql"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "sql"


@cache
def query(name: str) -> LiteralString:
    """Return a named query's text; ``name`` is its path under ``sql/queries`` without ``.sql``.

    The text is the product's own and holds no value: values are always parameters. Those that are
    arrays are sent in binary (``%(sites)b``), since it takes long to write many out as text.
    """
    return sql_root().joinpath("queries", *f"{name}.sql".split("/")).read_text("utf-8")
