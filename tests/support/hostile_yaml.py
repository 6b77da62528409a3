"""Files of a mebibyte that are made to keep a reader busy or to fill its memory."""

from __future__ import annotations

from collections.abc import Callable

SIZE = 1_048_576
"""The largest file that is read, in bytes."""


Text = Callable[[], str]
"""Makes the file when it is wanted: all of them together are half a gigabyte."""


def _repeated(unit: str, before: str = "", after: str = "") -> Text:
    room = SIZE - len((before + after).encode())
    return lambda: before + unit * (room // len(unit.encode())) + after


def _numbered(line: Callable[[int], str], before: str = "", after: str = "") -> Text:
    def text() -> str:
        lines, room, number = [before], SIZE - len((before + after).encode()), 0
        while (room := room - len((next_line := line(number)).encode())) >= 0:
            lines.append(next_line)
            number += 1
        return "".join(lines) + after

    return text


def _alias_bomb(width: int) -> str:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    for level in range(1, 30):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        levels.append(f"a{level}: &a{level} [{aliases}]\n")
    return "".join(levels)


_SIGNS = [
    *"a1 \t\n\r-?:,[]{}#&*!|>'\"%@`~.<=+\\/_^$",
    *("\0", "\x07", "\x7f", "\x85", "\xa0", "é", "\u2028", "\ufeff", "字", "😀"),
    *(
        "\r\n",
        "- ",
        "? ",
        ": ",
        "a: ",
        "- - ",
        "[{",
        "{a: ",
        "[a, ",
        "a\n",
        "---\n",
        "...\n",
        "#\n",
    ),
    *('""', "''", '"\\"', "''''", "&a ", "*a ", "!a ", "!!str ", "<<: ", "%TAG ! x\n", "- |\n"),
    *("|\n", ">\n\n", "? a\n: b\n", "\\u0041", "\ta: b\n", " \n", "a:\n", "{}", "[],", "a: &a\n"),
]

HOSTILE_YAML: dict[str, Text] = {
    **{f"only {sign!a}": _repeated(sign) for sign in _SIGNS},
    **{f"a key, then {sign!a}": _repeated(sign, "version: ") for sign in _SIGNS},
    **{f"a flow list of {sign!a}": _repeated(sign, "a: [", "]") for sign in _SIGNS},
    **{f"double quotes around {sign!a}": _repeated(sign, 'a: "', '"') for sign in _SIGNS},
    **{f"a literal text of {sign!a}": _repeated(sign, "a: |\n  ") for sign in _SIGNS},
    **{f"a configuration of {sign!a}": _repeated(sign, "configuration:\n ") for sign in _SIGNS},
    "many keys": _numbered(lambda n: f"k{n}: {n}\n"),
    "many keys of a configuration": _numbered(lambda n: f"  k{n}: 1\n", "configuration:\n"),
    "many similar keys": _numbered(lambda n: f"{'k' * 60}{n}: {n}\n"),
    "many short keys in a flow mapping": _numbered(lambda n: f"{n:x}a,", "a: {", "}"),
    "one key again and again": _repeated("a: 1\n"),
    "keys that differ in case only": _numbered(
        lambda n: (
            "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("abcdefghijklmnop"))
            + ": 1\n"
        )
    ),
    "one long key": _repeated("k", "", ": 1\n"),
    "one long key of a configuration": _repeated("k", "configuration:\n  ", ": 1\n"),
    "two long keys": lambda: "k" * (SIZE // 2 - 5) + ": 1\n" + "k" * (SIZE // 2 - 5) + "j: 1",
    "long keys": _numbered(lambda n: "k" * 1000 + f"{n}: 1\n"),
    "many anchors": _numbered(lambda n: f"- &a{n} {n}\n"),
    "one anchor again and again": _repeated("- &a x\n"),
    "many aliases of a text": _repeated("- *a\n", f"- &a {'x' * 1000}\n"),
    "many aliases of a list": _repeated("- *a\n", "- &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"),
    "aliases that are unknown": _numbered(lambda n: f"- *a{n}\n"),
    "aliases of aliases, ten wide": lambda: _alias_bomb(10),
    "aliases of aliases, a thousand wide": lambda: _alias_bomb(1000),
    "an anchor around its own alias": _repeated("[*a, ", "&a [", "*a"),
    "nested lists in flow": lambda: "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "nested mappings in flow": lambda: "{a: " * (SIZE // 5) + "}" * (SIZE // 5),
    "nested lists in block": lambda: "".join(" " * depth + "-\n" for depth in range(1400)),
    "nested mappings in block": lambda: "".join(" " * depth + "a:\n" for depth in range(1400)),
    "many lists ninety deep": _repeated("- " * 90 + "a\n"),
    "many flow lists ninety deep": _repeated("- " + "[" * 90 + "]" * 90 + "\n"),
    "many documents": _repeated("---\na: b\n"),
    "many TAG directives": _numbered(lambda n: f"%TAG !a{n}! tag:x,{n}:\n", "", "--- a\n"),
    "many YAML directives": _repeated("%YAML 1.2\n", "", "--- a\n"),
    "many reserved directives": _numbered(lambda n: f"%A{n} b\n", "", "--- a\n"),
    "a long directive": _repeated("a", "%YAML 1.", "\n--- a\n"),
    "a long tag": _repeated("a", "a: !", " b\n"),
    "many tags": _numbered(lambda n: f"- !t{n} a\n"),
    "a long verbatim tag": _repeated("%41", "a: !<", "> b\n"),
    "a long anchor": _repeated("a", "a: &", " b\n"),
    "a long comment": _repeated("#", "a: b #"),
    "a comment behind each value": _repeated("- a #b\n"),
    "a huge integer": _repeated("9", "a: "),
    "a huge octal": _repeated("7", "a: 0o"),
    "a huge hexadecimal": _repeated("f", "a: 0x"),
    "a long fraction": _repeated("1", "a: 0."),
    "a long exponent": _repeated("9", "a: 1e"),
    "many huge integers": _repeated("- " + "9" * 4000 + "\n"),
    "many floats": _numbered(lambda n: f"- {n}.5e-3\n"),
    "a password of a mebibyte": _repeated("p", "configuration:\n  password: "),
    "a URL that never gets to its password": _repeated("a:", "configuration:\n  url: https://"),
    "a name of many words": _repeated("aB", "configuration:\n  ", ": 1\n"),
    "multi-line quotes": _repeated("a\n  ", 'a: "', '"'),
    "multi-line plain text": _repeated("a\n ", "a: "),
    "a folded text of short lines": _repeated("  a\n", "a: >\n"),
    "explicit keys": _repeated("? a\n"),
    "explicit keys, nested": lambda: "? " * 500 + "a",
    "question marks in flow": _repeated("? ", "[", "]"),
    "colons in flow": _repeated(": ", "{", "}"),
    "an implicit key that never ends": _repeated("a ", "a: {", "}"),
    "quotes that never end": _repeated("a", 'a: "'),
    "a flow list that never ends": _repeated("a, ", "a: ["),
    "many quoted keys": _numbered(lambda n: f'"k{n}": "v"\n'),
    "merge keys": _repeated("<<: {a: b}\n"),
    "block texts without content": _repeated("- |\n"),
    "block texts with deep indentation": lambda: "- |9\n" + (" " * 2000 + "\n") * 500,
    "empty lines, then a block text": _repeated("\n", "a: |\n", "  b\n"),
    "lines of spaces in a block text": lambda: (
        "a: |\n" + "".join(" " * (n % 1400) + "\n" for n in range(1400))
    ),
    "signoffs": _repeated("- {}\n", "signoffs:\n"),
    "many signoffs with unknown keys": _numbered(
        lambda n: f"- {{signedBi{n}: a, aspekt{n}: b}}\n", "signoffs:\n"
    ),
}
"""The content of each file by what it consists of."""
