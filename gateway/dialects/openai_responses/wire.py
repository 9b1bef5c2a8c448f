"""One delta of a stream as a typed struct: the event that nearly every event is, decoded without a tree.

Source: the OpenAI API reference, "streaming events". Members that are not named here (padding, sequence numbers) carry
no answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.errors import UpstreamNonsense


class WireDelta(msgspec.Struct, gc=False):
    type: str
    delta: str
    output_index: int = -1
    """Negative where the server gives none."""
    content_index: int = 0
    summary_index: int = 0
    logprobs: Any = None


decode_delta = msgspec.json.Decoder(WireDelta).decode
decode_tree = msgspec.json.Decoder().decode
encode_json = msgspec.json.Encoder().encode


def nonsense(what: str) -> UpstreamNonsense:
    return UpstreamNonsense(f"The provider's answer is not valid: {what}.")


def text_of(value: Any) -> str | None:
    return value if type(value) is str and value else None


def index_of(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """An array of objects, none where it is absent; raises UpstreamNonsense."""
    if value is None:
        return []
    if type(value) is not list or any(type(item) is not dict for item in value):
        raise nonsense(f"{name} is no array of objects")
    return value
