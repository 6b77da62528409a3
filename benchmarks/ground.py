"""What the subjects of one size work on, and what a subject is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.installation import Installation
from benchmarks.measuring import FailedRunError, Measured, measure, together
from benchmarks.product import Product
from benchmarks.repository import part_branches
from benchmarks.shape import Shape

PROJECT = Path(__file__).parents[1]
PRODUCT, FLOOR, RIVAL = "product", "floor", "rival"


@dataclass(slots=True)
class Ground:
    """One size: repository, databases, the program, and a folder for what else is needed."""

    shape: Shape
    folder: Path
    product: Product
    installation: Installation
    loaders: tuple[str, ...]
    """What the floors parse YAML with; where one is enough, with the last."""
    rival_most: int
    """Beyond so many configurations, rivals are extrapolated."""
    first_apply: Measured = field(init=False)
    has_cache: bool = False

    @property
    def loaded(self) -> str:
        """How the reconciler's login connects to the database that has the base state."""
        return self.installation.service("loaded")

    def load(self) -> None:
        """Apply the base state to the database ``loaded``, as the program does it.

        Raises:
            FailedRunError: it was not applied.
        """
        self.first_apply = self.apply_base("loaded")
        self.installation.settle("loaded")

    def apply_base(self, name: str) -> Measured:
        """Apply the base state to an empty database, one part after the other.

        Returns:
            What all of them took together, and the most memory that one had.

        Raises:
            FailedRunError: it was not applied.
        """
        self.installation.copy(name, "empty")
        return together([self.apply(name, branch) for branch in part_branches(self.shape)])

    def apply(self, name: str, ref: str, *more: str) -> Measured:
        """Apply a commit to one of the databases, and return what it took.

        Raises:
            FailedRunError: it was not applied.
        """
        self.product.forget()
        self.has_cache = False
        command = ("apply", "--ref", ref, "--yes", *more)
        done = self.product.run(*command, database=self.installation.service(name))
        return require(done, "Applied in one transaction")

    def script(self, module: str, *arguments: str, database: str = "") -> Measured:
        """Run one of the benchmarks' own scripts in the repository, on a database if need be."""
        command = [sys.executable, "-m", module, *arguments]
        environment = {"PYTHONPATH": str(PROJECT), "DATABASE_URL": database}
        return measure(command, self.product.repository, environment)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is timed at a task: the program, a floor, or what people use instead.

    ``run`` is told the round, from 0. ``missing`` says why it is not run, where it is not.
    """

    task: str
    name: str
    kind: str
    run: Callable[[int], Measured]
    remark: str = ""
    missing: str = ""


def require(measured: Measured, expected: str) -> Measured:
    """Return what was measured, if the command said what it should have.

    Raises:
        FailedRunError: it came to another answer, so its time means nothing.
    """
    if expected not in measured.output:
        raise FailedRunError(f"{expected!r} was expected, and not: {measured.output[:500]}")
    return measured
