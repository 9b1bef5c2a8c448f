"""Messages and their content blocks, toward Claude.

Invariants
- System text before the first turn is the top-level `system`; later text stays a `system` message in its turn,
  moved behind the user's words of that turn, where alone the API takes it. Where no user spoke, and for models that
  take none between turns, it joins the top-level one: the authority of a text outweighs its place.
- Turns of one role that follow one another are one turn; a user turn begins with its tool results.
- Provider states, opaque blocks and citations go out only where this dialect issued them.
- No two calls have one id (`adapting`).
- Thinking stands at the beginning of its turn, where the API wants it.
- No block without content, white space alone being none, and no turn without blocks: the API refuses all three.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from gateway.core.messages import (
    AnyPart,
    CacheMark,
    Conversation,
    Media,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.adapting import with_distinct_ids
from gateway.dialects.anthropic.columns import LIFETIMES, own_citations, own_state
from gateway.dialects.claims import wrong
from gateway.dialects.freeform import arguments_as_object
from gateway.dialects.state_in_ids import short_id

Block = dict[str, Any]
Turn = dict[str, Any]

THINKING: Final = ("thinking", "redacted_thinking")
_PLAIN: Final = (*THINKING, "text", "tool_use")
_NEAREST_LIFETIME: Final = {"30m": "5m", "12h": "1h"}
"""By OpenAI's words."""
_ALLOWED_ID = re.compile(r"[a-zA-Z0-9_-]+\Z")
# The first letters of base64, by format.
_IMAGE_TYPES: Final = (("iVBOR", "image/png"), ("/9j/", "image/jpeg"), ("R0lG", "image/gif"), ("UklG", "image/webp"))


def encode_messages(conversation: Conversation, *, system_turns: bool) -> tuple[list[Block], list[Turn], bool]:
    """(blocks of `system`, turns, whether later system text had to join `system`).

    Each turn's content is a list of blocks.
    """
    system: list[Block] = []
    turns: list[Turn] = []
    conversation = with_distinct_ids(conversation)
    waiting: list[Block] = []  # system text for the end of the user's turn
    begun = displaced = False
    for message in conversation.messages:
        match message.role:
            case "system" | "developer" if not (begun and system_turns):
                displaced = displaced or begun
                system += _blocks(message.parts)
            case "system" | "developer":
                waiting += _blocks(message.parts)
            case "assistant":
                begun = True
                if blocks := _blocks(message.parts):
                    displaced = _speak(system, turns, waiting) or displaced
                    waiting = []
                    _say(turns, "assistant", blocks)
            case "user":
                begun = True
                _say(turns, "user", _blocks(message.parts))
            case "tool":
                begun = True
                _answer(turns, message)
    displaced = _speak(system, turns, waiting) or displaced
    for turn in turns:
        if turn["role"] == "assistant":
            turn["content"] = _thinking_first(turn["content"])
    return system, turns, displaced


def _speak(system: list[Block], turns: list[Turn], waiting: list[Block]) -> bool:
    """Behind a user's turn; where there is none, in the beginning: then the text is displaced, and this is true."""
    if waiting and turns and turns[-1]["role"] == "user":
        _say(turns, "system", waiting)
        return False
    system += waiting
    return bool(waiting)


def _thinking_first(blocks: list[Block]) -> list[Block]:
    """Claude's own turns begin with their thinking; ids that carried it through a client put it before the calls.

    A turn with blocks of server tools has thinking between them, and is left as it is.
    """
    if blocks[0]["type"] in THINKING or not all(block["type"] in _PLAIN for block in blocks):
        return blocks
    return sorted(blocks, key=lambda block: block["type"] not in THINKING)


def is_paused(turn: Turn) -> bool:
    """Whether the turn is one that Claude itself goes on with, having called tools of the provider's."""
    content = turn["content"]
    return type(content) is list and not all(block["type"] in _PLAIN for block in content)


