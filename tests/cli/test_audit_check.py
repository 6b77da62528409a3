"""Whatever is changed in an export is noticed, by the verifier in it and by the program."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.report import verify
from reconciler.report.evidence_check import check_archive
from tests.cli.conftest import Command, inside
from tests.support.exports import (
    Files,
    contents,
    manifest,
    packed,
    records,
    relinked,
    resealed,
    unpacked,
    verified,
    with_records,
)
from tests.support.installation import CORK, Installation

Rows = list[dict[str, Any]]
VERIFIER = verify.__file__
NAMES = (
    "index.html",
    "manifest.json",
    "manifest.sha256",
    "rows.jsonl",
    "runs.jsonl",
    "signatures.jsonl",
    "verify.py",
    "versions.jsonl",
)


@pytest.fixture(scope="module")
def files(exported: Path) -> Files:
    """The files of an untouched export."""
    return contents(exported)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that tests write exports into, one over the other."""
    return tmp_path_factory.mktemp("scratch") / "export"


def flipped(data: bytes, at: int, bits: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def places(data: bytes) -> list[int]:
    return sorted({0, 1, len(data) // 3, len(data) // 2, len(data) - 2, len(data) - 1})


def test_an_untouched_export_is_verified_as_an_archive_and_as_a_folder(
    exported: Path, files: Files, scratch: Path, command: Command
) -> None:
    for path in (exported, unpacked(files, scratch)):
        done = command("audit", "check", str(path))
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith("verify.py is the verifier of this program.\nVerified.\n")
    said = json.loads(command("audit", "check", str(exported), "--json").out)
    assert (said["verified"], said["rows"], said["problems"]) == (True, 10, [])


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_byte_is_noticed_by_the_program_wherever_it_is(
    files: Files, scratch: Path, tmp_path: Path, name: str
) -> None:
    for at in places(files[name]):
        changed = files | {name: flipped(files[name], at)}
        for path in (unpacked(changed, scratch), packed(changed, tmp_path / "export.zip")):
            assert not check_archive(path).passed, f"byte {at}"


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_byte_is_noticed_by_the_verifier_of_the_export(
    files: Files, tmp_path: Path, name: str
) -> None:
    """The verifier itself is changed where it says what it is, so that it still runs."""
    data = files[name]
    at = data.index(b"Verifies") if name == "verify.py" else len(data) // 2
    folder = unpacked(files | {name: flipped(data, at)}, tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "NOT verified.")
    assert ("manifest" if name.startswith("manifest") else name) in done.stdout


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_byte_that_is_changed_is_noticed(
    files: Files, scratch: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(NAMES))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    bits = data.draw(st.integers(1, 255))
    folder = unpacked(files | {name: flipped(files[name], at, bits)}, scratch)
    assert not check_archive(folder).passed


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_byte_changed_in_the_archive_is_noticed_or_changes_nothing_of_what_is_read(
    exported: Path, files: Files, scratch: Path, data: st.DataObject
) -> None:
    whole = exported.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    path = scratch.with_name("changed.zip")
    path.write_bytes(flipped(whole, at, data.draw(st.integers(1, 255))))
    if check_archive(path).passed:
        assert contents(path) == files


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_missing_or_cut_is_noticed(files: Files, tmp_path: Path, name: str) -> None:
    without = {each: data for each, data in files.items() if each != name}
    assert not check_archive(packed(without, tmp_path / "without.zip")).passed
    cut = files | {name: files[name][:-1]}
    assert not check_archive(packed(cut, tmp_path / "cut.zip")).passed
    longer = files | {name: files[name] + b"\n"}
    assert not check_archive(packed(longer, tmp_path / "longer.zip")).passed


def test_a_file_that_was_put_in_is_noticed(files: Files, tmp_path: Path) -> None:
    outcome = verified(files | {"addendum.html": b"<p>All is well</p>"}, tmp_path)
    assert outcome.problems == ["addendum.html: the manifest does not name it"]


def test_files_that_a_system_leaves_in_a_folder_are_overlooked(
    files: Files, tmp_path: Path
) -> None:
    assert verified(files | {".DS_Store": b"\x00"}, tmp_path).passed


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_in_an_archive_twice_is_noticed(files: Files, tmp_path: Path) -> None:
    path = packed(files, tmp_path / "twice.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("rows.jsonl", files["rows.jsonl"])
    assert "rows.jsonl: it is there twice" in check_archive(path).problems


def _other_reason(rows: Rows) -> None:
    rows[3]["reason"] = "another"


def _other_details(rows: Rows) -> None:
    rows[3]["details"]["commit"] = "0" * 40


def _true_for_one(rows: Rows) -> None:
    rows[3]["details"]["dirty"] = 0


def _other_time(rows: Rows) -> None:
    rows[3]["changed_at"] = rows[3]["changed_at"].replace("2026", "2025")


def _other_text(rows: Rows) -> None:
    rows[3]["text"] = rows[3]["text"].replace("Sign", "Sigh")
    rows[3]["reason"] = "Sigh"


def _other_text_with_its_hash(rows: Rows) -> None:
    _other_text(rows)
    rows[3]["row_hash"] = hashlib.sha256(rows[3]["text"].encode()).hexdigest()


def _removed(rows: Rows) -> None:
    del rows[1]


def _last_removed(rows: Rows) -> None:
    del rows[-1]


def _changed_places(rows: Rows) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def _added_key(rows: Rows) -> None:
    rows[3]["approved"] = True


def _without_key(rows: Rows) -> None:
    del rows[3]["text"]


def _of_another_site(rows: Rows) -> None:
    rows[3]["site_id"] = "00000000-0000-4000-8000-000000000000"


def _other_link(rows: Rows) -> None:
    rows[3]["chain_hash"] = "0" * 64


def _nothing(rows: Rows) -> None:
    rows.clear()


FORGERIES: dict[Callable[[Rows], None], str] = {
    _other_reason: "line 4: its reason is not that of the text",
    _other_details: "line 4: its details is not that of the text",
    _true_for_one: "line 4: its details is not that of the text",
    _other_time: "line 4: its changed_at is not that of the text",
    _other_text: "line 4: the audit row is not as it was recorded: its text has another hash",
    _other_text_with_its_hash: "line 4: it does not follow from the link before",
    _removed: "line 2: links before this one are missing",
    _last_removed: "the chain of dayton does not end as the manifest says",
    _changed_places: "line 1: links before this one are missing",
    _added_key: "line 4: it has other keys than an audit row",
    _without_key: "line 4: it has other keys than an audit row",
    _of_another_site: "line 4: its site is none of the manifest's",
    _other_link: "line 4: it does not follow from the link before",
    _nothing: "the chain of bremen does not end as the manifest says",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.strip("_"))
def test_an_altered_row_is_noticed_though_every_checksum_was_made_anew(
    files: Files, scratch: Path, forge: Callable[[Rows], None]
) -> None:
    rows = records(files)
    forge(rows)
    problems = verified(with_records(files, rows), scratch).problems
    assert any(FORGERIES[forge] in problem for problem in problems), problems


@pytest.mark.parametrize(
    "line",
    [b"\n", b"[]\n", b"{}\n", b"null\n", b"\xff\n", b"{", b"[" * 100_000, b'{"a": NaN}', b"1"],
)
def test_a_line_that_is_no_row_is_named_and_nothing_breaks(
    files: Files, scratch: Path, line: bytes
) -> None:
    broken = resealed(files | {"rows.jsonl": files["rows.jsonl"] + line})
    problems = verified(broken, scratch).problems
    assert problems
    assert all(problem.startswith("rows.jsonl, line 11: it ") for problem in problems)


def test_a_key_given_twice_does_not_hide_another_value(files: Files, scratch: Path) -> None:
    doubled = files["rows.jsonl"].replace(b'"reason":', b'"reason": "another", "reason":', 1)
    problems = verified(resealed(files | {"rows.jsonl": doubled}), scratch).problems
    assert "a key is given twice" in problems[0]


def test_a_chain_made_anew_is_told_from_the_true_one_by_an_anchor_only(
    files: Files, scratch: Path, recorded: Installation, command: Command, tmp_path: Path
) -> None:
    rows = records(files)
    _other_text(rows)
    forged = relinked(files, rows)
    anchor = command("audit", "anchor", **inside(recorded)).out
    (tmp_path / "anchor.json").write_text(anchor)
    assert verified(forged, scratch).passed, "whoever can alter everything can hash it anew"
    problems = verified(forged, scratch, anchor.encode()).problems
    assert problems == ["rows.jsonl, line 4: the anchor has another chain hash here"]
    path = str(packed(forged, tmp_path / "forged.zip"))
    done = command("audit", "check", path, "--anchor", str(tmp_path / "anchor.json"))
    assert (done.code, "the anchor has another chain hash" in done.out) == (1, True)


def test_a_true_export_agrees_with_an_anchor(
    exported: Path, recorded: Installation, command: Command, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.json"
    command("audit", "anchor", "--out", str(anchor), **inside(recorded))
    done = command("audit", "check", str(exported), "--anchor", str(anchor))
    assert (done.code, "3 of 3 anchored heads are within the export." in done.out) == (0, True)


def test_an_end_that_was_cut_off_is_missed_by_the_anchor(
    files: Files, scratch: Path, recorded: Installation, command: Command
) -> None:
    anchor = command("audit", "anchor", **inside(recorded)).out.encode()
    rows = [row for row in records(files) if (row["site_id"], row["position"]) != (str(CORK), 4)]
    sites = manifest(files)["sites"]
    cork = next(site for site in sites if site["id"] == str(CORK))
    last = next(row for row in rows if (row["site_id"], row["position"]) == (str(CORK), 3))
    cork |= {"rows": 3, "head": {"position": 3, "hash": last["chain_hash"]}}
    cut = resealed(with_records(files, rows), sites=sites)
    assert verified(cut, scratch).passed
    problems = verified(cut, scratch, anchor).problems
    assert problems == ["rows.jsonl: the chain of cork ends before the anchored link"]


def test_a_verifier_that_always_agrees_does_not_deceive_the_program(
    files: Files, tmp_path: Path
) -> None:
    lying = resealed(files | {"verify.py": b"print('Verified.')\n"})
    checked = check_archive(packed(lying, tmp_path / "lying.zip"))
    assert len(checked.problems) == 1
    assert checked.problems[0].startswith("verify.py: it is not the verifier of version ")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive at all" * 100])
def test_what_is_no_export_is_said_to_be_none(
    tmp_path: Path, command: Command, data: bytes
) -> None:
    path = tmp_path / "any.zip"
    path.write_bytes(data)
    done = command("audit", "check", str(path))
    assert (done.code, "cannot be read as an export" in done.out) == (1, True)


def test_a_path_with_nothing_there_is_an_error(command: Command, tmp_path: Path) -> None:
    done = command("audit", "check", str(tmp_path / "absent.zip"))
    assert (done.code, "there is no" in done.err) == (1, True)


def test_a_file_larger_than_the_manifest_says_is_not_read_to_its_end(
    files: Files, tmp_path: Path
) -> None:
    bomb = files | {"runs.jsonl": bytes(50_000_000)}
    outcome = check_archive(packed(bomb, tmp_path / "bomb.zip"))
    assert outcome.problems == ("runs.jsonl: it is not the file that the manifest describes",)


def test_an_anchor_that_cannot_be_read_is_no_verified_one(exported: Path, tmp_path: Path) -> None:
    for data, code in ((None, 2), (b"", 1), (b"{}", 1), (b'{"heads": [{}]}', 1)):
        anchor = tmp_path / "anchor.json"
        if data is not None:
            anchor.write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-I", "-S", VERIFIER, str(exported), "--anchor", str(anchor)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)


@pytest.mark.parametrize("data", [None, b"", b"{}", b'{"heads": [{}]}'])
def test_an_anchor_that_is_none_is_not_blamed_on_the_export(
    exported: Path, tmp_path: Path, command: Command, data: bytes | None
) -> None:
    anchor = tmp_path / "anchor.json"
    if data is not None:
        anchor.write_bytes(data)
    done = command("audit", "check", str(exported), "--anchor", str(anchor))
    said = f"{anchor} is no anchor" if data is not None else f"cannot read {anchor}"
    assert (done.code, done.out, said in done.err) == (1, "", True)


def test_nothing_in_an_export_steers_a_terminal(files: Files, tmp_path: Path) -> None:
    named = resealed(files, sites=[], format_version="\x1b[2J::error::boo")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(unpacked(named, tmp_path) / "verify.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, "\x1b" in done.stdout) == (1, False)
