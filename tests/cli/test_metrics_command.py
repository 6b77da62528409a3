"""Figures for Prometheus: what they say, and that nothing is written or left half-written."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql

from tests.cli.conftest import Command, Plants, clean_environment, inside
from tests.support.installation import Installation
from tests.support.logins import AUDITOR, READER, new_login

AWAY = "postgresql://monitor:Swordfish-7@127.0.0.1:1/machshop"
LOG = "configuration_audit_log"


def parsed(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(text: str, name: str, **labels: str) -> float:
    (found,) = [
        sample.value
        for family in parsed(text).values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    return found


def test_every_figure_has_a_help_a_type_and_a_name_by_the_conventions(
    recorded: Installation, command: Command
) -> None:
    found = parsed(command("metrics", **inside(recorded)).out)
    assert len(found) == 18
    assert {family.type for family in found.values()} == {"counter", "gauge"}
    for name, family in found.items():
        assert family.documentation.endswith(".")
        assert re.fullmatch(r"reconciler_[a-z]+(_[a-z]+)*", name)
        assert family.samples
        counted = family.type == "counter"
        assert all(sample.name.endswith("_total") == counted for sample in family.samples)
        if re.search(r"_age|_duration|_timestamp", name):
            assert name.endswith("_seconds")


def test_the_figures_are_those_of_the_database(recorded: Installation, command: Command) -> None:
    text = command("metrics", **inside(recorded)).out
    ((links, applied, newest, archived),) = recorded.rows(
        "SELECT (SELECT count(*) FROM configuration_audit_chain), "
        "(SELECT count(*) FROM reconcile_runs WHERE kind = 'apply' AND status = 'applied'), "
        "(SELECT extract(epoch FROM max(recorded_at))::float8 FROM reconcile_runs), "
        "(SELECT count(*) FROM configuration_audit_archive)"
    )
    drift = json.loads(command("drift", "--json", **inside(recorded)).out)
    labels = {"kind": "apply", "status": "applied"}
    assert value(text, "reconciler_up") == 1
    assert value(text, "reconciler_audit_chain_links") == links
    assert value(text, "reconciler_runs_total", **labels) == applied
    assert value(text, "reconciler_last_run_timestamp_seconds", **labels) == pytest.approx(newest)
    assert value(text, "reconciler_drifted_configurations") == len(drift["changes"]) == 1
    assert value(text, "reconciler_table_rows", table="configuration_audit_archive") == archived
    assert value(text, "reconciler_table_size_bytes", table=LOG) > 16 * 8192
    assert value(text, "reconciler_migrations_pending") == 0
    assert 0 < value(text, "reconciler_audit_chain_head_age_seconds") < 3600


def test_conflicts_and_signatures_are_counted_while_they_are_open(
    installed: Plants, command: Command
) -> None:
    run = {"cwd": installed.root, "DATABASE_URL": installed.url}
    installed.execute(
        "INSERT INTO extension_conflicts_detected "
        "(site_id, extension_id_1, extension_id_2, conflict_type, severity, reason, resolved_at) "
        "SELECT id, 'a', name, 'explicit', 'error', 'both', "
        "CASE WHEN name LIKE 'Penang%%' THEN now() END FROM sites"
    )
    installed.execute(
        "INSERT INTO compliance_requirements "
        "(site_id, extension_id, aspect, required_role, enforced) "
        "SELECT site_id, extension_id, 'of the test', 'quality-manager', extension_id < 'f' "
        "FROM site_extension_configs"
    )
    text = command("metrics", **run).out
    assert value(text, "reconciler_open_conflicts", severity="error") == 3
    assert value(text, "reconciler_open_conflicts", severity="warning") == 0
    ((enforced,),) = installed.execute(
        "SELECT count(*) FROM site_extension_configs WHERE extension_id < 'f'"
    )
    assert value(text, "reconciler_unsigned_requirements", enforced="true") == enforced > 0
    assert value(text, "reconciler_unsigned_requirements", enforced="false") == 39 - enforced


def test_a_partitioned_table_is_counted_once(installed: Plants, command: Command) -> None:
    installed.execute("ANALYZE")
    text = command("metrics", cwd=installed.root, DATABASE_URL=installed.url).out
    ((rows,),) = installed.execute("SELECT count(*) FROM configuration_audit_log")
    assert value(text, "reconciler_table_rows", table=LOG) == rows == 61


def test_sites_are_told_apart_only_when_asked_for(recorded: Installation, command: Command) -> None:
    whole = parsed(command("metrics", **inside(recorded)).out)["reconciler_audit_chain_links"]
    each = parsed(command("metrics", "--per-site", **inside(recorded)).out)
    sites = each["reconciler_audit_chain_links"].samples
    assert [sample.labels for sample in whole.samples] == [{}]
    assert sum(sample.value for sample in sites) == whole.samples[0].value
    listed = {(str(site), name) for site, name in recorded.rows("SELECT id, name FROM sites")}
    assert {(sample.labels["site_id"], sample.labels["site"]) for sample in sites} <= listed
    assert len(sites) > 1


def test_a_new_schema_has_figures_before_the_first_apply(database: str, command: Command) -> None:
    done = command("metrics", DATABASE_URL=database)
    assert done.code == 0
    assert value(done.out, "reconciler_drifted_configurations") == 0
    assert "reconciler_last_applied_run_age_seconds" not in parsed(done.out)


def test_a_database_without_schema_has_pending_migrations(
    empty_database: str, command: Command
) -> None:
    text = command("metrics", DATABASE_URL=empty_database).out
    assert value(text, "reconciler_schema_version") == 0
    assert value(text, "reconciler_migrations_pending") > 10


def test_an_auditor_may_read_them_and_nothing_is_written(
    recorded: Installation, command: Command
) -> None:
    before = recorded.digest()
    with new_login(recorded.owner_url, AUDITOR) as login:
        done = command("metrics", DATABASE_URL=login.url(recorded.owner_url))
    assert (done.code, done.err) == (0, "")
    assert recorded.digest() == before


def test_a_login_that_does_not_see_every_site_gets_no_wrong_figure(
    recorded: Installation, command: Command
) -> None:
    with new_login(recorded.owner_url, READER) as login:
        done = command("metrics", DATABASE_URL=login.url(recorded.owner_url))
    assert done.code == 1
    assert set(parsed(done.out)) == {"reconciler_up", "reconciler_build_info"}


def test_a_file_is_written_whole_and_says_when_the_database_is_away(
    recorded: Installation, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "textfile" / "reconciler.prom"
    file.parent.mkdir()
    assert command("metrics", "--out", str(file), **inside(recorded)).code == 0
    assert value(file.read_text(encoding="utf-8"), "reconciler_up") == 1
    done = command("metrics", "--out", str(file), DATABASE_URL=AWAY)
    assert (done.code, done.out) == (1, "")
    assert "cannot connect to PostgreSQL" in done.err
    assert "Swordfish" not in done.err + file.read_text(encoding="utf-8")
    assert value(file.read_text(encoding="utf-8"), "reconciler_up") == 0
    assert list(file.parent.iterdir()) == [file]


def test_a_statement_that_takes_too_long_is_given_up(installed: Plants, command: Command) -> None:
    with psycopg.connect(installed.owner_url) as other:
        other.execute("LOCK TABLE reconcile_runs IN ACCESS EXCLUSIVE MODE")
        done = command("metrics", "--statement-timeout", "0.2", DATABASE_URL=installed.url)
    assert done.code == 1
    assert value(done.out, "reconciler_up") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--listen", "9187"),
        ("--listen", ":9187"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "http://127.0.0.1:9187"),
        ("--listen", "127.0.0.1:0", "--out", "x.prom"),
        ("--site", "cork"),
        ("--json",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_refused(command: Command, arguments: tuple[str, ...]) -> None:
    done = command("metrics", *arguments, DATABASE_URL=AWAY)
    assert (done.code, done.out) == (64, "")


@contextmanager
def served(url: str, home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve the figures of a database; yield the program and its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "metrics", "--listen", "127.0.0.1:0"],
        cwd=home,
        env=clean_environment(home, DATABASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as program:
        try:
            assert program.stderr is not None
            said = program.stderr.readline()
            found = re.fullmatch(r"Serving http://127\.0\.0\.1:(\d+)/metrics\n", said)
            assert found is not None, said
            yield program, int(found[1])
        finally:
            program.kill()


def asked(port: int, method: str, path: str) -> tuple[int, Mapping[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_the_server_reads_anew_survives_a_database_that_is_away_and_ends_on_sigterm(
    installed: Plants, server_url: str, tmp_path: Path
) -> None:
    with served(installed.url, tmp_path) as (program, port):
        status, headers, text = asked(port, "GET", "/metrics")
        assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/plain")
        assert value(text, "reconciler_drifted_configurations") == 0
        installed.execute("UPDATE site_extension_configs SET version = '9.9.9'")
        text = asked(port, "GET", "/metrics")[2]
        assert value(text, "reconciler_drifted_configurations") == 39
        with psycopg.connect(server_url, autocommit=True) as owner:
            name = sql.Identifier(urlsplit(installed.owner_url).path.removeprefix("/"))
            close, open_ = (
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.SQL(word))
                for word in ("false", "true")
            )
            owner.execute(close)
            assert value(asked(port, "GET", "/metrics")[2], "reconciler_up") == 0
            owner.execute(open_)
        assert value(asked(port, "GET", "/metrics")[2], "reconciler_up") == 1
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_the_server_refuses_everything_but_its_page(tmp_path: Path) -> None:
    with served(AWAY, tmp_path) as (_, port):
        for path in ("/", "/metrics/", "/metrics?x=<script>", "/../etc/passwd"):
            assert asked(port, "GET", path)[::2] == (404, "")
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"):
            status, headers, body = asked(port, method, "/metrics")
            assert (status, headers["Allow"], body) == (405, "GET", "")
        assert asked(port, "GET", "/metrics")[1]["Server"] == "reconciler"
