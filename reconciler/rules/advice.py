"""What to do about a problem: the smallest set of extensions to enable, change or disable.

A change is only advised after it was tried on the site as it would be: the problem is gone then,
and no other has come. Searching is bounded by work that is counted, never by time, so that the
same desired state always gets the same advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.rules.global_conflicts import Followers
from reconciler.rules.network import Network
from reconciler.rules.problems import (
    Problem,
    ProblemKind,
    SiteRelations,
    in_plain_words,
    relations_at,
)
from reconciler.rules.steps import Step, steps_for, suppliers

MOST_CHANGES = 4
"""How many extensions an advice asks to touch at most."""
MOST_WORK = 8_000
"""How many extensions and conflicts are looked at for one problem, in all sites tried together."""
MOST_WORK_IN_ALL = 60_000


class Adviser:
    """Looks for ways to mend sites of one installation, up to a number of tries in all."""

    def __init__(
        self,
        followers: Followers,
        *,
        most_work: int = MOST_WORK_IN_ALL,
        most_work_each: int = MOST_WORK,
    ) -> None:
        self._followers = followers
        self.most_work_each = most_work_each
        """How much work may go into one problem."""
        self._left = most_work

    def smallest(self, found: SiteRelations, problem: Problem) -> tuple[Step, ...] | None:
        """Return the smallest set of steps after which ``problem`` is gone and nothing is new.

        None where there is none of up to ``MOST_CHANGES`` steps, or the work was too much.
        """
        if self._left < work_of(found):
            return None
        search = _Search(self, found, problem)
        for limit in range(1, MOST_CHANGES + 1):
            if (steps := search.within(found, (), limit)) is not None:
                return steps
        return None

    def choices(self, found: SiteRelations, problem: Problem) -> list[tuple[Step, ...]]:
        """Return every way to provide what is missing, one for each extension and version.

        Each begins with what is enabled or set for it, and goes on with what that needs in turn.
        """
        if self._left < work_of(found):
            return []
        search = _Search(self, found, problem)
        ways = []
        for step in suppliers(found.network, problem):
            for limit in range(1, MOST_CHANGES + 1):
                if (steps := search.starting(step, limit)) is not None:
                    ways.append(steps)
                    break
        return ways

    def useless(self, found: SiteRelations, problem: Problem) -> Iterator[str]:
        """Yield what the catalog has to provide what is missing and cannot be used, with why."""
        usable = {steps[0] for steps in self.choices(found, problem)}
        for step in suppliers(found.network, problem, every=True):
            if step not in usable:
                yield f"{step.extension} {step.version}: {self._why_not(found, step)}"

    def _why_not(self, found: SiteRelations, step: Step) -> str:
        manifest = found.network.catalog.manifest(step.extension, step.version or "")
        if manifest is not None and manifest.content.deprecated:
            return "it is deprecated"
        network = found.network.with_version(step.extension, step.version)
        new = [each for each in relations_at(network).problems if each not in found.problems]
        if self.clashes_elsewhere(network, step.extension):
            new.append(Problem(ProblemKind.ELSEWHERE, step.extension))
        return (
            in_plain_words(new[0]) if new else "it would do, but is no release or older than others"
        )

    def spend(self, work: int) -> bool:
        """Use up some work; False where too little is left."""
        enough = self._left >= work
        self._left -= work if enough else 0
        return enough

    def clashes_elsewhere(self, network: Network, extension: str) -> bool:
        """Return whether an extension of a site would conflict with one of another site."""
        manifest = network.manifests.get(extension)
        return manifest is not None and self._followers.excluded(network.key(extension), manifest)


def work_of(found: SiteRelations) -> int:
    """Return how much work it is to look at a site once."""
    return 1 + len(found.network.versions) + 3 * len(found.conflicts)


class _Search:
    """One problem at one site; each set of steps is looked at once."""

    def __init__(self, adviser: Adviser, found: SiteRelations, problem: Problem) -> None:
        self._adviser = adviser
        self._start = found
        self._accepted = frozenset(found.problems) - {problem}
        self._left = adviser.most_work_each
        self._work = work_of(found)
        self._known: dict[frozenset[Step], SiteRelations] = {}

    def starting(self, step: Step, limit: int) -> tuple[Step, ...] | None:
        after = self._after(self._start, (step,))
        return None if after is None else self.within(after, (step,), limit - 1)

    def within(
        self, now: SiteRelations, done: tuple[Step, ...], limit: int
    ) -> tuple[Step, ...] | None:
        """Return ``done`` and at most ``limit`` steps more that leave nothing wrong."""
        pending = [problem for problem in now.problems if problem not in self._accepted]
        if not pending:
            return done
        if limit == 0:
            return None
        touched = {step.extension for step in done}
        for step in steps_for(now, pending[0]):
            if step.extension in touched:
                continue
            after = self._after(now, (*done, step))
            if after is not None:
                steps = self.within(after, (*done, step), limit - 1)
                if steps is not None:
                    return steps
        return None

    def _after(self, before: SiteRelations, steps: tuple[Step, ...]) -> SiteRelations | None:
        """Return the site after the last of ``steps``; None where it cannot be or is too much."""
        identity = frozenset(steps)
        if identity not in self._known:
            # One try is always worth it, however large the site is.
            if (self._left < self._work and self._known) or not self._adviser.spend(self._work):
                return None
            self._left -= self._work
            step = steps[-1]
            network = before.network.with_version(step.extension, step.version)
            self._known[identity] = self._with_elsewhere(before, relations_at(network), step)
        return self._known[identity]

    def _with_elsewhere(
        self, before: SiteRelations, after: SiteRelations, step: Step
    ) -> SiteRelations:
        """Return ``after`` with its conflicts with other sites, of which a step changes one's."""
        clashing = [
            problem
            for problem in before.problems
            if problem.kind is ProblemKind.ELSEWHERE and problem.extension != step.extension
        ]
        if self._adviser.clashes_elsewhere(after.network, step.extension):
            clashing.append(Problem(ProblemKind.ELSEWHERE, step.extension))
        return after.also(clashing)
