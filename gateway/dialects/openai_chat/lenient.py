"""Chunks and bodies that are not quite as the reference says, read from a tree into the same structs.

What can stand here: content as a list of pieces (Mistral), arguments as an object (Ollama's own habit), a `message`
in place of the delta, pictures beside the content (OpenRouter, LiteLLM), members that this code has never seen.

Invariants
- Members with a canonical meaning go into `WireDelta`; all others that are not null are kept in `extra`.
- A type that no server could mean raises UpstreamNonsense.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from gateway.core.events import Started
from gateway.core.messages import Media
from gateway.core.usage import count
from gateway.dialects.openai_chat.wire import (
    WireCall,
    WireChoice,
    WireCustom,
    WireDelta,
    WireFunction,
    encode_json,
)
from gateway.errors import UpstreamNonsense

_CLAIMED: Final = frozenset(WireDelta.__struct_fields__) | {"annotations", "tool_call_id", "index", "metadata"}
_DATA_URL: Final = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/]+={0,2})")
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


class LenientChoice(msgspec.Struct):
    """`pieces` is content that came as a list; `pictures` those of `images`, where all of them can be read;
    `extra` holds the delta's members without a canonical form.
    """

    choice: WireChoice
    delta: WireDelta
    pieces: list[Any]
    annotations: list[Any]
    pictures: list[Media]
    extra: dict[str, Any]


def nonsense(what: str) -> UpstreamNonsense:
    return UpstreamNonsense(f"The provider's answer is not valid: {what}.")


def started(tree: dict[str, Any]) -> Started:
    """Who answers, as far as `tree` says so."""
    answer_id, model, created = tree.get("id"), tree.get("model"), tree.get("created")
    return Started(
        answer_id if type(answer_id) is str and answer_id else None,
        model if type(model) is str and model else None,
        count(created) or None,
    )


def lenient_choices(tree: dict[str, Any]) -> list[LenientChoice]:
    """The choices of a chunk, or of a body that came whole."""
    choices = tree.get("choices")
    if choices is None:
        return []
    if type(choices) is not list:
        raise nonsense("choices is no array")
    return [_choice(item, number) for number, item in enumerate(choices)]


def _choice(item: Any, number: int) -> LenientChoice:
    if type(item) is not dict:
        raise nonsense("a choice is no object")
    index = _place(item.get("index"))
    said = item.get("delta")
    if said is None:
        said = item.get("message")
    if said is None:
        said = {}
    if type(said) is not dict:
        raise nonsense("a message is no object")
    content = said.get("content")
    pieces = content if type(content) is list else []
    delta = WireDelta(
        content=None if pieces or content == [] else _text(content, "content"),
        refusal=_text(said.get("refusal"), "refusal"),
        reasoning_content=_text_or_none(said.get("reasoning_content")),
        reasoning=_text_or_none(said.get("reasoning")),
        tool_calls=[_call(call) for call in _list(said.get("tool_calls"), "tool_calls")] or None,
        function_call=None if said.get("function_call") is None else _function(said["function_call"]),
    )
    extra = {name: value for name, value in said.items() if name not in _CLAIMED and value not in _NOTHING}
    pictures = _pictures(extra.get("images"))
    if pictures:
        del extra["images"]
    extra |= {
        name: said[name]
        for name in ("reasoning", "reasoning_content")
        if said.get(name) is not None and type(said[name]) is not str
    }
    choice = WireChoice(
        index=number if index is None else index,
        finish_reason=_text(item.get("finish_reason"), "finish_reason"),
        logprobs=item.get("logprobs"),
        stop_reason=item.get("stop_reason"),
        matched_stop=item.get("matched_stop"),
    )
    return LenientChoice(choice, delta, pieces, _list(said.get("annotations"), "annotations"), pictures, extra)


def _pictures(images: Any) -> list[Media]:
    """`[{type: image_url, image_url: {url}}]`; none where one of them is anything else."""
    found: list[Media] = []
    for image in images if type(images) is list else ():
        match image:
            case {"type": "image_url", "image_url": {"url": str(url)}}:
                inline = _DATA_URL.fullmatch(url)
                if inline is not None:
                    found.append(Media(kind="image", media_type=inline[1], data=inline[2]))
                elif url.startswith(("https://", "http://")):
                    found.append(Media(kind="image", url=url))
                else:
                    return []
            case _:
                return []
    return found


def _call(call: Any) -> WireCall:
    if type(call) is not dict:
        raise nonsense("a tool call is no object")
    call_id, kind, custom = call.get("id"), call.get("type"), call.get("custom")
    return WireCall(
        index=_place(call.get("index")),
        id=str(call_id) if type(call_id) in {str, int} else None,
        type=kind if type(kind) is str else None,
        function=None if call.get("function") is None else _function(call["function"]),
        custom=WireCustom(_text(custom.get("name"), "name"), _text(custom.get("input"), "input"))
        if type(custom) is dict
        else None,
    )


def _function(value: Any) -> WireFunction:
    if type(value) is not dict:
        raise nonsense("a function is no object")
    arguments = value.get("arguments")
    if type(arguments) in {dict, list}:
        arguments = encode_json(arguments).decode()
    return WireFunction(_text(value.get("name"), "name"), _text(arguments, "arguments"))


def _place(index: Any) -> int | None:
    """An index, also where a writer of JSON knows no integers; None where it is none."""
    if type(index) is float and index.is_integer():
        index = int(index)
    return index if type(index) is int and index >= 0 else None


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if type(value) is not list:
        raise nonsense(f"{name} is no array")
    return value


def _text(value: Any, name: str) -> str | None:
    if value is not None and type(value) is not str:
        raise nonsense(f"{name} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return value if type(value) is str else None
