"""How alike two answers are, in numbers that tell nothing of what they say.

Promise: what comes out holds no word of either answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from gateway.core.events import BlockOpened, Delta, Event, Finished
from gateway.core.shadows import ToolAgreement
from gateway.routing.trials import REFUSALS

LONGEST: Final = 64 * 1024
"""Characters of each answer whose words are compared: more would hold up the loop, and tell little more."""

_WORDS: Final = re.compile(r"\w+")


class ComparedAnswer(msgspec.Struct, frozen=True):
    """The first candidate of an answer. `calls`: (name, arguments) of its tools, in its order."""

    text: str
    calls: tuple[tuple[str, str], ...]
    refused: bool


def compared_answer(answer: Iterable[Event]) -> ComparedAnswer:
    """Text, tool calls and whether it refuses; reasoning is left out."""
    opened: dict[int, BlockOpened] = {}
    told: dict[int, list[str]] = {}
    refused = False
    for event in answer:
        if isinstance(event, BlockOpened):
            opened[event.block] = event
            refused = refused or event.kind == "refusal"
        elif isinstance(event, Delta):
            told.setdefault(event.block, []).append(event.text)
        elif isinstance(event, Finished) and not event.candidate:
            refused = refused or event.reason in REFUSALS
    text: list[str] = []
    calls: list[tuple[str, str]] = []
    for block in sorted({*opened, *told}):
        head, pieces = opened.get(block), told.get(block, [])
        if head is not None and head.candidate:
            continue
        if head is None or head.kind == "text":  # a dialect whose whole answer is one block opens none
            text += pieces
        elif head.kind == "tool_call":
            calls.append((head.name, "".join(pieces)))
    return ComparedAnswer("".join(text), tuple(calls), refused)


def agreement(one: ComparedAnswer, other: ComparedAnswer) -> ToolAgreement:
    """How the tools agree that the two call, whatever the order."""
    if not one.calls and not other.calls:
        return "none"
    if sorted(name for name, _ in one.calls) != sorted(name for name, _ in other.calls):
        return "different"
    return "same" if sorted(map(_called, one.calls)) == sorted(map(_called, other.calls)) else "names"


def overlap(one: ComparedAnswer, other: ComparedAnswer) -> int | None:
    """Percent of the words of both texts that both have (Jaccard's index), rounded; None where neither has any."""
    words, others = _words(one.text), _words(other.text)
    either = words | others
    return round(100 * len(words & others) / len(either)) if either else None


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text[:LONGEST].lower()))


def _called(call: tuple[str, str]) -> tuple[str, bytes]:
    """With arguments whose order and blanks do not count."""
    name, arguments = call
    try:
        return name, msgspec.json.encode(msgspec.json.decode(arguments or "{}"), order="sorted")
    except (msgspec.DecodeError, UnicodeError):
        return name, arguments.encode("utf-8", "replace")
