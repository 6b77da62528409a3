"""The exposition for Prometheus says what was read, whatever the names of sites are."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from reconciler.model.metrics import Reading, SiteFigures
from reconciler.report.metrics_text import metrics_as_text
from tests.support.hostile import HOSTILE


def families(reading: Reading | None) -> dict[str, Metric]:
    return {found.name: found for found in text_string_to_metric_families(metrics_as_text(reading))}


def site(name: str, number: int) -> SiteFigures:
    return SiteFigures(UUID(int=number), name, number, 0, 0, 0, 0, number, None, None)


def names(reading: Reading) -> list[str]:
    return [
        sample.labels["site"]
        for sample in families(reading)["reconciler_audit_chain_links"].samples
    ]


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=4))
def test_any_names_of_sites_come_back_as_they_are(found: list[str]) -> None:
    sites = tuple(site(name, number) for number, name in enumerate(found))
    assert names(Reading(1, 0, sites=sites)) == found


def test_a_hostile_name_adds_no_line_and_no_figure() -> None:
    quiet = metrics_as_text(Reading(1, 0, sites=(site("Cork", 1),)))
    for name in (*HOSTILE, 'x"} 1\nreconciler_up 0\n#', "\\", "\\n"):
        reading = Reading(1, 0, sites=(site(name, 1),))
        assert metrics_as_text(reading).count("\n") == quiet.count("\n")
        assert names(reading) == [name]


def test_two_sites_of_one_name_are_told_apart_by_their_ids() -> None:
    sites = (site("Cork", 1), site("Cork", 2))
    samples = families(Reading(1, 0, sites=sites))["reconciler_drifted_configurations"].samples
    assert {(each.labels["site_id"], each.value) for each in samples} == {
        (str(UUID(int=1)), 1.0),
        (str(UUID(int=2)), 2.0),
    }


def test_a_database_that_cannot_be_read_is_down_and_has_no_other_figure() -> None:
    found = families(None)
    assert set(found) == {"reconciler_up", "reconciler_build_info"}
    assert [sample.value for sample in found["reconciler_up"].samples] == [0.0]


def test_pending_migrations_are_all_that_is_said_of_an_older_schema() -> None:
    found = families(Reading(12, 1))
    assert found["reconciler_migrations_pending"].samples[0].value == 1
    assert "reconciler_drifted_configurations" not in found
