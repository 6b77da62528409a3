"""Which values are secrets: by the schema, wherever it says so, or by their names."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.document import Path
from reconciler.model.sensitivity import (
    holds_password,
    is_reference,
    is_secret_name,
    is_sensitive,
    sensitive_values,
)
from tests.support.age_keys import encrypted_text

MARKED = [{"x-sensitive": True}, {"writeOnly": True}, {"format": "password"}]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "sapPassword",
        "SAP_PASSWORD",
        "passwd",
        "db-passphrase",
        "secret",
        "clientSecret",
        "secrets",
        "token",
        "bearerToken",
        "apiKey",
        "api_key",
        "api-key",
        "privateKey",
        "accessKey",
        "credential",
        "credentials",
        "dbpassword",
        "privatekey",
        "erp_accesskey",
        "dbPass",
        "smtp_pass",
        "mqttPass",
        "dbpass",
        "encryptionkeys",
        "refreshtoken",
        "connectionstring",
        "doorpasscode",
        "passPhrase",
        "pass_word",
        "pass-code",
        "presharedKey",
        "sastoken",
        "opcUaPass",
        "bindpw",
        "userPw",
        "connectionString",
        "mesApiKeys",
        "rootpw",
    ],
)
def test_a_name_whose_last_word_is_a_secret_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "passwordPolicy",
        "tokenEndpoint",
        "secretary",
        "keyboard",
        "publicKey",
        "monkey",
        "tokenLifetime",
        "dbpassword_rotation",
        "firstPass",
        "lowPass",
        "bypass",
        "passFail",
        "userPassThrough",
        "proxyPass",
        "servicePassRate",
        "compass",
        "rootPass",
        "passCount",
        "privatekeyBits",
        "apiKeyIndex",
        "partitionKey",
        "primaryKey",
        "messageKeys",
        "broken",
    ],
)
def test_a_name_that_only_speaks_of_a_secret_is_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("mark", MARKED)
@pytest.mark.parametrize(
    ("wrap", "path"),
    [
        (lambda marked: {"properties": {"pin": marked}}, ("pin",)),
        (lambda marked: {"properties": {"pins": {"items": marked}}}, ("pins", 3)),
        (lambda marked: {"properties": {"pins": {"items": [{}, marked]}}}, ("pins", 1)),
        (lambda marked: {"additionalProperties": marked}, ("anything",)),
        (lambda marked: {"patternProperties": {"^p": marked}}, ("pin",)),
        (lambda marked: {"allOf": [{"properties": {"pin": marked}}]}, ("pin",)),
        (lambda marked: {"properties": {"pin": {"allOf": [marked]}}}, ("pin",)),
        (lambda marked: {"then": {"properties": {"pin": marked}}}, ("pin",)),
        (
            lambda marked: {
                "properties": {"pin": {"$ref": "#/definitions/hidden"}},
                "definitions": {"hidden": marked},
            },
            ("pin",),
        ),
        (lambda marked: {"dependencies": {"door": {"properties": {"pin": marked}}}}, ("pin",)),
        (
            lambda marked: {
                "dependentSchemas": {"a": {"dependencies": {"b": {"properties": {"pin": marked}}}}}
            },
            ("pin",),
        ),
        (lambda marked: {"properties": {"pins": {"contains": marked}}}, ("pins", 2)),
        (
            lambda marked: {"properties": {"pins": {"prefixItems": [{}, marked], "items": {}}}},
            ("pins", 1),
        ),
        (
            lambda marked: {"properties": {"pins": {"prefixItems": [{}, {}], "items": marked}}},
            ("pins", 1),
        ),
        (lambda marked: {"properties": {"pins": {"unevaluatedItems": marked}}}, ("pins", 1)),
        (
            lambda marked: {"properties": {"pins": {"items": [{}, {}], "contains": marked}}},
            ("pins", 9),
        ),
        (
            lambda marked: {
                "$dynamicRef": "#/$defs/d",
                "$defs": {"d": {"properties": {"pin": marked}}},
            },
            ("pin",),
        ),
        (lambda marked: {"unevaluatedProperties": marked}, ("anything",)),
        (
            lambda marked: {"properties": {"door": {"properties": {"pin": marked}}}},
            ("door", "pin"),
        ),
    ],
)
def test_a_marked_value_is_a_secret_wherever_the_schema_marks_it(
    mark: dict[str, Any], wrap: Any, path: Path
) -> None:
    schema = wrap(mark)
    assert is_sensitive(schema, path)
    assert is_sensitive(schema, (*path, "below"))
    assert not is_sensitive(wrap({"type": "string"}), path)


@pytest.mark.parametrize(
    ("identity", "reference"),
    [
        ("https://machshop.example/door", "https://machshop.example/door#/definitions/hidden"),
        ("https://machshop.example/door#", "https://machshop.example/door#/definitions/hidden"),
        ("https://machshop.example/door", "door#/definitions/hidden"),
        ("https://machshop.example/door", "#/definitions/hidden"),
        ("HTTPS://machshop.example/door?", "#/definitions/hidden"),
        ("https://machshop.example/a;", "#/definitions/hidden"),
        ("urn:machshop:door", "#/definitions/hidden"),
        ("http://[", "#/definitions/hidden"),
    ],
)
def test_a_mark_is_found_by_the_schema_s_own_name(identity: str, reference: str) -> None:
    schema = {
        "$id": identity,
        "properties": {"pin": {"$ref": reference}},
        "definitions": {"hidden": {"writeOnly": True}},
    }
    assert is_sensitive(schema, ("pin",))


def test_a_schema_that_refers_to_itself_is_followed_to_the_value() -> None:
    schema = {
        "properties": {"child": {"$ref": "#"}, "pin": {"writeOnly": True}},
        "allOf": [{"$ref": "#"}],
    }
    assert is_sensitive(schema, ("child", "child", "pin"))
    assert not is_sensitive(schema, ("child", "child", "name"))


@pytest.mark.parametrize(
    "value", [{"$secret": "vault://a#b"}, {"$encrypted": encrypted_text()}], ids=["$secret", "age"]
)
def test_a_reference_is_harmless(value: dict[str, str]) -> None:
    assert is_reference(value)


@pytest.mark.parametrize(
    "value",
    [
        "vault://a#b",
        {},
        {"$secret": ""},
        {"$secret": "hunter2"},
        {"$secret": "vault://a b"},
        {"$secret": "postgres://mes:hunter2@files.example/db"},
        {"$encrypted": "hunter2"},
        {"$encrypted": "age:hunter2"},
        {"$encrypted": "age:YWdl"},
        {"$encrypted": encrypted_text(), "value": "hunter2"},
        {"$encrypted": None},
        {"$encrypted": {"a": 1}},
        {"$secret": None},
        {"$secret": {"a": 1}},
        {"$secret": "vault://a", "value": "hunter2"},
        {"$secret": "a", "$encrypted": "b"},
        ["$secret"],
    ],
)
def test_what_only_resembles_a_reference_is_none(value: Any) -> None:
    assert not is_reference(value)


def test_the_outermost_secrets_are_found_with_their_paths() -> None:
    configuration: Any = {
        "users": [{"name": "a", "password": "x"}],
        "credentials": {"user": "b", "password": {"$secret": "vault://y"}},
        "url": {"$secret": "vault://z"},
        "title": "z",
        "apiKey": 4711,
        "hasToken": True,
        "host": {"$encrypted": "z"},
    }
    assert dict(sensitive_values({}, configuration)) == {
        ("users", 0, "password"): "x",
        ("apiKey",): 4711,
        ("credentials", "password"): {"$secret": "vault://y"},
        ("host",): {"$encrypted": "z"},
    }


@pytest.mark.parametrize("mark", ["yes", "true", 1, None])
def test_a_mark_that_is_no_boolean_was_meant_all_the_same(mark: Any) -> None:
    assert is_sensitive({"properties": {"pin": {"x-sensitive": mark}}}, ("pin",))
    assert not is_sensitive({"properties": {"pin": {"x-sensitive": False}}}, ("pin",))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("https://user:hunter2@host.example/", True),
        ("jdbc:postgresql://user:hunter2@host.example/mes", True),
        ("  amqp://one.example,amqp://user:hunter2@two.example", True),
        ("https://host.example:8080/a@b", False),
        ("https://[::1]:80/a@b", False),
        ("user:hunter2@host.example", False),
    ],
)
def test_a_password_is_found_in_a_url_wherever_it_stands_in_a_text(text: str, holds: bool) -> None:
    assert holds_password(text) is holds
