"""An installation with something of everything in its records: the evidence that tests read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from psycopg.conninfo import make_conninfo

from reconciler.database.connection import connect
from reconciler.operations.database import archive_audit
from tests.support.installation import (
    CORK,
    CORK_ERP,
    DAYTON_ERP,
    Installation,
    erp_file,
    new_installation,
    sign_everything,
)

SECRET = "hunter2-Swordfish"  # noqa: S105 -- it is what must not appear
ROWS, CORK_ROWS, SIGNATURES, RUNS, VERSIONS = 10, 4, 1, 4, 8


@contextlib.contextmanager
def recorded_installation(
    server_url: str, template: str, repository: Path
) -> Iterator[Installation]:
    """Yield an installation with changes of every kind, a signature, and an edit by hand.

    The edit put a secret in; the rows of the first apply are in the archive.
    """
    with new_installation(server_url, template, repository) as made:
        made.apply()
        archive_audit(datetime.now(UTC), made.connection)
        sign_everything(made)
        made.apply()
        made.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
        made.apply()
        made.commit("Let Dayton's adapter go", {DAYTON_ERP: None})
        made.apply()
        with connect(make_conninfo(made.owner_url, application_name="night-tool")) as session:
            session.execute(
                "UPDATE site_extension_configs SET configuration = configuration || %s::jsonb "
                "WHERE site_id = %s AND extension_id = 'line-dashboard'",
                [f'{{"apiPassword": "{SECRET}"}}', CORK],
            )
        yield made
