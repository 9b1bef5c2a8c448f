"""Where the pieces of a text stand in each dialect's frames, and which frames end a text.

Invariants
- A key names one text that a client puts together; pieces of two texts never share one.
- What is no piece of a text comes whole in its frame, and is not named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.core.messages import Dialect

Key = tuple[Any, ...]


class Piece(msgspec.Struct, frozen=True):
    """`json`: the text is JSON."""

    path: Path
    key: Key
    text: str
    json: bool = False


Ends = Callable[[Key], bool]
Reader = Callable[[dict[str, Any]], tuple[list[Piece], Ends]]


def ends_nothing(_: Key) -> bool:
    """Of a frame that ends no text."""
    return False


def _everything(_: Key) -> bool:
    return True


def _of(numbers: set[Any]) -> Ends:
    return (lambda key: key[0] in numbers) if numbers else ends_nothing


def _number(value: Any) -> int | None:
    return value if type(value) is int else None


def _choices(tree: dict[str, Any], name: str = "choices") -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(place, number, choice)."""
    choices = tree.get(name)
    if type(choices) is list:
        for place, choice in enumerate(choices):
            if type(choice) is dict:
                number = choice.get("index")
                yield place, number if type(number) is int else place, choice


def chat_reader(tree: dict[str, Any]) -> tuple[list[Piece], Ends]:
    """OpenAI's chat chunks, and Mistral's, whose content may be a list of chunks of its own."""
    pieces: list[Piece] = []
    ended: set[Any] = set()
    for place, number, choice in _choices(tree):
        if choice.get("finish_reason"):  # empty in each chunk of some servers
            ended.add(number)
        delta = choice.get("delta")
        if type(delta) is not dict:
            continue
        at: Path = ("choices", place, "delta")
        for name in ("content", "reasoning_content", "reasoning", "refusal"):
            value = delta.get(name)
            if type(value) is str:
                pieces.append(Piece((*at, name), (number, name), value))
            elif type(value) is list:
                pieces += _chunks(value, (*at, name), number)
        spoken = delta.get("audio")
        if type(spoken) is dict and type(spoken.get("transcript")) is str:
            pieces.append(Piece((*at, "audio", "transcript"), (number, "transcript"), spoken["transcript"]))
        call = delta.get("function_call")
        if type(call) is dict and type(call.get("arguments")) is str:
            pieces.append(
                Piece((*at, "function_call", "arguments"), (number, "function"), call["arguments"], json=True)
            )
        calls = delta.get("tool_calls")
        for order, call in enumerate(calls if type(calls) is list else ()):
            if type(call) is dict:
                pieces += _call(call, (*at, "tool_calls", order), number, order)
    return pieces, _of(ended)


def _call(call: dict[str, Any], at: Path, number: int, order: int) -> Iterator[Piece]:
    index = call.get("index")
    called = index if type(index) is int else order
    for kind, name in (("function", "arguments"), ("custom", "input")):
        inner = call.get(kind)
        if type(inner) is dict and type(inner.get(name)) is str:
            yield Piece((*at, kind, name), (number, kind, called), inner[name], json=kind == "function")


def _chunks(chunks: list[Any], at: Path, number: int) -> Iterator[Piece]:
    for order, chunk in enumerate(chunks):
        if type(chunk) is not dict:
            continue
        if type(chunk.get("text")) is str:
            yield Piece((*at, order, "text"), (number, "content"), chunk["text"])
        thoughts = chunk.get("thinking")
        for place, thought in enumerate(thoughts if type(thoughts) is list else ()):
            if type(thought) is dict and type(thought.get("text")) is str:
                yield Piece((*at, order, "thinking", place, "text"), (number, "thinking"), thought["text"])


def completions_reader(tree: dict[str, Any]) -> tuple[list[Piece], Ends]:
    pieces = []
    ended: set[Any] = set()
    for place, number, choice in _choices(tree):
        if choice.get("finish_reason"):  # empty in each chunk of some servers
            ended.add(number)
        if type(choice.get("text")) is str:
            pieces.append(Piece(("choices", place, "text"), (number,), choice["text"]))
    return pieces, _of(ended)


def anthropic_reader(tree: dict[str, Any]) -> tuple[list[Piece], Ends]:
    """Thinking is signed, and no piece here."""
    kind, number = tree.get("type"), _number(tree.get("index"))
    if kind == "content_block_delta":
        delta = tree.get("delta")
        if type(delta) is dict:
            for name, json in (("text", False), ("partial_json", True), ("content", False)):
                if type(delta.get(name)) is str:
                    return [Piece(("delta", name), (number, name), delta[name], json)], ends_nothing
        return [], ends_nothing
    if kind == "content_block_stop":
        return [], _of({number})
    return [], _everything if kind in ("message_delta", "message_stop", "error") else ends_nothing


