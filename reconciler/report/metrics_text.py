"""The figures for monitoring in Prometheus's text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from reconciler import __version__
from reconciler.model.metrics import Reading, RunFigures, SiteFigures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SITE_LABELS = ("site_id", "site")


def metrics_as_text(reading: Reading | None) -> str:
    """Return the exposition of a reading; None where the database could not be read."""
    families = [*_always(reading), *(_read(reading) if reading else ())]
    return generate_latest(_Families(families)).decode()


class _Families(Collector):
    """What the library renders: families that are complete already."""

    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self.families


def _gauge(name: str, about: str, value: float | None) -> Iterator[Metric]:
    """Yield a gauge of one value; nothing where there is no value."""
    if value is not None:
        yield GaugeMetricFamily(f"reconciler_{name}", about, value=value)


def _always(reading: Reading | None) -> Iterator[Metric]:
    yield from _gauge("up", "Whether the database could be read.", float(reading is not None))
    build = GaugeMetricFamily(
        "reconciler_build_info", "The program's version; always 1.", labels=["version"]
    )
    build.add_metric([__version__], 1)
    yield build


def _read(reading: Reading) -> Iterator[Metric]:
    yield from _gauge("scrape_duration_seconds", "How long this reading took.", reading.seconds)
    yield from _gauge(
        "schema_version", "The newest migration that was applied.", reading.schema_version
    )
    yield from _gauge(
        "migrations_pending",
        "Migrations that the database lacks; until it has them, nothing else is read.",
        reading.pending,
    )
    if not reading.pending:
        yield from _sizes(reading)
        yield from _runs(reading)
        yield from _sites(reading.sites)
        yield from _timings(reading)


def _sizes(reading: Reading) -> Iterator[Metric]:
    rows = GaugeMetricFamily(
        "reconciler_table_rows", "Rows of a table, as the server estimates them.", labels=["table"]
    )
    size = GaugeMetricFamily(
        "reconciler_table_size_bytes", "Room of a table with its indexes.", labels=["table"]
    )
    for each in reading.sizes:
        rows.add_metric([each.table], each.rows)
        size.add_metric([each.table], each.bytes)
    yield from (rows, size)


def _runs(reading: Reading) -> Iterator[Metric]:
    labels = ["kind", "status"]
    count = CounterMetricFamily("reconciler_runs", "Runs by kind and outcome.", labels=labels)
    newest = GaugeMetricFamily(
        "reconciler_last_run_timestamp_seconds",
        "When the newest run of a kind and outcome was.",
        labels=labels,
    )
    for each in reading.runs:
        count.add_metric(_run_labels(each), each.runs)
        newest.add_metric(_run_labels(each), each.newest_at)
    yield from (count, newest)
    yield from _gauge(
        "last_applied_run_age_seconds",
        "How long ago a run last applied something.",
        reading.applied_age,
    )


def _run_labels(run: RunFigures) -> list[str]:
    return [run.kind, run.status]


def _sites(sites: tuple[SiteFigures, ...]) -> Iterator[Metric]:
    named = list(_SITE_LABELS) if any(site.site_id is not None for site in sites) else []
    for name, about, values in (
        (
            "drifted_configurations",
            "Configurations that are not as the reconciler last wrote them.",
            [site.drifted for site in sites],
        ),
        ("audit_chain_links", "Links of the audit chain.", [site.links for site in sites]),
        (
            "audit_chain_head_age_seconds",
            "Age of the newest audit row.",
            [site.head_age for site in sites],
        ),
        (
            "audit_log_oldest_row_age_seconds",
            "Age of the oldest audit row that is not archived.",
            [site.oldest_age for site in sites],
        ),
    ):
        family = GaugeMetricFamily(f"reconciler_{name}", about, labels=named)
        for site, value in zip(sites, values, strict=True):
            if value is not None:
                family.add_metric(_site_labels(site), value)
        yield family
    yield _conflicts(sites, named)
    yield _unsigned(sites, named)


def _unsigned(sites: tuple[SiteFigures, ...], named: list[str]) -> Metric:
    family = GaugeMetricFamily(
        "reconciler_unsigned_requirements",
        "Signatures that live configurations should have, and have not.",
        labels=[*named, "enforced"],
    )
    for site in sites:
        family.add_metric([*_site_labels(site), "true"], site.unsigned_enforced)
        family.add_metric([*_site_labels(site), "false"], site.unsigned_recommended)
    return family


def _conflicts(sites: tuple[SiteFigures, ...], named: list[str]) -> Metric:
    family = GaugeMetricFamily(
        "reconciler_open_conflicts",
        "Conflicts that are not resolved.",
        labels=[*named, "severity"],
    )
    for site in sites:
        family.add_metric([*_site_labels(site), "error"], site.conflict_errors)
        family.add_metric([*_site_labels(site), "warning"], site.conflict_warnings)
    return family


def _site_labels(site: SiteFigures) -> list[str]:
    return [] if site.site_id is None else [str(site.site_id), site.name or ""]


def _timings(reading: Reading) -> Iterator[Metric]:
    yield from _gauge(
        "last_snapshot_timestamp_seconds",
        "When the newest snapshot was made.",
        reading.newest_snapshot_at,
    )
    family = GaugeMetricFamily(
        "reconciler_query_duration_seconds",
        "How long a typical query took just now, at the site with most audit rows.",
        labels=["query"],
    )
    for name, seconds in sorted(reading.query_seconds.items()):
        family.add_metric([name], seconds)
    yield family
