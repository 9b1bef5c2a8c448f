"""`POST /v1/moderations` at OpenAI and Mistral, each in its own shape: relayed.

OpenAI tells no usage and takes no money; Mistral tells its tokens. Source: the types of openai 3.54 and mistralai 3.7.
"""

from __future__ import annotations

from typing import Any

from gateway.core.events import Ended, Event, Started, UsageReported
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.usage import read_usage
from gateway.dialects.relayed import RelayedProvider, checked_model, checked_texts
from gateway.dialects.unstreamed import answer_object, nonsense


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter. A model must be named, since it says whose moderation it is."""
    model = checked_model(tree)
    checked_texts(tree, "input")
    return Envelope(model=model)


class ModerationsProvider(RelayedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def decode_answer(self, body: bytes) -> list[Event]:
        tree = answer_object(body)
        if type(tree.get("results")) is not list:
            raise nonsense("it has no results")
        usage = read_usage(tree.get("usage"))
        return [Started(), *([] if usage is None else [UsageReported(usage)]), Ended()]
