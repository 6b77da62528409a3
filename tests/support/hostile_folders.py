"""Desired-state folders that are made to keep validation busy or to fill its memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.support.desired_folder import (
    EXTENSION_FILE,
    MANIFEST_FILE,
    SITE_ID,
    SMALL,
    VERSION,
    DesiredFolder,
)

Prepare = Callable[[DesiredFolder], object]
SITE_FILE = "sites/hartford/site.yaml"
_ROOM = 1_040_000


def _schema(schema: object, configuration: object) -> Prepare:
    def prepare(folder: DesiredFolder) -> None:
        folder.write(
            MANIFEST_FILE,
            json.dumps(
                {
                    "id": "line-dashboard",
                    "version": VERSION,
                    "name": "Line Dashboard",
                    "configuration": schema,
                }
            ),
        )
        value = {"version": VERSION, "configuration": configuration}
        folder.write(EXTENSION_FILE, json.dumps(value))

    return prepare


def _matched(pattern: str, text: str) -> Prepare:
    return _schema({"properties": {"a": {"type": "string", "pattern": pattern}}}, {"a": text})


def _chain(link: Callable[[str], Any], length: int) -> dict[str, Any]:
    """Return definitions each of which leads to the next one, and a property that begins it."""
    definitions = {f"d{n}": link(f"#/definitions/d{n + 1}") for n in range(length)}
    definitions[f"d{length}"] = {"type": "string"}
    return {"definitions": definitions, "properties": {"a": {"$ref": "#/definitions/d0"}}}


def _both(keyword: str) -> Callable[[str], Any]:
    return lambda target: {keyword: [{"$ref": target}, {"$ref": target}]}


def _nested(depth: int, keyword: str, innermost: Any) -> Any:
    schema = innermost
    for _ in range(depth):
        schema = {keyword: schema} if keyword != "allOf" else {keyword: [schema]}
    return schema


def _users(number: int) -> str:
    reconciler = SMALL["users.yaml"]
    return reconciler + "".join(
        f"  - {{id: {UUID(int=n)}, username: u{n}x, name: N}}\n" for n in range(10, number)
    )


def _site(more: str) -> str:
    return SMALL[SITE_FILE].partition("signers:")[0] + more


def _many_users(folder: DesiredFolder) -> None:
    folder.write("users.yaml", _users(13_000))


def _signers_among_many_users(folder: DesiredFolder) -> None:
    _many_users(folder)
    names = ", ".join(f"u{n}y" for n in range(100_000))
    folder.write(SITE_FILE, _site(f"signers:\n  quality-manager: [{names}]\n"))


def _many_extensions(folder: DesiredFolder) -> None:
    for number in range(400):
        name = f"extension-{number:04}"
        folder.manifest({"properties": {"a": {}}}, name)
        folder.write(f"sites/hartford/extensions/{name}s.yaml", f"version: {VERSION}\n")


def _many_sites(folder: DesiredFolder) -> None:
    for number in range(400):
        site = f"sites/site-{number}"
        folder.write(f"{site}/site.yaml", SMALL[SITE_FILE].replace(SITE_ID, str(UUID(int=number))))
        folder.write(f"{site}/extensions/line-dashboard.yaml", SMALL[EXTENSION_FILE])


def _escaping_names(folder: DesiredFolder) -> None:
    for number in range(300):
        folder.write(f"sites/\x1b[31m\u202e{number}\x9b<script>/site.yaml", "a: b\n")
        folder.write(f"sites/::error file=a::{number}/extensions/`x`|{number}.yml", "a: b\n")


def _deep_folders(folder: DesiredFolder) -> None:
    folder.write("/".join(["a"] * 400) + "/b.yaml", "a: b\n")


def _profiles(folder: DesiredFolder) -> None:
    names = [f"p{number}" for number in range(90)]
    wide = {f"k{n}": n for n in range(200)}
    for name in names:
        entry = {"version": VERSION, "configuration": wide}
        folder.write_value(f"profiles/{name}.yaml", {"extensions": {"line-dashboard": entry}})
    folder.write(SITE_FILE, _site(f"profiles: [{', '.join(names)}]\n"))


def _file(relative: str, content: str) -> Prepare:
    return lambda folder: folder.write(relative, content)


def _lines(text: Callable[[int], str], before: str = "") -> str:
    lines, room, number = [before], _ROOM - len(before), 0
    while (room := room - len((line := text(number)).encode())) > 0:
        lines.append(line)
        number += 1
    return "".join(lines)


A_LOT = "a" * 40_000
HOSTILE_FOLDERS: dict[str, Prepare] = {
    "a pattern of nested repetitions": _matched("^(a+)+$", A_LOT + "!"),
    "a pattern of equal alternatives": _matched("^(a|a)*$", A_LOT + "!"),
    "a pattern that looks ahead": _matched("^(?=(a+)+$)b", "a" * 60 + "!"),
    "a pattern that looks ahead at a lot": _matched("^(?=(a+)+$)b", A_LOT + "!"),
    "a pattern that refers back": _matched(r"^(a+)+\1$", "a" * 60 + "!"),
    "a pattern that refers back to a lot": _matched(r"(.*)(.*)(.*)(.*)\1\2\3\4!", A_LOT),
    "a pattern with a huge count": _matched("a{1000000}", "a"),
    "a pattern with counts of counts": _matched("((a{100}){100}){100}", "a"),
    "a pattern of a mebibyte": _matched("(a|b)?" * 170_000, "a"),
    "a pattern nested deeply": _matched("(" * 100_000 + "a" + ")" * 100_000, "a"),
    "a name pattern that looks ahead": _schema(
        {"patternProperties": {"^(?=(a+)+$)b": {}}}, {"a" * 60 + "!": 1}
    ),
    "many name patterns and many names": _schema(
        {"patternProperties": {f"^k{n}$": {"type": "string"} for n in range(5_000)}},
        {f"k{n}": 1 for n in range(5_000)},
    ),
    "a schema that refers to itself": _schema({"$ref": "#"}, {"a": 1}),
    "definitions that refer to each other": _schema(
        {
            "definitions": {
                "a": {"$ref": "#/definitions/b"},
                "b": {"$ref": "#/definitions/a"},
            },
            "properties": {"a": {"$ref": "#/definitions/a"}},
        },
        {"a": 1},
    ),
    "a combination that refers to itself": _schema(
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}, {"a": 1}
    ),
    "a chain of references": _schema(_chain(lambda target: {"$ref": target}, 20_000), {"a": 1}),
    "a chain of combinations": _schema(
        _chain(lambda target: {"allOf": [{"$ref": target}]}, 8_000), {"a": 1}
    ),
    "references that double: allOf": _schema(_chain(_both("allOf"), 40), {"a": 1}),
    "references that double: anyOf": _schema(_chain(_both("anyOf"), 40), {"a": 1}),
    "references that double: oneOf": _schema(_chain(_both("oneOf"), 40), {"a": 1}),
    "references that double: properties": _schema(
        _chain(lambda t: {"properties": {"a": {"$ref": t}, "b": {"$ref": t}}}, 40), {"a": {"b": 1}}
    ),
    "schemas nested in not": _schema({"properties": {"a": _nested(90, "not", {})}}, {"a": 1}),
    "schemas nested in allOf": _schema(
        {"properties": {"a": _nested(48, "allOf", {"type": "string"})}}, {"a": 1}
    ),
    "a reference to a web page": _schema({"$ref": "https://192.0.2.1/schema.json"}, {"a": 1}),
    "a reference to a file": _schema({"$ref": "file:///dev/zero"}, {"a": 1}),
    "a schema that names a web page as its own": _schema(
        {"$id": "https://192.0.2.1/a", "$schema": "https://192.0.2.1/b", "type": "string"}, {}
    ),
    "oneOf of thousands": _schema(
        {"properties": {"a": {"oneOf": [{"const": n} for n in range(30_000)]}}}, {"a": "x"}
    ),
    "anyOf of thousands for each of many items": _schema(
        {"properties": {"a": {"items": {"anyOf": [{"const": str(n)} for n in range(5_000)]}}}},
        {"a": list(range(9_000))},
    ),
    "an enumeration of thousands for each of many items": _schema(
        {"properties": {"a": {"items": {"enum": [f"v{n}" for n in range(20_000)]}}}},
        {"a": list(range(20_000))},
    ),
    "an enumeration of hundreds for each of hundreds of items": _schema(
        {"properties": {"a": {"items": {"enum": [f"{'v' * 500}{n}" for n in range(380)]}}}},
        {"a": list(range(300))},
    ),
    "a long enumeration for each of many items": _schema(
        {"properties": {"a": {"items": {"enum": ["v" * 450_000, "w" * 450_000]}}}},
        {"a": list(range(15_000))},
    ),
    "a long constant for each of many items": _schema(
        {"properties": {"a": {"items": {"const": "v" * 900_000}}}}, {"a": list(range(15_000))}
    ),
    "a long pattern for each of many items": _schema(
        {"properties": {"a": {"items": {"pattern": "v" * 60_000}}}}, {"a": ["x"] * 19_000}
    ),
    "a long required name for each of many items": _schema(
        {"properties": {"a": {"items": {"required": ["v" * 900_000]}}}}, {"a": [{}] * 19_000}
    ),
    "anyOf of hundreds for each of hundreds of items": _schema(
        {"properties": {"a": {"items": {"anyOf": [{"const": f"v{n}"} for n in range(150)]}}}},
        {"a": list(range(300))},
    ),
    "required properties as many as are checked": _schema(
        {"properties": {"a": {"items": {"required": [f"r{n}" for n in range(300)]}}}},
        {"a": [{} for _ in range(490)]},
    ),
    "references as many as are checked": _schema(_chain(lambda t: {"$ref": t}, 990), {"a": 1}),
    "name patterns that look ahead at many names": _schema(
        {"patternProperties": {f"^(?=(a+)+$)b{n}": {} for n in range(300)}},
        {f"{'a' * 60}{n}!": 1 for n in range(3_000)},
    ),
    "a pattern that looks ahead at many texts": _schema(
        {"properties": {"a": {"items": {"pattern": "^(?=(a+)+$)b"}}}},
        {"a": [f"{'a' * 40}{n}!" for n in range(15_000)]},
    ),
    "references that double as far as is followed": _schema(_chain(_both("anyOf"), 14), {"a": 1}),
    "unique items": _schema(
        {"properties": {"a": {"uniqueItems": True}}}, {"a": [{"a": [n]} for n in range(60_000)]}
    ),
    "a number that divides badly": _schema(
        {"properties": {"a": {"multipleOf": 1e-300}}}, {"a": 1.7e308}
    ),
    "limits out of the ordinary": _schema(
        {"properties": {"a": {"minLength": 2**53 - 1, "maximum": 1e308, "minItems": 1e15}}},
        {"a": "b"},
    ),
    "formats of hostile values": _schema(
        {
            "properties": {
                name: {"format": name}
                for name in ("regex", "uri", "email", "date-time", "idn-email", "uuid", "iri")
            }
        },
        dict.fromkeys(("regex", "uri", "email", "date-time", "uuid"), A_LOT + "@" + "(" * 500),
    ),
    "many names that the schema lacks": _schema(
        {"properties": {f"k{n}x": {} for n in range(40_000)}}, {f"k{n}y": 1 for n in range(40_000)}
    ),
    "a long name that resembles a long one": _schema(
        {"properties": {"k" * 900_000: {}}}, {"k" * 450_000 + "j" + "k" * 450_000: 1}
    ),
    "long names that resemble long ones": _schema(
        {"properties": {f"{'ab' * 500}{n}x": {} for n in range(900)}},
        {f"{'ab' * 500}{n}y": 1 for n in range(900)},
    ),
    "a required property for each of many items": _schema(
        {"properties": {"a": {"items": {"required": [f"r{n}" for n in range(500)]}}}},
        {"a": [{} for _ in range(100_000)]},
    ),
    "many passwords": _schema({}, {f"password{n}": "x" for n in range(40_000)}),
    "lists of lists of lists": _schema({}, {"a": [[[[[[1] * 10] * 10] * 10] * 10] * 10]}),
    "a configuration nested deeply": _schema(
        {"$ref": "#"}, json.loads('{"a":' * 97 + "1" + "}" * 97)
    ),
    "many users": _many_users,
    "many users without a name": _file(
        "users.yaml", _lines(lambda n: f"  - {{id: {n}}}\n", "users:\n")
    ),
    "many users with unknown keys": _file(
        "users.yaml", _lines(lambda n: f"  - {{usernam{n}: a, b{n}: c}}\n", "users:\n")
    ),
    "signers that are among no users": _file(
        SITE_FILE,
        _site(_lines(lambda n: f"   - s{n}\n", "signers:\n  quality-manager:\n")),
    ),
    "signers among many users": _signers_among_many_users,
    "one signer again and again": _file(
        SITE_FILE, _site(_lines(lambda _: "   - mlopez\n", "signers:\n  quality-manager:\n"))
    ),
    "signers of unknown roles": _file(
        SITE_FILE, _site(_lines(lambda n: f"  role-{n}: [mlopez]\n", "signers:\n"))
    ),
    "profiles that do not exist": _file(
        SITE_FILE, _site(_lines(lambda n: f"  - p{n}\n", "profiles:\n"))
    ),
    "one profile again and again": _file(
        SITE_FILE, _site(_lines(lambda _: "  - p\n", "profiles:\n"))
    ),
    "many profiles": _profiles,
    "a profile of many extensions": _file(
        "profiles/p.yaml", _lines(lambda n: f"  extension-{n}: {{a: b}}\n", "extensions:\n")
    ),
    "unknown keys in a file": _file(EXTENSION_FILE, _lines(lambda n: f"versio{n}: 1\n")),
    "long unknown keys in a file": _file(
        EXTENSION_FILE, _lines(lambda n: f"{'configuration' * 60}{n}: 1\n")
    ),
    "signoffs that say nothing": _file(
        EXTENSION_FILE, _lines(lambda _: "- {}\n", f"version: {VERSION}\nsignoffs:\n")
    ),
    "signoffs by nobody": _file(
        EXTENSION_FILE,
        _lines(
            lambda n: (
                f"- {{aspect: a{n}, signedBy: b, role: quality-manager, meaning: approval, "
                f"signedAt: 2026-11-20T10:00:00Z, configHash: 'sha256:{n:064x}'}}\n"
            ),
            f"version: {VERSION}\nsignoffs:\n",
        ),
    ),
    "a version of a mebibyte": _file(EXTENSION_FILE, f"version: {'1.' * 500_000}\n"),
    "a manifest of nothing but delegations": _file(
        MANIFEST_FILE,
        _lines(
            lambda n: (
                f"  - {{aspect: a{n}, delegatedTo: quality-manager, requiresSignoff: true}}\n"
            ),
            SMALL[MANIFEST_FILE] + "compliance:\n complianceModel: enforced\n delegations:\n",
        ),
    ),
    "a manifest of nothing but capabilities": _file(
        MANIFEST_FILE,
        _lines(
            lambda n: f"  - {{name: c{n}, version: v1}}\n",
            SMALL[MANIFEST_FILE] + "capabilities:\n provides:\n",
        ),
    ),
    "a manifest with everything wrong": _file(
        MANIFEST_FILE, _lines(lambda _: "  - 1\n", "capabilities:\n provides:\n")
    ),
    "many extensions, each slightly misnamed": _many_extensions,
    "many sites": _many_sites,
    "names with escape sequences": _escaping_names,
    "folders in folders": _deep_folders,
}
"""What is done to the small folder, by what is hostile about it."""
