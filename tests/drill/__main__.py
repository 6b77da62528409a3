"""``python -m tests.drill``: run the drill in a temporary folder, print its report."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import psycopg

from reconciler.model.errors import ReconcilerError
from tests.drill.drill import checks, contents, recovery
from tests.drill.report import report
from tests.drill.servers import DrillError


def main() -> int:
    """Run the drill; return 1 where anything was lost or does not verify."""
    for name in [name for name in os.environ if name.startswith("RECONCILER_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="recovery-drill-") as folder:
        try:
            with recovery(Path(folder).resolve()) as recovered:
                now = contents(recovered.installation)
                found = checks(recovered)
                sys.stdout.write(report(recovered, found, now))
        except (DrillError, ReconcilerError, psycopg.Error) as error:
            sys.stderr.write(f"The drill failed: {error}\n")
            return 1
    return 0 if all(check.passed for check in found) else 1


if __name__ == "__main__":
    sys.exit(main())
