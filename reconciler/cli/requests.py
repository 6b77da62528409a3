"""From settings to what an operation is asked for, and from results to exit codes."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from errno import EISDIR
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from reconciler.database.connection import OpenDatabase
from reconciler.database.opening import EMBEDDED, open_database
from reconciler.model.errors import AlteredPlanError, ReconcilerError
from reconciler.model.plan import FORMAT_VERSION, Plan, Scope
from reconciler.operations.desired_state import Source
from reconciler.operations.preparing import PlanRequest
from reconciler.planning.selection import Selection
from reconciler.settings import Settings

DONE, FAILED, DIFFERENT, BLOCKED = 0, 1, 2, 3
NO_FIT = "its plan_id does not fit its content"


def database_of(settings: Settings) -> OpenDatabase:
    """Return what opens the database that the settings name."""
    return partial(open_database, settings.database)


def is_trusted(settings: Settings) -> bool:
    """Return whether the program is alone on its server, so that it may apply as a superuser."""
    return settings.database == EMBEDDED


def plan_request(
    settings: Settings,
    *,
    ref: str | None,
    base: str | None = None,
    scope: Scope = Scope.ALL,
    allow_unmanage: bool = False,
) -> PlanRequest:
    """Return the request to plan what the settings select."""
    return PlanRequest(
        source=Source(settings.desired_state, ref),
        base=base,
        selection=Selection(settings.sites, settings.extensions),
        scope=scope,
        allow_unmanage=allow_unmanage,
    )


def as_planned(request: PlanRequest, plan: Plan) -> PlanRequest:
    """Return a request that reads what a plan was made from, unless it names something else."""
    source = request.source
    if source.ref is None and not plan.desired.dirty:
        source = replace(source, ref=plan.desired.commit)
    source = replace(source, named=plan.desired.ref)
    base = plan.base.commit if plan.base else None
    selection = request.selection
    if not selection.described:
        selection = Selection.from_described(plan.filters)
    return replace(request, source=source, base=base, selection=selection, scope=plan.scope)


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """Return how a command that shows a plan ends."""
    if plan.errored:
        return FAILED
    if plan.blocked:
        return BLOCKED
    return DIFFERENT if detailed and plan.differs else DONE


def write_file(path: Path, text: str) -> None:
    """Write a result to a file; an older one is replaced whole or not at all.

    What is no ordinary file, such as a pipe or a device, is written to; a link is followed.

    Raises:
        ReconcilerError: the file cannot be written.
    """
    try:
        target = path.resolve() if path.name else path
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_text(text, encoding="utf-8")
        elif target.is_dir():
            raise IsADirectoryError(EISDIR, "it is a folder")
        else:
            _replace(target, text)
    except OSError as error:
        raise ReconcilerError(
            f"cannot write {path}: {error.strerror}", "Name a file in a folder you may write to."
        ) from None


def _replace(target: Path, text: str) -> None:
    """Write beside a file and put it in its place, with the mode that it had."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def read_plan(path: Path) -> Plan:
    """Return a plan from the file that ``plan --out`` wrote, byte for byte as it was written.

    Raises:
        AlteredPlanError: the file was altered after it was made.
        ReconcilerError: it is missing, or no plan of this version of the format.
    """
    try:
        data = path.read_bytes()
        plan = _plan_of(path, data)
        fits = plan.content_id() == plan.plan_id
        unaltered = fits and data == plan.to_json().encode()
    except OSError as error:
        raise ReconcilerError(
            f"cannot read {path}: {error.strerror}", "Name the file that `plan --out` wrote."
        ) from None
    except (ValueError, RecursionError):
        raise ReconcilerError(
            f"{path} is not a plan of this program", "Make one with `reconciler plan --out`."
        ) from None
    if not unaltered:
        raise AlteredPlanError(
            f"{path} was altered after it was made: "
            + ("it was written anew in another form" if fits else NO_FIT),
            "Plan again, and have the new plan reviewed; nothing was written.",
            plan,
        )
    return plan


def _plan_of(path: Path, data: bytes) -> Plan:
    """Return the plan that a file holds.

    Raises:
        ReconcilerError: it is a plan of another version of the format.
        ValueError: it is none.
    """
    content = json.loads(data)
    version = content.get("format_version") if isinstance(content, dict) else None
    if isinstance(version, str) and version != FORMAT_VERSION and "plan_id" in content:
        raise ReconcilerError(
            f"{path} is a plan of format {version[:20]}, and this program reads {FORMAT_VERSION}",
            "Apply it with the version of the program that made it, or plan again.",
        )
    return Plan.model_validate_json(data)
