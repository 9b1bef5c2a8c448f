"""`POST /v1/responses/input_tokens`, the client's side; toward OpenAI the gateway counts itself: `stages/count_tokens`.

Source: `InputTokenCountParams` and `InputTokenCountResponse` of openai 3.54.
"""

from __future__ import annotations

from gateway.core.answer import Answer
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.counting import CountingClient, tokens_of
from gateway.dialects.unstreamed import encode_json


class InputTokensClient(CountingClient):
    """`gateway.dialects.codec.ClientCodec`."""

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return encode_json({"object": "response.input_tokens", "input_tokens": tokens_of(answer)})
