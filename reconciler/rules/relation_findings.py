"""What is wrong among extensions, as findings: in words, at a place, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.kinds import conflicts as conflict_kinds
from reconciler.model.kinds import dependencies as kinds
from reconciler.model.kinds.lifecycle import FOUNDATION_MISSING
from reconciler.model.manifest import ConflictScope
from reconciler.model.relations import Conflict, ConflictType, DependencyType, Resolution
from reconciler.rules.advice import MOST_CHANGES
from reconciler.rules.dependencies import other_providers
from reconciler.rules.network import PLATFORM
from reconciler.rules.problems import Problem, ProblemKind, SiteRelations, platform_too_old
from reconciler.rules.relations import Installation
from reconciler.rules.steps import Step, in_words, takes_least
from reconciler.rules.suggestion import did_you_mean, listed

MOST_CONFLICTS = 500
"""How many conflicts are listed at one site, and how many between sites."""
_MOST_CHOICES = 6
_KIND_OF_CONFLICT = {
    ConflictType.EXPLICIT: conflict_kinds.CONFLICT_EXPLICIT,
    ConflictType.POLICY: conflict_kinds.CONFLICT_POLICY,
    ConflictType.DEPENDENCY: conflict_kinds.CONFLICT_DEPENDENCY,
}


def check_relations(state: DesiredState, installation: Installation) -> Iterator[Diagnostic]:
    """Yield a finding for everything that is wrong among extensions, at any site or between two."""
    for site_id in installation.troubled:
        found = installation.sites[site_id]
        writer = _Writer(state, installation, site_id, found)
        for problem in found.listed_problems(MOST_CONFLICTS):
            yield from writer.findings(problem)
        if len(found.conflicts) > MOST_CONFLICTS:
            site = found.network.site
            yield _too_many(site.document.locate(()), f"at {site.slug}", site.slug)
        for each, preferred in other_providers(found.network, found.resolutions):
            yield writer.other_provider(each, preferred)
    for conflict in installation.elsewhere[:MOST_CONFLICTS]:
        yield _elsewhere(state, installation, conflict)
    if len(installation.elsewhere) > MOST_CONFLICTS:
        yield _too_many(state.project_document.locate(()), "between sites", None)


def _too_many(place: Location, where: str, site: str | None) -> Diagnostic:
    return conflict_kinds.CONFLICT_FINDINGS.at(place, site=site, number=MOST_CONFLICTS, where=where)


class _Writer:
    """Writes the findings about one site."""

    def __init__(
        self, state: DesiredState, installation: Installation, site_id: UUID, found: SiteRelations
    ) -> None:
        self._state = state
        self._installation = installation
        self._site_id = site_id
        self._found = found

    def findings(self, problem: Problem) -> Iterator[Diagnostic]:
        about = self._found.problems[problem]
        if isinstance(about, Resolution):
            yield self._unmet(problem, about)
        elif isinstance(about, Conflict):
            yield self._conflict(problem, about)
        elif problem.kind is ProblemKind.PLATFORM:
            yield from self._too_old(problem)
        elif problem.kind is ProblemKind.CYCLE:
            yield self._cycle(problem)
        elif problem.kind is ProblemKind.FOUNDATION:
            yield self._missing_foundation(problem)

    def _configuration(self, extension: str) -> DesiredConfiguration:
        return self._state.configurations[self._found.network.key(extension)]

    def _advice(self, problem: Problem) -> str:
        steps = self._installation.advise(self._site_id, problem)
        return advice(steps, self._found.network.site.slug, problem.extension)

    def _unmet(self, problem: Problem, unmet: Resolution) -> Diagnostic:
        at = self._configuration(problem.extension)
        if unmet.type is DependencyType.EXTENSION:
            missing = unmet.resolved_version is None
            kind = kinds.DEPENDENCY_MISSING if missing else kinds.DEPENDENCY_VERSION
            found = unmet.resolved_version
        else:
            missing = unmet.resolved_provider is None
            kind = kinds.CAPABILITY_MISSING if missing else kinds.CAPABILITY_VERSION
            found = unmet.reason
        return kind.at(
            at.locate_entry("version"),
            site=at.site.slug,
            extension=at.extension,
            subject=unmet.dependency,
            version=at.version,
            wanted=f" {unmet.wanted}" if unmet.wanted else "",
            found=found,
            advice=self._supply(problem, unmet),
        )

    def _supply(self, problem: Problem, unmet: Resolution) -> str:
        """Return how what is missing can be provided; the way that takes least away comes first.

        Where something else needs fewer steps than any of these, it is one of the ways.
        """
        ways = self._installation.adviser.choices(self._found, problem)
        shortest = min(map(len, ways), default=MOST_CHANGES + 1)
        smallest = self._installation.advise(self._site_id, problem) if shortest > 1 else None
        if not ways:
            known = _known(self._found, unmet)
            return f"{known} {advice(smallest, self._found.network.site.slug, problem.extension)}"
        if smallest is not None and len(smallest) < shortest:
            ways.append(smallest)
        ways.sort(key=takes_least)
        said = [in_words(way) for way in ways[:_MOST_CHOICES]]
        more = f", or {len(ways) - len(said)} other ways" if len(ways) > len(said) else ""
        sentence = "; or ".join(said) + more
        return f"{sentence[0].upper()}{sentence[1:]}."

    def other_provider(self, resolution: Resolution, preferred: str) -> Diagnostic:
        """Return that a capability comes from another provider than the one asked for."""
        at = self._state.configurations[resolution.key]
        return kinds.CAPABILITY_PROVIDER.at(
            at.locate_entry("version"),
            site=at.site.slug,
            extension=at.extension,
            subject=resolution.dependency,
            version=at.version,
            preferred=preferred,
            found=_provider_name(resolution.resolved_provider),
        )

    def _conflict(self, problem: Problem, conflict: Conflict) -> Diagnostic:
        return conflict_finding(self._state, conflict, self._advice(problem))

    def _too_old(self, problem: Problem) -> Iterator[Diagnostic]:
        at = self._configuration(problem.extension)
        manifest = self._found.network.manifests[problem.extension]
        hint = self._advice(problem)
        for shortfall in platform_too_old(self._found.network, manifest):
            is_mes = shortfall.what == "MES"
            kind = kinds.MES_VERSION_TOO_LOW if is_mes else kinds.API_VERSION_TOO_LOW
            yield kind.at(
                at.locate_entry("version"),
                site=at.site.slug,
                extension=at.extension,
                subject=shortfall.asked,
                version=at.version,
                wanted=shortfall.asked,
                found=shortfall.there,
                advice=hint,
            )

    def _cycle(self, problem: Problem) -> Diagnostic:
        at = self._configuration(problem.extension)
        circle = (problem.extension, *problem.about, problem.extension)
        return kinds.DEPENDENCY_CYCLE.at(
            at.locate_entry("version"),
            site=at.site.slug,
            extension=at.extension,
            subject=" → ".join(circle),
            circle=" → ".join(circle),
            advice=self._out_of_circle(problem),
        )

    def _out_of_circle(self, problem: Problem) -> str:
        if self._installation.advise(self._site_id, problem) is None:
            return (
                "No version in the catalog is without it: have one of the manifests changed, or "
                "disable all of them."
            )
        return self._advice(problem)

    def _missing_foundation(self, problem: Problem) -> Diagnostic:
        site = self._found.network.site
        return FOUNDATION_MISSING.at(
            site.document.locate(()),
            site=site.slug,
            extension=problem.extension,
            subject=problem.extension,
            advice=self._advice(problem),
        )


def advice(steps: Sequence[Step] | None, site: str, extension: str) -> str:
    """Return what to do, or where more is said of it."""
    if steps is None:
        return f"`reconciler explain {site} {extension}` shows what depends on what."
    sentence = in_words(steps)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _known(found: SiteRelations, unmet: Resolution) -> str:
    """Return what the catalog has of what is missing, where none of it can be used as it is."""
    catalog = found.network.catalog
    if unmet.type is DependencyType.EXTENSION:
        versions = catalog.versions(unmet.dependency)
        if not versions:
            close = did_you_mean(unmet.dependency, catalog.manifests, "Add its manifest.")
            return f"The catalog has no extension {unmet.dependency}. {close}"
        return f"The catalog has {listed(versions)} of {unmet.dependency}."
    able = sorted(
        f"{manifest.content.id} {manifest.content.version}"
        for manifest in catalog
        for each in manifest.content.capabilities.provides
        if each.name == unmet.dependency
    )
    if not able:
        return "Nothing in the catalog provides it: add a manifest that does."
    return f"In the catalog it is provided by {listed(able)}."


def _provider_name(provider: str | None) -> str:
    return "the platform" if provider == PLATFORM else provider or "nobody"


def conflict_finding(state: DesiredState, conflict: Conflict, hint: str) -> Diagnostic:
    """Return a conflict as a finding, at the version of the first of the two."""
    at = state.configurations[conflict.first]
    return _KIND_OF_CONFLICT[conflict.type].at(
        at.locate_entry("version"),
        site=at.site.slug,
        extension=at.extension,
        subject=conflict.subject(state),
        other=conflict.other(state),
        shared=f" in {conflict.topic}" if conflict.topic else "",
        first_policy=conflict.first_policy,
        second_policy=conflict.second_policy,
        scope=(conflict.scope or ConflictScope.CAPABILITY).value,
        reason=conflict.reason,
        advice=hint,
    )


def _elsewhere(state: DesiredState, installation: Installation, conflict: Conflict) -> Diagnostic:
    known = installation.advise_elsewhere(conflict)
    if known is None:
        site = state.sites_by_id[conflict.first.site_id].slug
        hint = advice(None, site, conflict.first.extension_id)
    else:
        site_id, steps = known
        hint = f"At {state.sites_by_id[site_id].slug}: {in_words(steps)}."
    return conflict_finding(state, conflict, hint)
