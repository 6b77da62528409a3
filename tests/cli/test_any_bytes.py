"""Whatever the bytes of a file are, `validate` answers with findings and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.desired.demonstration import make_repository
from tests.cli.conftest import Command
from tests.support.desired_folder import SMALL, DesiredFolder, small_folder

FILES = sorted([*SMALL, "profiles/p.yaml", "catalog/capabilities/c.yaml"])
PIECES = st.sampled_from(
    [
        *(
            b"\0",
            b"\xff",
            b"\xed\xa0\x80",
            b"\xef\xbb\xbf",
            b"\t",
            b"\r",
            b"\n",
            b": ",
            b"- ",
            b"? ",
        ),
        *(
            b"&a ",
            b"*a",
            b"!!int ",
            b"!x ",
            b"<<: ",
            b"%YAML 1.1\n",
            b"---\n",
            b"...\n",
            b"[",
            b"}",
        ),
        *(b'"', b"'", b"|\n", b"#", b"{$secret: x}", b"1e999", b"9" * 30, b"~", b"\xe2\x80\xa8"),
        *(b"id: 1\n", b"version: [", b"configuration: 7\n", b"signoffs: {}\n", b"extensions:\n"),
    ]
)
MIXTURES = st.lists(PIECES | st.binary(max_size=6), max_size=30).map(b"".join)
THOROUGH = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def assert_answered(folder: DesiredFolder, relative: str, content: bytes) -> None:
    """Validate with a file of this content, then put back what was there."""
    folder.write(relative, content)
    try:
        for finding in folder.findings():
            assert finding.message
            assert finding.location is None or finding.location.line > 0
    finally:
        if relative in SMALL:
            folder.write(relative, SMALL[relative])
        else:
            folder.remove(relative)


@THOROUGH
@given(relative=st.sampled_from(FILES), content=MIXTURES)
@example(relative="reconciler.yaml", content=b"")
def test_any_bytes_in_any_file_are_answered(
    folder: DesiredFolder, relative: str, content: bytes
) -> None:
    assert_answered(folder, relative, content)


@THOROUGH
@given(relative=st.sampled_from(sorted(SMALL)), put=MIXTURES, data=st.data())
def test_a_real_file_changed_anywhere_is_answered(
    folder: DesiredFolder, relative: str, put: bytes, data: st.DataObject
) -> None:
    written = SMALL[relative].encode()
    start = data.draw(st.integers(0, len(written)))
    end = data.draw(st.integers(start, min(len(written), start + 20)))
    assert_answered(folder, relative, written[:start] + put + written[end:])


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(relative=st.sampled_from(FILES), content=MIXTURES)
def test_the_program_shows_no_traceback_whatever_a_file_holds(
    folder: DesiredFolder, program: Command, relative: str, content: bytes
) -> None:
    folder.write(relative, content)
    ran = program("validate", cwd=folder.path.parent)
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err


def test_the_demonstration_state_validates_after_all(tmp_path: Path, program: Command) -> None:
    make_repository(tmp_path / "demo")
    assert program("validate", cwd=tmp_path / "demo").code == 0
