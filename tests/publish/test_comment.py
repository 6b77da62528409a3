"""The sticky comment: one per target, ours alone, found on any page."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.publish.comment import (
    BODY_LIMIT,
    MARKER_LENGTH,
    CommentAction,
    CommentOutcome,
    marker,
    upsert_sticky_comment,
)
from reconciler.publish.errors import PublishError
from reconciler.publish.github_client import GitHubClient
from tests.publish.github_server import EVE, MARIA, GitHubServer, Reply

MINE = marker("plan", "production")


def publish(client: GitHubClient, body: str | None, target: str = "production") -> CommentOutcome:
    return upsert_sticky_comment(client, "acme/plants", 12, target, body)


def test_comment_is_created_when_absent(client: GitHubClient, github: GitHubServer) -> None:
    outcome = publish(client, "3 changes")
    assert outcome.action is CommentAction.CREATED
    assert outcome.url == github.comments[0]["html_url"]
    assert github.bodies() == [f"{MINE}\n3 changes"]


def test_comment_is_updated_in_place_when_present(
    client: GitHubClient, github: GitHubServer
) -> None:
    publish(client, "3 changes")
    first = github.comments[0]["id"]
    outcome = publish(client, "4 changes")
    assert outcome == CommentOutcome(CommentAction.UPDATED, github.comments[0]["html_url"])
    assert [(c["id"], c["body"]) for c in github.comments] == [(first, f"{MINE}\n4 changes")]


def test_comment_is_left_alone_when_it_says_the_same(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.add(f"{MINE}\r\n3 changes\r\nat 2 sites")
    assert publish(client, "3 changes\nat 2 sites").action is CommentAction.UNCHANGED
    assert "PATCH" not in github.methods()


def test_comment_is_deleted_when_there_is_nothing_to_say(
    client: GitHubClient, github: GitHubServer
) -> None:
    publish(client, "3 changes")
    assert publish(client, None).action is CommentAction.DELETED
    assert github.bodies() == []
    assert publish(client, None).action is CommentAction.ABSENT


def test_duplicates_of_ours_are_removed_and_the_oldest_stays(
    client: GitHubClient, github: GitHubServer
) -> None:
    oldest, _, _ = (github.add(f"{MINE}\nold {number}") for number in range(3))
    outcome = publish(client, "new")
    assert outcome.duplicates_removed == 2
    assert [(c["id"], c["body"]) for c in github.comments] == [(oldest, f"{MINE}\nnew")]


def test_withdrawing_removes_duplicates_too(client: GitHubClient, github: GitHubServer) -> None:
    github.add(f"{MINE}\none")
    github.add(f"{MINE}\ntwo")
    assert publish(client, None) == CommentOutcome(CommentAction.DELETED, None, 1)
    assert github.bodies() == []


@pytest.mark.parametrize("body", ["new", None])
def test_somebody_else_pasting_the_marker_is_never_touched(
    client: GitHubClient, github: GitHubServer, body: str | None
) -> None:
    pasted = f"{MINE}\nall is well, approved"
    github.add(pasted, EVE)
    publish(client, body)
    assert github.bodies()[0] == pasted
    assert len(github.bodies()) == (1 if body is None else 2)


def test_comment_of_the_tokens_own_user_is_ours(client: GitHubClient, github: GitHubServer) -> None:
    github.user = github.writer = MARIA
    github.add(f"{MINE}\npasted", EVE)
    mine = github.add(f"{MINE}\nold", MARIA)
    publish(client, "new")
    assert {c["id"]: c["body"] for c in github.comments}[mine] == f"{MINE}\nnew"
    assert github.bodies() == [f"{MINE}\npasted", f"{MINE}\nnew"]


def test_marker_that_is_only_quoted_is_not_ours(client: GitHubClient, github: GitHubServer) -> None:
    github.add(f"> {MINE}\n> 3 changes\n\nwhy?")
    github.add(f"see {MINE}\nbelow")
    github.add(None)
    assert publish(client, "new").action is CommentAction.CREATED
    assert len(github.comments) == 4


def test_comment_is_found_on_the_last_page(client: GitHubClient, github: GitHubServer) -> None:
    github.page_limit = 10
    for number in range(35):
        github.add(f"talk {number}", MARIA)
    ours = github.add(f"{MINE}\nold")
    publish(client, "new")
    assert github.comments[-1]["id"] == ours
    assert github.comments[-1]["body"] == f"{MINE}\nnew"
    listings = [seen for seen in github.seen if "/12/comments" in seen.path]
    assert len(listings) == 4


def test_targets_and_commands_keep_comments_of_their_own(
    client: GitHubClient, github: GitHubServer
) -> None:
    publish(client, "plan of production")
    publish(client, "plan of staging", "staging")
    upsert_sticky_comment(client, "acme/plants", 12, "production", "drift", command="drift")
    assert len(github.comments) == 3
    publish(client, None, "staging")
    assert [body.split("\n")[1] for body in github.bodies() if body] == [
        "plan of production",
        "drift",
    ]


def test_creation_that_got_no_answer_leaves_one_comment(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.fail("POST", Reply(502, {"message": "Bad Gateway"}, takes_effect=True))
    outcome = publish(client, "3 changes")
    assert github.bodies() == [f"{MINE}\n3 changes"]
    assert outcome.duplicates_removed == 1
    assert outcome.url == github.comments[0]["html_url"]


def test_comment_deleted_meanwhile_is_created_anew(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.add(f"{MINE}\nold")
    github.fail("PATCH", Reply(404, {"message": "Not Found"}))
    assert publish(client, "new").action is CommentAction.CREATED


def test_duplicate_deleted_meanwhile_is_no_error(
    client: GitHubClient, github: GitHubServer
) -> None:
    github.add(f"{MINE}\nnew")
    github.add(f"{MINE}\nnew")
    github.fail("DELETE", Reply(404, {"message": "Not Found"}))
    assert publish(client, "new") == CommentOutcome(
        CommentAction.UNCHANGED, github.comments[0]["html_url"], 0
    )


def test_longest_body_is_taken_and_a_longer_one_is_the_callers_error(
    client: GitHubClient, github: GitHubServer
) -> None:
    target = "plants/" + "x" * 300
    assert publish(client, "ä" * BODY_LIMIT, target).action is CommentAction.CREATED
    requests = len(github.seen)
    with pytest.raises(ValueError, match="over the limit"):
        publish(client, "ä" * (BODY_LIMIT + 1), target)
    assert len(github.seen) == requests


@pytest.mark.parametrize(
    "repository", ["acme", "acme/plants/x", "../plants", "acme/..", "acme/pl ants", "acme/p?x=1"]
)
def test_malformed_repository_is_not_asked_for(client: GitHubClient, repository: str) -> None:
    with pytest.raises(ValueError, match="not a pull request"):
        upsert_sticky_comment(client, repository, 12, "production", "x")


def test_missing_permission_says_which_one(client: GitHubClient, github: GitHubServer) -> None:
    github.fail("POST", Reply(403, {"message": "Resource not accessible by integration"}))
    with pytest.raises(PublishError) as caught:
        publish(client, "x")
    assert caught.value.status == 403
    assert "Resource not accessible by integration" in caught.value.message
    assert "pull-requests: write" in (caught.value.hint or "")
    assert github.methods().count("POST") == 1


@given(st.text())
@example("x -->\n@everyone")
@example("a--b---c----")
@example("--!>" * 40)
@example("-" * 200)
@example("\ud800")
def test_no_target_ends_the_hidden_comment(target: str) -> None:
    line = marker("plan", target)
    assert len(line) < MARKER_LENGTH
    inside = line.removeprefix("<!-- ").removesuffix(" -->")
    assert inside.isascii()
    assert inside.isprintable()
    assert not any(part in inside for part in ("--", "<", ">", " "))


@given(st.lists(st.text(), min_size=2, max_size=6, unique=True))
def test_different_targets_have_different_markers(targets: list[str]) -> None:
    assert len({marker("plan", target) for target in targets}) == len(targets)
