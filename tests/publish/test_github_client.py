"""Retries, deadlines, redirects and errors of the client; the token stays where it belongs."""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
import traceback
from email.utils import formatdate

import pytest

from reconciler.publish.errors import PublishError
from reconciler.publish.github_client import GitHubClient
from reconciler.publish.retrying import Limits
from tests.publish.conftest import Waits
from tests.publish.github_server import TOKEN, GitHubServer, Reply, Seen, serving

ASK = "/repos/acme/plants/issues/12/comments"
BUSY = Reply(503, {"message": "Service Unavailable"})


def refusal_of(client: GitHubClient, method: str = "GET", path: str = ASK) -> PublishError:
    with pytest.raises(PublishError) as caught:
        client.request(method, path)
    return caught.value


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_fault_is_tried_again_with_growing_waits(
    client: GitHubClient, github: GitHubServer, waits: Waits, status: int
) -> None:
    github.fail("GET", Reply(status), Reply(status), Reply(status))
    answer = client.request("GET", ASK)
    assert answer.content == []
    assert answer.attempts == 4
    assert waits.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 500])
def test_lasting_refusal_is_not_tried_again(
    client: GitHubClient, github: GitHubServer, waits: Waits, status: int
) -> None:
    github.fail("GET", Reply(status, {"message": "No, because."}))
    error = refusal_of(client)
    assert error.status == status
    assert f"GET {ASK}: HTTP {status}, No, because." in error.message
    assert error.hint
    assert waits.slept == []


@pytest.mark.parametrize(
    ("status", "word"),
    [(401, "GITHUB_TOKEN"), (403, "pull-requests: write"), (404, "repository"), (422, "too long")],
)
def test_refusal_says_what_to_do(
    client: GitHubClient, github: GitHubServer, status: int, word: str
) -> None:
    github.fail("GET", Reply(status))
    assert word in (refusal_of(client).hint or "")


def test_secondary_rate_limit_is_waited_out_as_long_as_asked(
    client: GitHubClient, github: GitHubServer, waits: Waits
) -> None:
    github.fail("GET", Reply(403, {"message": "secondary"}, {"Retry-After": "20"}))
    assert client.request("GET", ASK).attempts == 2
    assert waits.slept == [20.5]


def test_retry_after_may_be_a_date(
    client: GitHubClient, github: GitHubServer, waits: Waits
) -> None:
    later = formatdate(waits.now + 30, usegmt=True)
    github.fail("GET", Reply(429, None, {"Retry-After": later}))
    assert client.request("GET", ASK).attempts == 2
    assert waits.slept == [30.5]


def test_exhausted_rate_limit_is_waited_out_until_its_reset(
    client: GitHubClient, github: GitHubServer, waits: Waits
) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(waits.now) + 12)}
    github.fail("GET", Reply(403, None, headers))
    assert client.request("GET", ASK).attempts == 2
    assert waits.slept == [13.5]


@pytest.mark.parametrize("value", ["soon", "", "-3", "9" * 40, "nan", "1e3"])
def test_unreadable_retry_after_is_answered_with_backoff(
    client: GitHubClient, github: GitHubServer, waits: Waits, value: str
) -> None:
    github.fail("GET", Reply(429, None, {"Retry-After": value}))
    assert client.request("GET", ASK).attempts == 2
    assert waits.slept == [0.5]


def test_wait_beyond_the_deadline_is_not_begun(
    client: GitHubClient, github: GitHubServer, waits: Waits
) -> None:
    github.fail("GET", Reply(403, {"message": "slow down"}, {"Retry-After": "3600"}))
    error = refusal_of(client)
    assert waits.slept == []
    assert error.status == 403
    assert "gave up after 1 attempts" in error.message
    assert "rate limit" in (error.hint or "")


def test_deadline_spans_all_requests_of_a_client(
    client: GitHubClient, github: GitHubServer, waits: Waits
) -> None:
    asked = Reply(429, None, {"Retry-After": "25"})
    github.fail("GET", asked, asked)
    assert client.request("GET", ASK).attempts == 3
    github.fail("GET", asked)
    assert refusal_of(client).status == 429
    assert sum(waits.slept) < 60


