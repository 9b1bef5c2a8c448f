"""The provider side: requests written for Mistral's API, answers and errors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import Encoded, Envelope
from gateway.dialects.mistral.errors_out import native_form
from gateway.dialects.mistral.messages_out import CALL_ID_LENGTH
from gateway.dialects.mistral.request_out import write_request
from gateway.dialects.openai_chat.answer_in import decode_answer
from gateway.dialects.openai_chat.refusals import refused
from gateway.dialects.openai_chat.retarget import BY, id_edits
from gateway.dialects.openai_chat.stream_in import ChatStreamDecoder
from gateway.dialects.state_in_ids import short_id, unseal
from gateway.errors import UpstreamRefused


class MistralProvider:
    """`gateway.dialects.codec.ProviderCodec`. Answers are read as OpenAI's are: the reader knows typed content too."""

    dialect: Dialect = "mistral"

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        return write_request(conversation, model, strict)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        """The model, and call ids of other providers' making, which the API would refuse."""
        edits = [] if envelope.model == model else [Edit(("model",), model, BY)]
        edits += id_edits(tree, lambda shown: short_id(unseal(shown).id, CALL_ID_LENGTH))
        return tuple(edits)

    def decode_answer(self, body: bytes) -> list[Event]:
        return decode_answer(body, "mistral")

    def stream_decoder(self) -> ChatStreamDecoder:
        return ChatStreamDecoder("mistral")

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return refused(status, headers, body, native_form)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        """Mistral tells usage unasked, within the last chunk: nothing is the gateway's own wish."""
        return False
