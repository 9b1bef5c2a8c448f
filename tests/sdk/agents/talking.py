"""What the drivers of all frameworks share: an address on standard input, what was heard on standard output, both JSON.

Runs in the environment of any framework, hence on nothing but the standard library.

    {"url": …, "key": …}
    {way: {"plain": text, "streamed": [text, …], "tool": text, "tool_saw": [city, …]}}

A way is one of the framework's own models, such as its Responses model.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Protocol

PLAIN = "say good morning"
STREAMED = "stream 12 chunks"
TOOL = 'use tool weather with {"city": "Bern"}'


class Talk(Protocol):
    """The same three conversations by any framework."""

    def plain(self) -> str:
        """The answer to PLAIN."""

    def streamed(self) -> list[str]:
        """The answer to STREAMED, in the pieces that the framework gave."""

    def tool(self) -> str:
        """The answer to TOOL after the framework has run `weather`."""


Start = Callable[[str, str], Talk]
"""(gateway's address without a path, key) -> a conversation."""

seen_by_tool: list[str] = []


def weather(city: str) -> str:
    """The weather in a city."""
    seen_by_tool.append(city)
    return f"rain in {city}"


def drive(ways: dict[str, Start]) -> None:
    job = json.load(sys.stdin)
    told = {}
    for way, start in ways.items():
        talk = start(job["url"], job["key"])
        seen_by_tool.clear()
        heard = {"plain": talk.plain(), "streamed": talk.streamed(), "tool": talk.tool()}
        told[way] = {**heard, "tool_saw": list(seen_by_tool)}
    json.dump(told, sys.stdout)
