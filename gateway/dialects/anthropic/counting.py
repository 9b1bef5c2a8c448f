"""`POST /v1/messages/count_tokens`, both sides.

Source: `MessageCountTokensParams` of anthropic 2.12 and recorded traffic.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.answer import Answer
from gateway.core.messages import Conversation
from gateway.dialects.codec import AnswerFacts, Encoded
from gateway.dialects.counting import CountingClient, CountingProvider, tokens_of
from gateway.dialects.unstreamed import encode_json

_TAKEN: Final = frozenset(
    {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"}
)
"""What a count takes of a chat's request; it refuses the rest."""


class CountTokensClient(CountingClient):
    """`gateway.dialects.codec.ClientCodec`."""

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return encode_json({"input_tokens": tokens_of(answer)})


class CountTokensProvider(CountingProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    member = "input_tokens"

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        # A history that ends with the model's own words is counted like any other: nothing is to go on from them.
        features = {name: at for name, at in conversation.features.items() if name != "assistant_prefill"}
        counted = msgspec.structs.replace(conversation, features=features)
        tree, losses = self.encoded(counted, model, strict=strict)
        return Encoded(encode_json({name: value for name, value in tree.items() if name in _TAKEN}), losses)
