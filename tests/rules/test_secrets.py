"""A plaintext secret is an error that does not repeat it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.age_keys import encrypted_text
from tests.support.desired_folder import DesiredFolder, small_folder

OPEN = {"additionalProperties": True}


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


@pytest.mark.parametrize(
    ("schema", "configuration", "place"),
    [
        (OPEN, {"password": "hunter2"}, "/password"),
        (OPEN, {"erp": {"clientSecret": "hunter2"}}, "/erp/clientSecret"),
        (OPEN, {"users": [{"token": "hunter2"}]}, "/users/0/token"),
        (OPEN, {"credentials": {"user": "a", "password": "hunter2"}}, "/credentials/password"),
        (OPEN, {"credentials": {"user": "a", "word": "hunter2"}}, "/credentials/word"),
        (OPEN, {"password": {"plain": "hunter2"}}, "/password/plain"),
        (OPEN, {"password": {"$secret": "vault://a", "plain": "hunter2"}}, "/password"),
        (OPEN, {"apiKey": 4711}, "/apiKey"),
        (OPEN, {"secrets": ["hunter2"]}, "/secrets/0"),
        (OPEN, {"url": "https://mes:hunter2@erp.example"}, "/url"),
        (OPEN, {"password": {"$encrypted": "age:hunter2"}}, "/password"),
        (OPEN, {"title": {"$encrypted": "hunter2"}}, "/title"),
        (OPEN, {"titles": [{"$encrypted": "age:aHVudGVyMg=="}]}, "/titles/0"),
        (
            {"properties": {"password": {"x-sensitive": True}}},
            {"password": {"$secret": "vault://a", "plain": "hunter2"}},
            "/password",
        ),
        ({"properties": {"pin": {"x-sensitive": True}}}, {"pin": 4711}, "/pin"),
        ({"properties": {"pin": {"x-sensitive": True}}}, {"pin": "hunter2"}, "/pin"),
        ({"properties": {"pin": {"writeOnly": True}}}, {"pin": "hunter2"}, "/pin"),
        ({"properties": {"pin": {"format": "password"}}}, {"pin": "hunter2"}, "/pin"),
        (
            {"properties": {"pin": {"$ref": "#/d"}}, "d": {"x-sensitive": True}},
            {"pin": "hunter2"},
            "/pin",
        ),
    ],
)
def test_a_plaintext_secret_is_found_and_not_repeated(
    folder: DesiredFolder, schema: Any, configuration: Any, place: str
) -> None:
    folder.manifest(schema)
    folder.configure(configuration)
    (found,) = folder.findings()
    assert found.code == "plaintext-secret"
    assert found.message.startswith(f"{place} ")
    assert "hunter2" not in found.model_dump_json()


def test_a_reference_may_stand_under_a_name_that_is_no_secrets(folder: DesiredFolder) -> None:
    folder.manifest(OPEN)
    folder.configure(
        {"url": {"$secret": "vault://a#b"}, "hosts": [{"$encrypted": encrypted_text()}]}
    )
    assert folder.codes() == []


@pytest.mark.parametrize(
    "value",
    [{"$secret": "vault://a#b"}, {"$encrypted": encrypted_text()}, None],
    ids=["$secret", "age", "null"],
)
def test_a_reference_a_ciphertext_or_nothing_is_no_plaintext(
    folder: DesiredFolder, value: Any
) -> None:
    folder.manifest(OPEN)
    folder.configure({"password": value})
    assert folder.codes() == []


@pytest.mark.parametrize("name", ["password", "title"])
def test_a_damaged_ciphertext_is_told_from_plaintext_and_not_repeated(
    folder: DesiredFolder, name: str
) -> None:
    damaged = encrypted_text()[:-9]
    folder.manifest(OPEN)
    folder.configure({name: {"$encrypted": damaged}})
    (found,) = folder.findings()
    assert (found.code, found.subject) == ("encrypted-value-damaged", f"/{name}")
    assert damaged[40:60] not in found.model_dump_json()


def test_a_plaintext_secret_in_a_profile_is_found_in_the_profile(folder: DesiredFolder) -> None:
    extensions = {"line-dashboard": {"configuration": {"password": "hunter2"}}}
    folder.write_value("profiles/baseline.yaml", {"extensions": extensions})
    folder.replace("sites/hartford/site.yaml", "signers:", "profiles: [baseline]\nsigners:")
    (found,) = folder.findings()
    assert found.code == "plaintext-secret"
    assert found.location.path == "desired-state/profiles/baseline.yaml"
