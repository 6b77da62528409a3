"""Files of a mebibyte that libyaml refuses, made to keep the grammar that reads them busy."""

from __future__ import annotations

from tests.support.hostile_yaml import Text, numbered, repeated

_REFUSED = "- [:x]\n"
"""What libyaml does not take, and YAML 1.2 does."""


def _times(unit: str, count: int, after: str = _REFUSED) -> Text:
    return lambda: unit * count + after


_SIGNS = ("\t", ":", "::", "[", "{[", '"', "''", "\\", "a b", ":x,", "é")

HOSTILE_TO_GRAMMAR: dict[str, Text] = {
    **{f"brackets around {sign!a}": repeated(sign, "- [:x,", "]") for sign in _SIGNS},
    "a whole text of short lines": repeated("a\n", "--- |\n"),
    "a folded whole text of deeper lines": repeated("a\n b\n\n", "--- >\n"),
    "values behind tabs": repeated("-\t-1\n"),
    "keys on other lines than their values": repeated('- {"a"\n  :1}\n'),
    "keys of many lines": repeated("a\n ", "- {:x\n ", ": 1}\n"),
    "keys without a value": numbered(lambda n: f"?\t&é k{n}\n"),
    "names of anchors with other signs": numbered(lambda n: f"- &é{n} a\n"),
    "long keys in brackets": repeated(f"[{'a' * 1000}]: 1,", "- {:x, ", "}"),
    "brackets that are nearly keys": repeated(
        f"[{'abcdefghijklmnopq,' * 56}]\n  ,", "- [:x, ", "]"
    ),
    "brackets in brackets that are keys": repeated(
        "[[[[[[a]: b]: c]: d]: e]: f]: g,\n ", "- [:x,\n ", "]"
    ),
    "anchors on lines of their own": repeated("- &é\n  [a]\n"),
    "lists ninety deep": _times("- " + "[" * 90 + "]" * 90 + "\n", 660),
    "more lists than the grammar reads": _times("- " + "[" * 90 + "]" * 90 + "\n", 2100),
    "escapes": repeated("\\u0041 ", '- [:x, "', '"]'),
    "lines in quotes": repeated("a\n  ", "- [:x, 'a", "']"),
    "quotes that end nowhere": repeated("a\n  ", '- [:x, "a'),
    "empty lines before a mistake": repeated("\n", "- [:x,\n  ", "]"),
    "block texts of every depth": lambda: (
        _REFUSED + "".join(f"- |{' # é'}\n{' ' * (n % 700 + 1)}a\n" for n in range(2_800))
    ),
    "words that only libyaml takes for signs": repeated("- {?x: 1, a: [b, c]}\n"),
}
"""The content of each file by what it consists of."""
