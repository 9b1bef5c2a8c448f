"""Gemini's `:countTokens`, both sides: a request's contents alone, or a whole request in `generateContentRequest`.

Source: the types of google-genai 3.4 and recorded traffic.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.messages import Conversation
from gateway.dialects.codec import AnswerFacts, Encoded, Envelope, Request
from gateway.dialects.counting import CountingClient, CountingProvider, tokens_of
from gateway.dialects.gemini.embeddings import resource
from gateway.dialects.unstreamed import encode_json
from gateway.errors import BadParameter

_WHOLE: Final = ("generateContentRequest", "generate_content_request")


class CountTokensClient(CountingClient):
    """`gateway.dialects.codec.ClientCodec`."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return super().envelope(_counted(tree), path_model, path_stream)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Request:
        return super().decode_request(_counted(tree), envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return encode_json({"totalTokens": tokens_of(answer)})


class CountTokensProvider(CountingProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    member = "totalTokens"

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        tree, losses = self.encoded(conversation, model, strict=strict)
        return Encoded(encode_json({"generateContentRequest": {"model": resource(model), **tree}}), losses)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        name = next((name for name in _WHOLE if tree.get(name) is not None), None)
        if name is None:
            return super().retarget(tree, envelope, model)
        inner = tree[name]
        # The chat codec takes the model out, since a chat's URL names it; here it has to stay, and to be the URL's.
        edits = [
            msgspec.structs.replace(edit, at=(name, *edit.at))
            for edit in super().retarget(inner, envelope, model)
            if edit.at != ("model",)
        ]
        if inner.get("model") not in (None, resource(model)):
            edits.append(Edit((name, "model"), resource(model), "retarget"))
        return tuple(edits)


def _counted(tree: dict[str, Any]) -> dict[str, Any]:
    """The request that is to be counted; raises BadParameter."""
    for name in _WHOLE:
        inner = tree.get(name)
        if inner is not None:
            if type(inner) is not dict:
                raise BadParameter(f"{name} must be an object.", param=name)
            return inner
    return tree
