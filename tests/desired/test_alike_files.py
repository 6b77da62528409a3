"""Sites read by the outlines of their files: as if every file had been read line by line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.desired import loader, site_files
from reconciler.desired.loader import load
from reconciler.desired.yaml.reader import Reading, read_yaml
from reconciler.model.desired import DesiredState
from tests.support.plant import Plant

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "interval": {"type": "integer", "minimum": 10},
        "topics": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
        "password": {"type": "string", "x-sensitive": True, "minLength": 300},
        "endpoint": {"type": "string", "pattern": "^https"},
        "extra": {"type": "boolean"},
    },
}
EXTENSIONS = ("sap-adapter", "mqtt-gateway")
LONG = "1.0.0-abcdefghijklmn"
"""A version as long as one may be."""


def file(
    *,
    version: str = "1.0.0",
    interval: object = 60,
    topics: str = "a, b",
    held: str = "vault://plant/sap#password",
    endpoint: str = "https://sap.example",
    reason: str = "As agreed",
    more: str = "",
) -> str:
    """Return an extension's file of the usual form."""
    return (
        f"version: {version}\nconfiguration:\n  interval: {interval}\n  topics: [{topics}]\n"
        f'  password: {{$secret: "{held}"}}\n  endpoint: {endpoint}\n{more}reason: {reason}\n'
    )


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    """Return what is nearly always usual, so that a file has one thing out of the ordinary."""
    return st.sampled_from([usual] * 3 * len(others) + list(others))


FILES = st.builds(
    file,
    version=mostly("1.0.0", "2.0.0", "3.0.0"),
    interval=mostly(60, 300, 10, 9, "often", 1.5),
    topics=mostly("a, b", "c, d", "a, a", "a", "a, 1"),
    held=mostly("vault://a/b", "env://SAP", "none", "vault://u:p@host"),
    endpoint=mostly("https://a", "http://a", "https://u:p@host", "true", "&x y"),
    reason=mostly("As agreed", "'As agreed'", "''", "2026", "Raised by request: 7"),
    more=mostly("", "", "  unknown: 1\n", "enabled: false\n", "site: lyon\n"),
)


def plant_of(sites: list[tuple[list[str], list[str]]]) -> Plant:
    """Return a plant with sites that have some files and take part in some profiles."""
    plant = Plant().offer("mqtt-gateway", configuration=SCHEMA)
    plant.offer("sap-adapter", configuration=SCHEMA).offer("sap-adapter", "v2.0.0")
    plant.offer("sap-adapter", LONG, configuration=SCHEMA)
    plant.offer("mqtt-gateway", LONG, configuration=SCHEMA)
    plant.put(
        "profiles/shared.yaml", {"extensions": {"sap-adapter": {"configuration": {"extra": True}}}}
    )
    for number, (files, profiles) in enumerate(sites):
        plant.site(f"plant-{number}", profiles=profiles)
        for extension, text in zip(EXTENSIONS, files, strict=True):
            plant.put(f"sites/plant-{number}/extensions/{extension}.yaml", text)
    return plant


def said(plant: Plant) -> dict[str, Any]:
    loaded = load(plant.tree)
    state = loaded.state
    assert isinstance(state, DesiredState)
    return {
        "findings": sorted(map(repr, (*loaded.diagnostics, *loaded.content))),
        "enabled": {
            site_id: (it.extensions, it.versions, it.hashes, it.by_profile, dict(it.remarks))
            for site_id, it in state.enabled.items()
        },
        "values": {key: each.configuration for key, each in state.configurations.items()},
        "unread": state.unreadable_extensions,
    }


@settings(max_examples=150)
@example([([file(version=LONG)] * 2, []), *[([file(version=f"v{LONG}")] * 2, [])] * 3])
@example([([file(reason="2026")] * 2, [])] * 2)
@given(
    st.lists(
        st.tuples(
            st.lists(FILES, min_size=2, max_size=2),
            st.sampled_from([[], [], ["shared"]]),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_sites_read_by_outlines_are_those_read_line_by_line(
    sites: list[tuple[list[str], list[str]]],
) -> None:
    # Sites of which nothing is wrong come first, and again: of them is learned.
    known: list[tuple[list[str], list[str]]] = [
        ([file(), file()], []),
        ([file(reason="'As agreed'")] * 2, []),
    ]
    plant = plant_of(known * 2 + sites)
    line_by_line = said(plant)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "FEW_FILES", 0)
        patched.setattr(loader, "processes_for", lambda _: 1)
        assert said(plant) == line_by_line


def test_what_is_alike_is_not_read_line_by_line_once_it_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def counted(path: str, data: bytes) -> Reading:
        read.append(path)
        return read_yaml(path, data)

    monkeypatch.setattr(loader, "FEW_FILES", 0)
    monkeypatch.setattr(loader, "processes_for", lambda _: 1)
    monkeypatch.setattr(site_files, "read_yaml", counted)
    load(plant_of([([file(interval=10 + each)] * 2, []) for each in range(8)]).tree)
    long_way = {path.split("/")[-3] for path in read if "/extensions/" in path}
    assert long_way == {"plant-0"}, "the second of its files is like the first"
