"""What configurations hold is read again together: by one process or several, the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.desired import loader, stored_document
from reconciler.desired.loader import load
from reconciler.desired.stored_document import read_together
from reconciler.desired.workers import each
from reconciler.model.desired import DesiredState
from tests.support.plant import Plant

HELD = {"b": [1, 2.5, -0.0, None, True, "é", {"c": ""}], "a": {"$secret": "vault://a/b"}}


@pytest.fixture
def plant() -> Plant:
    plant = Plant().offer("sap-adapter").offer("mqtt-gateway")
    plant.put("profiles/shared.yaml", {"extensions": {"sap-adapter": {"configuration": {"p": 1}}}})
    for number in range(6):
        plant.site(f"plant-{number}", profiles=["shared"])
        for extension in ("sap-adapter", "mqtt-gateway"):
            plant.enable(f"plant-{number}", extension, configuration={**HELD, "n": number})
    return plant


def loaded(plant: Plant) -> DesiredState:
    state = load(plant.tree).state
    assert state is not None
    return state


@pytest.mark.parametrize("processes", [1, 3])
def test_what_is_read_together_is_what_each_file_says(
    monkeypatch: pytest.MonkeyPatch, plant: Plant, processes: int
) -> None:
    expected = {key: it.configuration for key, it in loaded(plant).configurations.items()}
    monkeypatch.setattr(loader, "FEW_FILES", 0)
    monkeypatch.setattr(stored_document, "processes_for", lambda _: processes)
    asked: list[range] = []

    def counted(work: Callable[..., object], jobs: range, number: int) -> object:
        asked.append(jobs)
        return each(work, jobs, number)  # type: ignore[arg-type]

    monkeypatch.setattr(stored_document, "each", counted)
    state = loaded(plant)
    read_together(state.configurations.values())
    found = {key: it.configuration for key, it in state.configurations.items()}
    assert repr(found) == repr(expected)
    read_together(state.configurations.values())
    assert asked == [range(12)], "what is read is not read again, and a profile never"


def test_a_place_is_told_of_what_was_read_together(
    monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    monkeypatch.setattr(loader, "FEW_FILES", 0)
    state = loaded(plant)
    read_together(state.configurations.values())
    for each_one in state.configurations.values():
        place = each_one.locate(("b", 1))
        assert place.path == each_one.path
        assert place.line is not None
        assert place.line > 1
