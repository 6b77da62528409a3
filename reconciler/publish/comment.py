"""One sticky comment per target on a pull request: found again, updated, withdrawn.

A hidden marker in the comment's first line says whose it is. Anybody can write the marker,
so the comment's author is checked as well: nobody else's comment is ever touched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from reconciler.publish.errors import PublishError
from reconciler.publish.github_client import Answer, GitHubClient

COMMENT_LIMIT = 65_536
"""GitHub's limit for a comment, in characters."""

MARKER_LENGTH = 160
"""The longest that a marker and its line break can be, in characters."""

BODY_LIMIT = COMMENT_LIMIT - MARKER_LENGTH
"""The longest body that `upsert_sticky_comment` takes, in characters."""

PROGRAM = "reconciler"
COMMAND = re.compile(r"[a-z][a-z-]{0,30}")
REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]{1,100}/(?!\.{1,2}$)[\w.-]{1,100}", re.ASCII)
TARGET_LENGTH = 100
DIGEST_LENGTH = 32
NOT_FOUND = 404
NO_USER = frozenset({401, 403, NOT_FOUND})


class CommentAction(StrEnum):
    """What was done to the sticky comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


class CommentOutcome(Struct, frozen=True):
    """What was done, where to see it (None where no comment is left), and what was cleared."""

    action: CommentAction
    url: str | None = None
    duplicates_removed: int = 0


def marker(command: str, target: str) -> str:
    """Return the hidden line that names program, command and target.

    Different targets give different markers, and no target can end the HTML comment.

    Args:
        command: the command whose report it is, in lower-case letters and hyphens.
        target: what was planned: an installation, a folder, an environment.
    """
    if not COMMAND.fullmatch(command):
        raise ValueError(f"not a command's name: {command!r}")
    # quote() leaves "--", which ends a comment for some parsers of HTML.
    encoded = quote(target, safe="/", errors="backslashreplace").replace("--", "-%2D")
    if len(encoded) > TARGET_LENGTH:
        digest = hashlib.sha256(encoded.encode()).hexdigest()[:DIGEST_LENGTH]
        encoded = encoded[: TARGET_LENGTH - DIGEST_LENGTH - 1] + "~" + digest
    return f"<!-- {PROGRAM}:{command}:{encoded} -->"


def upsert_sticky_comment(
    client: GitHubClient,
    repository: str,
    pull_request: int,
    target: str,
    body: str | None,
    *,
    command: str = "plan",
) -> CommentOutcome:
    """Make the pull request carry exactly one comment of ours for the target, or none.

    Args:
        client: the client to speak through.
        repository: ``owner/name``.
        pull_request: the pull request's number.
        target: what the report is about; each target has a comment of its own.
        body: the comment's Markdown, at most `BODY_LIMIT` characters; None withdraws the
            comment.
        command: the command whose report it is.

    Raises:
        ValueError: the body is too long, or an argument is malformed.
        PublishError: GitHub refused, or could not be reached.
    """
    if body is not None and len(body) > BODY_LIMIT:
        raise ValueError(f"the body has {len(body)} characters, over the limit of {BODY_LIMIT}")
    line = marker(command, target)
    comments = _Comments(client, repository, pull_request, line)
    if body is None:
        removed = comments.remove(comments.ours())
        action = CommentAction.DELETED if removed else CommentAction.ABSENT
        return CommentOutcome(action, None, max(0, removed - 1))
    return comments.put(f"{line}\n{body}")


class _Comments:
    """The comments of one pull request that carry one marker."""

    def __init__(self, client: GitHubClient, repository: str, number: int, line: str) -> None:
        if not REPOSITORY.fullmatch(repository) or number < 1:
            raise ValueError(f"not a pull request: {repository!r} number {number}")
        self._client = client
        self._comments = f"/repos/{repository}/issues/comments"
        self._issue = f"/repos/{repository}/issues/{number}/comments"
        self._line = line

    def ours(self) -> list[Mapping[str, Any]]:
        """Return our comments, the oldest first."""
        found = [c for c in self._client.pages(f"{self._issue}?per_page=100") if self._marked(c)]
        if not found:
            return []
        is_ours = _author_check(self._client)
        return sorted((c for c in found if is_ours(c["user"])), key=lambda c: c["id"])

    def put(self, text: str) -> CommentOutcome:
        """Leave one comment with the text."""
        found = self.ours()
        for position, comment in enumerate(found):
            outcome = self._update(comment, text)
            if outcome is not None:
                removed = self.remove(found[position + 1 :])
                return CommentOutcome(outcome, comment.get("html_url"), removed)
        return self._create(text)

    def remove(self, comments: list[Mapping[str, Any]]) -> int:
        """Delete the comments; return how many there still were to delete."""
        return sum(self._unless_gone("DELETE", comment, None) is not None for comment in comments)

    def _create(self, text: str) -> CommentOutcome:
        answer = self._client.request("POST", self._issue, {"body": text})
        created = answer.content if isinstance(answer.content, dict) else {}
        removed = 0
        if answer.attempts > 1:
            # An attempt that got no answer may have made a comment of its own.
            removed = self.remove([c for c in self.ours() if c["id"] != created.get("id")])
        return CommentOutcome(CommentAction.CREATED, created.get("html_url"), removed)

    def _update(self, comment: Mapping[str, Any], text: str) -> CommentAction | None:
        if comment["body"].replace("\r\n", "\n") == text:
            return CommentAction.UNCHANGED
        answer = self._unless_gone("PATCH", comment, {"body": text})
        return CommentAction.UPDATED if answer else None

    def _unless_gone(
        self, method: str, comment: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> Answer | None:
        try:
            return self._client.request(method, f"{self._comments}/{comment['id']}", body)
        except PublishError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def _marked(self, comment: Any) -> bool:
        # The author of a deleted account is null.
        match comment:
            case {"id": int(), "user": dict(), "body": str(body)}:
                return body.splitlines()[:1] == [self._line]
            case _:
                return False


def _author_check(client: GitHubClient) -> Callable[[Mapping[str, Any]], bool]:
    """Return what tells our own comments: written by the token's user, or by an app.

    The token of a workflow or an app has no user to ask for: GitHub answers 403.
    """
    try:
        identity = client.request("GET", "/user").content
    except PublishError as error:
        if error.status not in NO_USER:
            raise
        identity = None
    own = identity.get("id") if isinstance(identity, dict) else None

    def is_ours(user: Mapping[str, Any]) -> bool:
        return user.get("type") == "Bot" or (own is not None and user.get("id") == own)

    return is_ours
