"""A Responses request that came to the path of chat completions.

Cursor sends those for models that it knows to be served by Responses, and expects chunks of chat completions back.
Such a body is read as what it is; the answer is written as the path demands.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.edits import REMOVED, Edit
from gateway.dialects import openai_chat, openai_responses
from gateway.dialects.codec import ClientCodec, Envelope
from gateway.dialects.openai_responses.envelope import read_envelope

_USAGE: Final = ("stream_options", "include_usage")


def _read_envelope(tree: dict[str, Any]) -> Envelope:
    """Usage in a stream only where it is wished for, as chat completions have it; raises BadParameter."""
    return msgspec.structs.replace(read_envelope(tree), include_usage=_asks_for_usage(tree))


MISPLACED: Final[ClientCodec] = msgspec.structs.replace(openai_responses.CLIENT, read_envelope=_read_envelope)
"""Reads such requests; their answers are the chat codec's."""


def reader(codec: ClientCodec, tree: dict[str, Any]) -> ClientCodec:
    """Who reads the body: the path's own codec, but for a chat completion with `input` and without `messages`."""
    if "messages" not in tree and "input" in tree and codec is openai_chat.CLIENT:
        return MISPLACED
    return codec


def wishes_of_the_path(tree: dict[str, Any]) -> list[Edit]:
    """What belongs to chat completions in a body that `MISPLACED` reads: the Responses API would refuse it."""
    options = tree.get(_USAGE[0])
    return [Edit(_USAGE, REMOVED, "understand")] if type(options) is dict and _USAGE[1] in options else []


def _asks_for_usage(tree: dict[str, Any]) -> bool:
    options = tree.get(_USAGE[0])
    return type(options) is dict and options.get(_USAGE[1]) is True