def test_attempts_are_bounded(client: GitHubClient, github: GitHubServer, waits: Waits) -> None:
    github.fail("GET", *[BUSY] * 20)
    error = refusal_of(client)
    assert error.status == 503
    assert len(github.seen) == 6
    assert waits.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_slow_answer_is_given_up_and_tried_again(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.fail("GET", Reply(200, [], delay=1.0))
    began = time.monotonic()
    assert client.request("GET", ASK).attempts == 2
    assert time.monotonic() - began < 0.9


def test_answer_that_breaks_off_is_tried_again(client: GitHubClient, github: GitHubServer) -> None:
    cut = Reply(200, raw=b"[", headers={"Content-Length": "5000", "Connection": "close"})
    github.fail("GET", cut)
    assert client.request("GET", ASK).attempts == 2


def test_answer_that_is_not_json_is_an_error(client: GitHubClient, github: GitHubServer) -> None:
    github.fail("GET", Reply(200, raw=b"<html>sign in to the network</html>"))
    assert "not JSON" in refusal_of(client).message


def test_nobody_listening_is_an_error_after_the_attempts(waits: Waits) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        error = refusal_of(GitHubClient(url, TOKEN, clocks=waits.clocks()))
    assert error.status is None
    assert "no answer" in error.message
    assert len(waits.slept) == 5


def test_real_time_deadline_ends_a_server_that_never_answers() -> None:
    limits = Limits(deadline=0.5, read_timeout=5.0)
    with serving(lambda _seen: Reply(200, [], delay=1.5)) as url:
        began = time.monotonic()
        error = refusal_of(GitHubClient(url, TOKEN, limits=limits))
        assert time.monotonic() - began < 1.2
    assert "no answer" in error.message


def test_renamed_repository_is_followed_on_the_same_host(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.fail("POST", Reply(307, None, {"Location": ASK}))
    client.request("POST", "/repos/acme/old-name/issues/12/comments", {"body": "moved"})
    assert github.bodies() == ["moved"]


def test_redirect_to_another_host_is_not_followed(
    client: GitHubClient, github: GitHubServer
) -> None:
    elsewhere: list[Seen] = []

    def note(seen: Seen) -> Reply:
        elsewhere.append(seen)
        return Reply(200, [])

    with serving(note) as url:
        github.fail("GET", Reply(302, None, {"Location": f"{url}/collect"}))
        error = refusal_of(client)
    assert elsewhere == []
    assert "another host" in error.message


def test_next_page_on_another_host_is_not_followed(
    client: GitHubClient, github: GitHubServer
) -> None:
    elsewhere: list[Seen] = []

    def note(seen: Seen) -> Reply:
        elsewhere.append(seen)
        return Reply(200, [])

    with serving(note) as url:
        github.fail("GET", Reply(200, [], {"Link": f'<{url}/page2>; rel="next"'}))
        with pytest.raises(PublishError, match="another host"):
            list(client.pages(ASK))
    assert elsewhere == []


def test_redirects_in_circles_end(client: GitHubClient, github: GitHubServer) -> None:
    github.fail("GET", *[Reply(301, None, {"Location": ASK})] * 20)
    assert "redirects" in refusal_of(client).message
    assert len(github.seen) == 6


def test_pages_in_circles_end(client: GitHubClient, github: GitHubServer) -> None:
    github.fail("GET", *[Reply(200, [], {"Link": f'<{github.url}{ASK}>; rel="next"'})] * 600)
    with pytest.raises(PublishError, match="pages"):
        list(client.pages(ASK))


def test_listing_that_is_no_list_is_an_error(client: GitHubClient, github: GitHubServer) -> None:
    github.fail("GET", Reply(200, {"message": "hello"}))
    with pytest.raises(PublishError, match="not a list"):
        list(client.pages(ASK))


@pytest.mark.parametrize(
    "url",
    [
        "http://github.example/api/v3",
        "ftp://github.example",
        "github.example",
        "",
        "https://user:secret@github.example",
        "https://github.example/?token=x",
        "https://[broken",
        "https://github.example:99999",
    ],
)
def test_address_that_would_betray_the_token_is_refused(url: str) -> None:
    with pytest.raises(PublishError, match="GITHUB_API_URL"):
        GitHubClient(url, TOKEN)


@pytest.mark.parametrize("token", ["", "   ", "two words", "line\r\nX-Evil: 1", "tökén"])
def test_malformed_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(PublishError) as caught:
        GitHubClient("https://github.example", token)
    assert not token.strip() or token not in str(caught.value)


def test_token_is_sent_as_a_header_only(client: GitHubClient, github: GitHubServer) -> None:
    client.request("GET", ASK)
    seen = github.seen[0]
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["x-github-api-version"] == "2022-11-28"
    assert TOKEN not in seen.path


def test_token_shows_nowhere(
    client: GitHubClient, github: GitHubServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    github.fail("GET", Reply(401, {"message": f"Bad token {TOKEN}"}))
    github.fail("POST", *[Reply(200, [], delay=0.6)] * 6)
    errors = [refusal_of(client), refusal_of(client, "POST")]
    shown = "".join("".join(traceback.format_exception(error)) for error in errors)
    assert "HTTP 401, Bad token ***" in shown
    assert TOKEN not in shown + caplog.text + repr(client)
    assert all(error.__cause__ is None and error.__context__ is None for error in errors)


def test_answers_message_cannot_write_to_the_terminal(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.fail("GET", Reply(404, {"message": "a\x1b[31m\n::error::b" + "c" * 5000}))
    message = refusal_of(client).message
    assert message.isprintable()
    assert len(message) < 500


def test_proxy_is_told_the_host_and_never_the_token(waits: Waits) -> None:
    told: list[bytes] = []

    def refuse(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            told.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=refuse, args=(listening,))
        thread.start()
        proxy = f"http://user:hidden@127.0.0.1:{listening.getsockname()[1]}"
        error = refusal_of(
            GitHubClient(
                "https://github.example/api/v3",
                TOKEN,
                limits=Limits(attempts=1),
                clocks=waits.clocks(),
                proxy_url=proxy,
            )
        )
        thread.join()
    assert told[0].startswith(b"CONNECT github.example:443 ")
    assert b"Basic " + base64.b64encode(b"user:hidden") in told[0]
    assert TOKEN.encode() not in told[0]
    assert "hidden" not in error.message
