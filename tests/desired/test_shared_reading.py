"""A desired state read beside another that is like it: as if it had been read alone."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired import loader, site_files
from reconciler.desired.loader import Loaded, load
from reconciler.desired.source_tree import ReadFiles, SourceTree
from reconciler.desired.yaml.reader import Reading, read_yaml
from reconciler.model.desired import DesiredState, Revision
from tests.support.plant import Plant

SITES = ("hartford", "lyon", "osaka")
EXTENSIONS = ("sap-adapter", "mqtt-gateway")
ENTRIES: list[Any] = [
    None,
    {"version": "1.0.0"},
    {"version": "1.0.0", "configuration": {"interval": 60}},
    {"version": "1.0.0", "configuration": {"interval": "often"}},
    {"configuration": {"interval": 5}},
    {"enabled": False},
    "version: [\n",
]
PROFILE = {"extensions": {"mqtt-gateway": {"version": "1.0.0", "configuration": {"interval": 1}}}}


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """Draw a small installation in which anything may be different or wrong."""
    schema = {"type": "object", "properties": {"interval": {"type": "integer"}}}
    plant = Plant()
    for extension in EXTENSIONS:
        plant.offer(extension, configuration=schema)
    if draw(st.booleans()):
        plant.put("profiles/standard.yaml", PROFILE)
    for number, slug in enumerate(SITES):
        if draw(st.integers(0, 5)) == 0:
            continue
        name = draw(st.sampled_from([slug, slug, "another name"]))
        profiles = draw(st.sampled_from([[], ["standard"]]))
        identity = {"id": f"00000000-0000-0000-0000-00000000000{number + 1}"}
        plant.site(slug, name=name, profiles=profiles, **identity)
        for extension in EXTENSIONS:
            if entry := draw(st.sampled_from(ENTRIES)):
                plant.put(f"sites/{slug}/extensions/{extension}.yaml", entry)
    return plant


def committed(plant: Plant) -> SourceTree:
    """Return the plant's files as a commit has them: each by the name of its content."""
    files = {path: text.encode() for path, text in sorted(plant.files.items())}
    names = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    return SourceTree("desired-state", ReadFiles(files, names), Revision(None, dirty=False))


def said(loaded: Loaded) -> dict[str, Any]:
    """Return everything that a loaded state says, values and places included."""
    state = loaded.state
    assert isinstance(state, DesiredState)
    return {
        "findings": sorted(map(repr, (*loaded.diagnostics, *loaded.content))),
        "sites": {slug: (each.id, each.name, each.profiles) for slug, each in state.sites.items()},
        "unread": (state.unreadable_extensions, state.incomplete_sites),
        "opt_outs": {key: (out.version, out.document.path) for key, out in state.opt_outs.items()},
        "configurations": {
            key: (
                each.site.name,
                each.version,
                each.config_hash,
                each.configuration,
                [layer.document.path for layer in each.layers],
                each.locate_entry("version"),
            )
            for key, each in state.configurations.items()
        },
    }


@given(plants(), plants())
def test_a_state_read_beside_another_is_the_one_read_alone(one: Plant, other: Plant) -> None:
    alone = load(committed(other))
    beside = load(committed(other), load(committed(one)))
    assert said(beside) == said(alone)


@given(plants())
def test_a_state_read_beside_itself_is_itself(plant: Plant) -> None:
    known = load(committed(plant))
    assert said(load(committed(plant), known)) == said(known)


@pytest.mark.parametrize("few", [3_000, 0])
def test_two_states_read_in_one_go_are_the_ones_read_alone(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(loader, "FEW_FILES", few)

    @given(plants(), plants())
    def check(one: Plant, other: Plant) -> None:
        tree, other_tree = committed(one), committed(other)
        known = load(tree, beside=other_tree)
        assert said(known) == said(load(committed(one)))
        assert said(load(other_tree, known)) == said(load(committed(other)))

    check()


def test_of_two_states_read_in_one_go_only_what_differs_is_read_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant = Plant().offer("sap-adapter").site("lyon", "sap-adapter").site("osaka", "sap-adapter")
    tree = committed(plant)
    other = committed(plant.enable("lyon", "sap-adapter", reason="As agreed"))
    read: list[str] = []

    def counted(path: str, data: bytes) -> Reading:
        read.append(path)
        return read_yaml(path, data)

    monkeypatch.setattr(site_files, "read_yaml", counted)
    known = load(tree, beside=other)
    load(other, known)
    assert sorted(path for path in read if "lyon" in path and "extensions" in path) == [
        "desired-state/sites/lyon/extensions/sap-adapter.yaml",
        "desired-state/sites/lyon/extensions/sap-adapter.yaml",
    ]
    assert len([path for path in read if "osaka" in path]) == 2
