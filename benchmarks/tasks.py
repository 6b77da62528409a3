"""Which tasks there are, by the names that ``--only`` takes."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import apply_tasks, plan_tasks
from benchmarks.ground import Ground, Subject

TASKS: dict[str, Callable[[Ground], list[Subject]] | None] = {
    "start": None,
    "validate": plan_tasks.validate,
    "cold": plan_tasks.cold,
    "warm": plan_tasks.warm,
    "drift": plan_tasks.drift,
    "apply": lambda ground: [*apply_tasks.new(ground), *apply_tasks.changed(ground)],
}
"""Each with what gives its subjects; ``start`` has no size and no ground."""
