"""Policies spoiled as people and programs spoil them; each broken one names its place."""

from __future__ import annotations

import random
from collections.abc import Callable

Mutation = Callable[[str, random.Random], str]


def _line(text: str, draw: random.Random) -> tuple[list[str], int]:
    lines = text.splitlines()
    return lines, draw.choice([n for n, line in enumerate(lines) if ":" in line and not line.lstrip().startswith("#")])


def _changed(change: Callable[[str], str]) -> Mutation:
    def mutate(text: str, draw: random.Random) -> str:
        lines, number = _line(text, draw)
        lines[number] = change(lines[number])
        return "\n".join(lines) + "\n"

    return mutate


def _value(value: str) -> Mutation:
    return _changed(lambda line: f"{line.partition(':')[0]}: {value}")


def _cut(text: str, draw: random.Random) -> str:
    return text[: draw.randrange(10, len(text) - 1)]


def _twice(text: str, draw: random.Random) -> str:
    lines, number = _line(text, draw)
    return "\n".join([*lines[: number + 1], lines[number], *lines[number + 1 :]]) + "\n"


def _without(text: str, draw: random.Random) -> str:
    lines, number = _line(text, draw)
    return "\n".join([*lines[:number], *lines[number + 1 :]]) + "\n"


MUTATIONS: dict[str, Mutation] = {
    "blank value": _value(""),
    "null": _value("null"),
    "a list": _value("[1, 2]"),
    "a mapping": _value("{x: y}"),
    "a number": _value("-17"),
    "a lone brace": _value("{"),
    "a tag": _value("!!python/object/apply:os.system [x]"),
    "an anchor": _value("&a x"),
    "an alias": _value("*a"),
    "a control character": _value('"\\a"'),
    "a long text": _value("x" * 5000),
    "an unknown name": _value("no-such-thing"),
    "a key of another name": _changed(lambda line: line.replace(":", "q:", 1)),
    "a tab": _changed(lambda line: "\t" + line),
    "another depth": _changed(lambda line: "   " + line),
    "a doubled key": _twice,
    "a missing line": _without,
    "cut": _cut,
    "two documents": lambda text, draw: text + "---\nversion: 1\n",
    "too large": lambda text, draw: text + "#" * (2 * 1024 * 1024),
}
