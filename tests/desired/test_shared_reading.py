"""A desired state read beside another that is like it: as if it had been read alone."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.loader import Loaded, load
from reconciler.desired.source_tree import ReadFiles, SourceTree
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
