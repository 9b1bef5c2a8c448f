"""One line for the model: tokens stand for values, and are to be copied as they are.

Invariants
- The line is always the same, so that a prompt cache keeps its beginning.
- It goes where instructions go: behind those that are there, or in a place of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.core.edits import Edit, InsertBefore, Path, edited
from gateway.core.messages import Dialect

HINT: Final = (
    "Words such as PERSON_k7f3q2 stand for real values. Copy them exactly; do not explain, alter or translate them."
)
STAGE: Final = "hint"


def hint_edits(tree: dict[str, Any], dialect: Dialect, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that add the line to a request that `edits` have changed; none where it has no instructions."""
    tree = edited(tree, edits)
    match dialect:
        case "anthropic":
            return _into(tree, ("system",), HINT)
        case "openai_responses":
            return _into(tree, ("instructions",), HINT) if "input" in tree else ()
        case "gemini":
            name = "system_instruction" if "system_instruction" in tree else "systemInstruction"
            return _into(tree, (name,), {"parts": [{"text": HINT}]}) if "contents" in tree else ()
        case _:
            return _first_message(tree)


def _into(tree: dict[str, Any], path: Path, fresh: Any) -> tuple[Edit, ...]:
    value = tree.get(str(path[0]))
    match value:
        case None:
            return (Edit(path, fresh, STAGE),)
        case str():
            return (Edit(path, _after(value), STAGE),)
        case {"parts": list(parts)}:
            return _into_parts((*path, "parts"), parts)
        case list():
            return _into_parts(path, value)
        case _:
            return ()


def _into_parts(path: Path, parts: list[Any]) -> tuple[Edit, ...]:
    """Behind the last text of a list of parts."""
    for number in range(len(parts) - 1, -1, -1):
        part = parts[number]
        if type(part) is str:
            return (Edit((*path, number), _after(part), STAGE),)
        if type(part) is dict and type(part.get("text")) is str:
            return (Edit((*path, number, "text"), _after(part["text"]), STAGE),)
    return ()


def _first_message(tree: dict[str, Any]) -> tuple[Edit, ...]:
    messages = tree.get("messages")
    if type(messages) is not list:
        return ()
    for number, message in enumerate(messages):
        if type(message) is dict and message.get("role") in ("system", "developer"):
            path: Path = ("messages", number, "content")
            match message.get("content"):
                case str(text):
                    return (Edit(path, _after(text), STAGE),)
                case list(parts):
                    return _into_parts(path, parts)
                case _:
                    pass
    return (Edit(("messages",), InsertBefore({"role": "system", "content": HINT}), STAGE),)


def _after(text: str) -> str:
    return f"{text}\n\n{HINT}"
