"""Every scenario by its code, those in folders and those made by functions."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.built import BUILT
from tests.scenarios.scenario import Scenario, read_scenario

_HERE = Path(__file__).parent

IN_FOLDERS: dict[str, Scenario] = {
    path.name: read_scenario(path)
    for path in sorted(_HERE.iterdir())
    if (path / "expected.txt").is_file()
}
SCENARIOS: dict[str, Scenario] = dict(sorted({**IN_FOLDERS, **BUILT}.items()))
