"""Every kind of file made to keep the reader busy, as large as a file may be."""

from __future__ import annotations

import json
import time

import pytest

from reconciler.desired.yaml.reader import read_yaml
from tests.support.hostile_grammar import HOSTILE_TO_GRAMMAR
from tests.support.hostile_yaml import ELSEWHERE, HOSTILE_YAML, SIZE, Text

FILES = HOSTILE_YAML | HOSTILE_TO_GRAMMAR


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_mebibyte_is_read_or_refused_in_time(name: str) -> None:
    read_in_time(FILES[name])


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ELSEWHERE)
def test_so_is_every_sign_at_every_place(name: str) -> None:
    read_in_time(ELSEWHERE[name])


def read_in_time(text: Text) -> None:
    data = text().encode()
    assert len(data) <= SIZE
    began = time.process_time()
    reading = read_yaml("f.yaml", data)
    if reading.document is None:
        assert reading.diagnostics
        assert len(reading.diagnostics) <= 1_001
    else:
        reading.document.locate(("a", 0))
    assert time.process_time() - began < 5
    if reading.document is not None:
        json.dumps(reading.document.value, allow_nan=False)
