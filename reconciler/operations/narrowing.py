"""What a plan that is narrowed to some sites or extensions would leave behind.

What is not selected stays as it is live. So the extensions of a site are judged as they would be
together after the apply, and not only as git wants them once everything is applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from reconciler.model.desired import ConfigurationKey, DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import DatabaseRow
from reconciler.model.plan import BlockCode, BlockedReason
from reconciler.rules.global_conflicts import Followers
from reconciler.rules.network import network_of, surroundings_of
from reconciler.rules.problems import Problem, ProblemKind, in_plain_words, relations_at

Versions = dict[UUID, dict[str, str]]


def left_wrong(
    head: DesiredState,
    diagnostics: Sequence[Diagnostic],
    live: Mapping[ConfigurationKey, DatabaseRow],
    selected: Mapping[ConfigurationKey, DesiredConfiguration],
    touched: set[ConfigurationKey],
) -> list[BlockedReason]:
    """Return what would be wrong among extensions after a narrowed apply, and is not by now.

    Args:
        head: the desired state.
        diagnostics: its findings, those that a waiver accepted among them.
        live: every row of the managed sites.
        selected: what of the desired state is to be applied.
        touched: which configurations the plan changes.
    """
    after_versions = _live_versions({key: row for key, row in live.items() if key not in touched})
    for key in touched & selected.keys():
        after_versions.setdefault(key.site_id, {})[key.extension_id] = selected[key].version
    before, after = _State(head, _live_versions(live)), _State(head, after_versions)
    found = []
    for site_id in sorted({key.site_id for key in touched}, key=str):
        site = head.sites_by_id[site_id]
        found += [
            f"with only what is selected, at {site.slug} {in_plain_words(problem)}; select what "
            "belongs together, or leave --site and --extension out"
            for problem in sorted(after.problems(site_id) - before.problems(site_id))
            if not _is_waived(problem, site.slug, diagnostics)
        ]
    return [BlockedReason(code=BlockCode.NARROWED, message=problem) for problem in found]


class _State:
    """What would be enabled where, and what is wrong with that."""

    def __init__(self, head: DesiredState, versions: Versions) -> None:
        surroundings = surroundings_of(head)
        self._networks = {
            site.id: network_of(surroundings, site, versions.get(site.id, {}))
            for site in head.sites.values()
        }
        enabled = (
            (network.key(extension), version)
            for network in self._networks.values()
            for extension, version in network.versions.items()
        )
        self._followers = Followers(enabled, head.catalog)

    def problems(self, site_id: UUID) -> set[Problem]:
        """Return what is wrong at a site; its foundation apart, which is judged with the whole."""
        network = self._networks[site_id]
        found = {
            problem
            for problem in relations_at(network).problems
            if problem.kind is not ProblemKind.FOUNDATION
        }
        elsewhere = {
            Problem(ProblemKind.ELSEWHERE, extension)
            for extension, manifest in network.manifests.items()
            if self._followers.excluded(network.key(extension), manifest)
        }
        return found | elsewhere


def _live_versions(rows: Mapping[ConfigurationKey, DatabaseRow]) -> Versions:
    versions: Versions = {}
    for key, row in rows.items():
        if row.live is not None:
            versions.setdefault(key.site_id, {})[key.extension_id] = row.live.version
    return versions


def _is_waived(problem: Problem, site: str, diagnostics: Sequence[Diagnostic]) -> bool:
    about = problem.about[0] if problem.about else None
    return any(
        found.waiver is not None
        and (found.site, found.extension) == (site, problem.extension)
        and about in (None, (found.subject or "").split(" ")[0])
        for found in diagnostics
    )
