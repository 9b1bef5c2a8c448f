"""Mistral's chat completions: OpenAI's, with stricter requests, typed content, and other names for some fields."""

from __future__ import annotations

from typing import Final

from gateway.dialects.client import SseClient
from gateway.dialects.codec import ClientCodec
from gateway.dialects.mistral.answer_out import write_answer
from gateway.dialects.mistral.columns import CARRIES
from gateway.dialects.mistral.errors_out import error_body, error_frame
from gateway.dialects.mistral.provider import MistralProvider
from gateway.dialects.mistral.request_in import read_request
from gateway.dialects.mistral.stream_out import MistralStreamEncoder
from gateway.dialects.openai_chat.envelope import read_envelope

__all__ = ["CARRIES", "CLIENT", "PROVIDER"]

CLIENT: Final[ClientCodec] = SseClient(
    dialect="mistral",
    read_envelope=read_envelope,
    read_request=read_request,
    write_answer=write_answer,
    encoder=MistralStreamEncoder,
    error_body=error_body,
    error_frame=error_frame,
)
PROVIDER: Final = MistralProvider()
