"""Files of a mebibyte that are made to keep a reader busy or to fill its memory."""

from __future__ import annotations

from collections.abc import Callable

SIZE = 1_048_576
"""The largest file that is read, in bytes."""


Text = Callable[[], str]
"""Makes the file when it is wanted: all of them together are half a gigabyte."""


def repeated(unit: str, before: str = "", after: str = "") -> Text:
    """Return what makes a file of ``unit`` again and again, as large as a file may be."""
    room = SIZE - len((before + after).encode())
    return lambda: before + unit * (room // len(unit.encode())) + after


def numbered(line: Callable[[int], str], before: str = "", after: str = "") -> Text:
    """Return what makes a file of lines that differ by a number, as large as a file may be."""

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

_AROUND = {
    "only": ("", ""),
    "a key, then": ("version: ", ""),
    "a flow list of": ("a: [", "]"),
    "double quotes around": ('a: "', '"'),
    "a literal text of": ("a: |\n  ", ""),
    "a configuration of": ("configuration:\n ", ""),
}


def _where(place: int, sign: int) -> bool:
    """Return whether a sign is tried at a place in every run: each sign at one, in turn."""
    return sign % len(_AROUND) == place


ELSEWHERE: dict[str, Text] = {
    f"{where} {sign!a}": repeated(sign, *around)
    for place, (where, around) in enumerate(_AROUND.items())
    for number, sign in enumerate(_SIGNS)
    if not _where(place, number)
}
"""Every sign at every other place; beside these, each is tried at one in every run."""

HOSTILE_YAML: dict[str, Text] = {
    **{
        f"{where} {sign!a}": repeated(sign, *around)
        for place, (where, around) in enumerate(_AROUND.items())
        for number, sign in enumerate(_SIGNS)
        if _where(place, number)
    },
    "many keys": numbered(lambda n: f"k{n}: {n}\n"),
    "many keys of a configuration": numbered(lambda n: f"  k{n}: 1\n", "configuration:\n"),
    "many similar keys": numbered(lambda n: f"{'k' * 60}{n}: {n}\n"),
    "many short keys in a flow mapping": numbered(lambda n: f"{n:x}a,", "a: {", "}"),
    "one key again and again": repeated("a: 1\n"),
    "keys that differ in case only": numbered(
        lambda n: (
            "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("abcdefghijklmnop"))
            + ": 1\n"
        )
    ),
    "one long key": repeated("k", "", ": 1\n"),
    "one long key of a configuration": repeated("k", "configuration:\n  ", ": 1\n"),
    "two long keys": lambda: "k" * (SIZE // 2 - 5) + ": 1\n" + "k" * (SIZE // 2 - 5) + "j: 1",
    "long keys": numbered(lambda n: "k" * 1000 + f"{n}: 1\n"),
    "many anchors": numbered(lambda n: f"- &a{n} {n}\n"),
    "one anchor again and again": repeated("- &a x\n"),
    "many aliases of a text": repeated("- *a\n", f"- &a {'x' * 1000}\n"),
    "many aliases of a list": repeated("- *a\n", "- &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"),
    "aliases that are unknown": numbered(lambda n: f"- *a{n}\n"),
    "aliases of aliases, ten wide": lambda: _alias_bomb(10),
    "aliases of aliases, a thousand wide": lambda: _alias_bomb(1000),
    "an anchor around its own alias": repeated("[*a, ", "&a [", "*a"),
    "nested lists in flow": lambda: "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "nested mappings in flow": lambda: "{a: " * (SIZE // 5) + "}" * (SIZE // 5),
    "nested lists in block": lambda: "".join(" " * depth + "-\n" for depth in range(1400)),
    "nested mappings in block": lambda: "".join(" " * depth + "a:\n" for depth in range(1400)),
    "many lists ninety deep": repeated("- " * 90 + "a\n"),
    "many flow lists ninety deep": repeated("- " + "[" * 90 + "]" * 90 + "\n"),
    "many documents": repeated("---\na: b\n"),
    "many TAG directives": numbered(lambda n: f"%TAG !a{n}! tag:x,{n}:\n", "", "--- a\n"),
    "many YAML directives": repeated("%YAML 1.2\n", "", "--- a\n"),
    "many reserved directives": numbered(lambda n: f"%A{n} b\n", "", "--- a\n"),
    "a long directive": repeated("a", "%YAML 1.", "\n--- a\n"),
    "a long tag": repeated("a", "a: !", " b\n"),
    "many tags": numbered(lambda n: f"- !t{n} a\n"),
    "a long verbatim tag": repeated("%41", "a: !<", "> b\n"),
    "a long anchor": repeated("a", "a: &", " b\n"),
    "a long comment": repeated("#", "a: b #"),
    "a comment behind each value": repeated("- a #b\n"),
    "a huge integer": repeated("9", "a: "),
    "a huge octal": repeated("7", "a: 0o"),
    "a huge hexadecimal": repeated("f", "a: 0x"),
    "a long fraction": repeated("1", "a: 0."),
    "a long exponent": repeated("9", "a: 1e"),
    "many huge integers": repeated("- " + "9" * 4000 + "\n"),
    "many floats": numbered(lambda n: f"- {n}.5e-3\n"),
    "a password of a mebibyte": repeated("p", "configuration:\n  password: "),
    "a URL that never gets to its password": repeated("a:", "configuration:\n  url: https://"),
    "a name of many words": repeated("aB", "configuration:\n  ", ": 1\n"),
    "multi-line quotes": repeated("a\n  ", 'a: "', '"'),
    "multi-line plain text": repeated("a\n ", "a: "),
    "a folded text of short lines": repeated("  a\n", "a: >\n"),
    "explicit keys": repeated("? a\n"),
    "explicit keys, nested": lambda: "? " * 500 + "a",
    "question marks in flow": repeated("? ", "[", "]"),
    "colons in flow": repeated(": ", "{", "}"),
    "an implicit key that never ends": repeated("a ", "a: {", "}"),
    "quotes that never end": repeated("a", 'a: "'),
    "a flow list that never ends": repeated("a, ", "a: ["),
    "many quoted keys": numbered(lambda n: f'"k{n}": "v"\n'),
    "merge keys": repeated("<<: {a: b}\n"),
    "block texts without content": repeated("- |\n"),
    "block texts with deep indentation": lambda: "- |9\n" + (" " * 2000 + "\n") * 500,
    "empty lines, then a block text": repeated("\n", "a: |\n", "  b\n"),
    "lines of spaces in a block text": lambda: (
        "a: |\n" + "".join(" " * (n % 1400) + "\n" for n in range(1400))
    ),
    "signoffs": repeated("- {}\n", "signoffs:\n"),
    "many signoffs with unknown keys": numbered(
        lambda n: f"- {{signedBi{n}: a, aspekt{n}: b}}\n", "signoffs:\n"
    ),
}
"""The content of each file by what it consists of."""
