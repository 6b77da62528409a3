"""The signatures that desired configurations still ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.plan import NeededSignoff
from reconciler.planning.attribution import own_file
from reconciler.rules.compliance import Requirements, unsigned_requirements


def needed_signoffs(
    desired: Iterable[DesiredConfiguration], head: DesiredState
) -> Iterator[NeededSignoff]:
    """Yield each signature that a configuration asks for and that no signoff gives."""
    asked = Requirements(head)
    for configuration in desired:
        if not asked.of(configuration):
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
