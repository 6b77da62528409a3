"""The signatures that desired configurations still ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.plan import NeededSignoff
from reconciler.planning.attribution import own_file
from reconciler.rules.compliance import Requirements, unsigned_requirements


def needed_signoffs(
    head: DesiredState, concerned: Collection[ConfigurationKey]
) -> Iterator[NeededSignoff]:
    """Yield each signature that one of ``concerned`` asks for and that no signoff gives."""
    for configuration in head.at_versions(Requirements.in_state(head).of):
        if configuration.key not in concerned:
            continue
        for required in unsigned_requirements(configuration, head):
            yield NeededSignoff(
                site=configuration.site.slug,
                extension=configuration.extension,
                aspect=required.aspect,
                role=required.role,
                config_hash=configuration.config_hash,
                enforced=required.enforced,
                path=own_file(configuration.site, configuration.extension),
            )


def in_order(needed: Iterable[NeededSignoff]) -> tuple[NeededSignoff, ...]:
    """Return signatures in the order of a plan."""
    return tuple(sorted(needed, key=lambda each: (each.site, each.extension, each.aspect)))
