"""A delta of a block in Claude's stream, which nearly every event is: decoded into a struct, at once."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class WireDelta(msgspec.Struct, gc=False):
    type: str
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citation: Any = None


class BlockDelta(msgspec.Struct, tag_field="type", tag="content_block_delta", gc=False):
    index: int
    delta: WireDelta


decode_delta: Final = msgspec.json.Decoder(BlockDelta).decode
DELTA_HEAD: Final = b"event: content_block_delta\ndata: "


def said(data: bytes) -> str | None:
    """The text, thought or piece of arguments of a delta."""
    try:
        delta = decode_delta(data).delta
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    match delta.type:
        case "thinking_delta":
            return delta.thinking
        case "input_json_delta":
            return delta.partial_json
        case _:
            return delta.text
