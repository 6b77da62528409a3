"""The job summary stays within its limit; no output can set another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.publish.errors import PublishError
from reconciler.publish.job_files import SUMMARY_LIMIT, set_step_outputs, write_job_summary


def outputs_as_the_runner_reads_them(path: Path) -> dict[str, str]:
    """Read the file by the rule that GitHub documents for multi-line outputs."""
    found: dict[str, str] = {}
    lines = iter(path.read_bytes().decode().split("\n"))
    for line in lines:
        if not line:
            continue
        name, delimiter = line.split("<<", 1)
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        found[name] = "\n".join(value)
    return found


def test_summary_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# before\n", encoding="utf-8")
    write_job_summary(path, "first")
    write_job_summary(path, "second ä\n")
    assert path.read_text(encoding="utf-8") == "# before\nfirst\nsecond ä\n"


def test_summary_that_fills_the_limit_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    write_job_summary(path, "x" * (SUMMARY_LIMIT - 1))
    assert path.stat().st_size == SUMMARY_LIMIT
    assert path.read_bytes() == b"x" * (SUMMARY_LIMIT - 1) + b"\n"


def test_summary_over_the_limit_is_cut_at_a_line_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    write_job_summary(path, "ü line of text\n" * 200_000)
    text = path.read_bytes().decode()
    assert SUMMARY_LIMIT - 100 < len(text.encode()) <= SUMMARY_LIMIT
    assert text.endswith(
        "ü line of text\n\n\nThe rest of this summary is over GitHub's limit of 1 MiB.\n"
    )


def test_full_summary_takes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_bytes(b"x" * SUMMARY_LIMIT)
    write_job_summary(path, "more")
    assert path.stat().st_size == SUMMARY_LIMIT


def test_unwritable_files_are_publish_errors(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="job summary"):
        write_job_summary(tmp_path / "absent" / "summary", "x")
    with pytest.raises(PublishError, match="step outputs"):
        set_step_outputs(tmp_path / "absent" / "output", {"a": "b"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z_][a-z0-9_-]{0,9}", fullmatch=True),
        st.one_of(
            st.text(st.characters(codec="utf-8")),
            st.sampled_from(["", "\n", "end_0\nevil=1", "a\nEOF\nevil<<EOF\n1\nEOF", "::error::x"]),
        ),
        max_size=4,
    )
)
def test_outputs_are_read_back_as_they_were_set(tmp_path: Path, outputs: dict[str, str]) -> None:
    path = tmp_path / "output"
    path.unlink(missing_ok=True)
    set_step_outputs(path, {"first": "1"})
    set_step_outputs(path, outputs)
    assert outputs_as_the_runner_reads_them(path) == {"first": "1", **outputs}


def test_value_that_repeats_an_earlier_delimiter_sets_nothing(tmp_path: Path) -> None:
    path = tmp_path / "output"
    set_step_outputs(path, {"first": "1"})
    delimiter = path.read_text(encoding="utf-8").splitlines()[0].split("<<")[1]
    hostile = f"x\n{delimiter}\nevil=1"
    set_step_outputs(path, {"second": hostile})
    assert outputs_as_the_runner_reads_them(path) == {"first": "1", "second": hostile}


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a\nb", "a<<b", "1a", "ä"])
def test_malformed_name_is_the_callers_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="output's name"):
        set_step_outputs(tmp_path / "output", {name: "x"})
    assert not (tmp_path / "output").exists()
