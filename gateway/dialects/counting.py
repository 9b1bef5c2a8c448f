"""Counts of tokens before a call: what their codecs have in common.

A count's request is a chat's request without its answer's settings: it is read and written by the dialect's chat codec,
and what only an answer needs is taken out again.
"""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.events import Ended, Event, Produced
from gateway.core.messages import Conversation
from gateway.core.operations import TokenCount
from gateway.core.usage import MAX_TOKENS
from gateway.dialects.codec import Envelope, Request
from gateway.dialects.unstreamed import UnstreamedClient, UnstreamedProvider, answer_object, nonsense


class CountingClient(UnstreamedClient):
    """A client whose request is its dialect's chat request."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return Envelope(model=self._chat.envelope(tree, path_model, path_stream=False).model)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Request:
        return self._chat.decode_request(tree, envelope)


class CountingProvider(UnstreamedProvider):
    """A provider whose request is its dialect's chat request, and whose answer has the count in `member`."""

    member: str

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        edits = self._chat.retarget(tree, envelope, model)
        assert edits is not None, "no provider that counts refuses forms of its own dialect"
        return edits

    def encoded(self, conversation: Conversation, model: str, *, strict: bool) -> tuple[dict[str, Any], Any]:
        """(the chat request as a tree, its losses)."""
        made = self._chat.encode_request(conversation, model, strict)
        return answer_object(made.body), made.losses

    def decode_answer(self, body: bytes) -> list[Event]:
        """Raises UpstreamNonsense."""
        told = answer_object(body).get(self.member)
        if type(told) is not int or not 0 <= told <= MAX_TOKENS:
            raise nonsense(f"{self.member} is no count of tokens")
        return [Produced(TokenCount(told)), Ended()]


def tokens_of(answer: Answer) -> int:
    return answer.result.tokens if isinstance(answer.result, TokenCount) else 0