def responses_reader(tree: dict[str, Any]) -> tuple[list[Piece], Ends]:
    kind = tree.get("type")
    item, part = _item(tree), _number(tree.get("content_index"))
    within = _number(tree.get("summary_index" if "summary_index" in tree else "command_index"))
    if type(kind) is not str:
        return [], ends_nothing
    if kind.endswith(".delta"):
        told = tree.get("delta")
        if type(told) is dict:  # what a shell's command wrote, by stream
            written = [(name, told[name]) for name in ("stdout", "stderr") if type(told.get(name)) is str]
            pieces = [Piece(("delta", name), (item, kind, part, within, name), text) for name, text in written]
            return pieces, ends_nothing
        if type(told) is not str or kind in _OF_BYTES:
            return [], ends_nothing
        json = kind.endswith("arguments.delta")
        return [Piece(("delta",), (item, kind, part, within, ""), told, json)], ends_nothing
    if kind in _TERMINAL:
        return [], _everything
    if not kind.endswith(".done"):
        return [], ends_nothing
    if kind == "response.output_item.done":
        return [], _of({item})
    ended = kind.removesuffix(".done") + ".delta"
    if kind == "response.content_part.done":
        return [], lambda key: key[0] == item and key[2] == part
    return [], lambda key: key[:4] == (item, ended, part, within)


def _item(tree: dict[str, Any]) -> int | str | None:
    """What tells an output item from others: its number, or its id where a server (llama.cpp's) numbers none."""
    told = tree.get("item")
    names = [told.get("id"), told.get("call_id")] if type(told) is dict else [tree.get("item_id")]
    for value in (tree.get("output_index"), *names):
        if type(value) in (int, str):
            return value
    return None


def annotated(tree: dict[str, Any]) -> Iterator[tuple[Path, Any, Key]]:
    """(path, annotation, key of the text that it says something of), of Responses' own event and of chat's deltas."""
    if tree.get("type") == "response.output_text.annotation.added":
        item, part = _item(tree), _number(tree.get("content_index"))
        yield ("annotation",), tree.get("annotation"), (item, "response.output_text.delta", part, None, "")
    for place, number, choice in _choices(tree):
        delta = choice.get("delta")
        told = delta.get("annotations") if type(delta) is dict else None
        for order, annotation in enumerate(told if type(told) is list else ()):
            yield ("choices", place, "delta", "annotations", order), annotation, (number, "content")


_OF_BYTES: Final = frozenset({"response.audio.delta"})
"""Pieces of base64, each of which a client decodes by itself."""

_TERMINAL: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})


def gemini_reader(tree: dict[str, Any]) -> tuple[list[Piece], Ends]:
    """Calls come whole where nobody asked for their arguments in pieces; thoughts that are signed are no piece."""
    pieces: list[Piece] = []
    ended: set[Any] = set()
    over: set[Key] = set()
    for place, number, candidate in _choices(tree, "candidates"):
        if candidate.get("finishReason"):
            ended.add(number)
        content = candidate.get("content")
        parts = content.get("parts") if type(content) is dict else None
        for order, part in enumerate(parts if type(parts) is list else ()):
            if type(part) is not dict:
                continue
            at: Path = ("candidates", place, "content", "parts", order)
            if type(call := part.get("functionCall")) is dict:
                arguments, ends = _partial_arguments(call, (*at, "functionCall", "partialArgs"), number)
                pieces += arguments
                over |= ends
            if type(part.get("text")) is not str:
                continue
            thought = part.get("thought") is True
            if not (thought and "thoughtSignature" in part):
                pieces.append(Piece((*at, "text"), (number, thought), part["text"]))
    return pieces, lambda key: key[0] in ended or key in over or key[:2] in over


def _partial_arguments(call: dict[str, Any], at: Path, number: int) -> tuple[list[Piece], set[Key]]:
    """Strings of a call's arguments that come in pieces, told apart by where they stand; and the keys that are over,
    or what these begin with.
    """
    pieces: list[Piece] = []
    over: set[Key] = set() if call.get("willContinue") is True else {(number, "arguments")}
    partial = call.get("partialArgs")
    for order, argument in enumerate(partial if type(partial) is list else ()):
        if type(argument) is dict and type(text := argument.get("stringValue")) is str:
            key = (number, "arguments", str(argument.get("jsonPath")))
            pieces.append(Piece((*at, order, "stringValue"), key, text))
            if argument.get("willContinue") is not True:
                over.add(key)
    return pieces, over


READERS: Final[Mapping[Dialect, Reader]] = {
    "openai_chat": chat_reader,
    "mistral": chat_reader,
    "openai_responses": responses_reader,
    "anthropic": anthropic_reader,
    "gemini": gemini_reader,
}