def _say(turns: list[Turn], role: str, blocks: list[Block]) -> None:
    if not blocks:
        return
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": list(blocks)})


def _answer(turns: list[Turn], message: Message) -> None:
    """Tool results go before whatever else the user's turn holds."""
    blocks = _blocks(message.parts)
    if turns and turns[-1]["role"] == "user":
        content = turns[-1]["content"]
        place = sum(1 for block in content if block["type"] == "tool_result")
        content[place:place] = blocks
    else:
        _say(turns, "user", blocks)


def _blocks(parts: tuple[AnyPart, ...]) -> list[Block]:
    return [block for part in parts if (block := _block(part)) is not None]


def _block(part: AnyPart) -> Block | None:
    block: Block
    match part:
        case Text():
            if not part.text.strip():
                return None
            block = {"type": "text", "text": part.text}
            if citations := own_citations(part):
                block["citations"] = citations
        case Refusal():
            if not part.text.strip():
                return None
            block = {"type": "text", "text": part.text}
        case Media():
            block = _media(part)
        case ToolCall():
            block = {
                "type": "tool_use",
                "id": own_id(part.id),
                "name": part.name,
                "input": arguments_as_object(part),
            }
        case ToolResult():
            block = _tool_result(part)
        case Reasoning():
            return _thinking(part)
        case Opaque():
            return part.value if part.dialect == "anthropic" else None
    if part.cache is not None:
        block["cache_control"] = cache_control(part.cache)
    return block


def cache_control(mark: CacheMark) -> Block:
    """The mark, with the nearest lifetime that the API has."""
    if mark.ttl is None:
        return {"type": "ephemeral"}
    return {"type": "ephemeral", "ttl": mark.ttl if mark.ttl in LIFETIMES else _NEAREST_LIFETIME.get(mark.ttl, "5m")}


def own_id(call_id: str) -> str:
    """The id itself where the API takes its letters, else a stand-in that is the same for the same id."""
    return call_id if _ALLOWED_ID.match(call_id) else f"toolu_{short_id(call_id, 24)}"


def _tool_result(result: ToolResult) -> Block:
    block: Block = {"type": "tool_result", "tool_use_id": own_id(result.call_id)}
    content = _blocks(result.parts)
    if len(content) == 1 and content[0].keys() == {"type", "text"}:
        block["content"] = content[0]["text"]
    elif content:
        block["content"] = content
    if result.is_error:
        block["is_error"] = True
    return block


def _thinking(part: Reasoning) -> Block | None:
    if not own_state(part) or part.provider_state is None:
        return None
    if part.provider_state.kind == "redacted_thinking":
        return {"type": "redacted_thinking", "data": part.provider_state.value}
    return {"type": "thinking", "thinking": part.text, "signature": part.provider_state.value}


def _media(media: Media) -> Block:
    block: Block = {"type": media.kind, "source": _source(media)}
    if media.kind == "document":
        if media.name is not None:
            block["title"] = media.name
        if media.cite:
            block["citations"] = {"enabled": True}
    return block


def _source(media: Media) -> Block:
    if media.url is not None:
        return {"type": "url", "url": media.url}
    if media.text is not None:
        return {"type": "text", "media_type": "text/plain", "data": media.text}
    data = media.data or ""
    media_type = media.media_type or ""
    if media.kind == "document" and media_type.startswith("text/"):
        try:
            text = base64.b64decode(data, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise wrong(media.at, "is not base64 of UTF-8 text") from None
        return {"type": "text", "media_type": "text/plain", "data": text}
    if media.kind == "document":
        return {"type": "base64", "media_type": media_type or "application/pdf", "data": data}
    if not media_type:
        media_type = next((name for letters, name in _IMAGE_TYPES if data.startswith(letters)), "image/png")
    return {"type": "base64", "media_type": "image/jpeg" if media_type == "image/jpg" else media_type, "data": data}
