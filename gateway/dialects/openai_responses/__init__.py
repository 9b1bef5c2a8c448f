"""OpenAI's Responses API, as OpenAI defines it and xAI and local engines follow, both sides."""

from __future__ import annotations

from typing import Final

from gateway.dialects.client import SseClient
from gateway.dialects.codec import ProviderCodec
from gateway.dialects.openai_chat.errors_out import error_body
from gateway.dialects.openai_responses.answer_out import write_answer
from gateway.dialects.openai_responses.columns import CARRIES
from gateway.dialects.openai_responses.envelope import read_envelope
from gateway.dialects.openai_responses.errors_out import last_frames_alone
from gateway.dialects.openai_responses.provider import ResponsesProvider
from gateway.dialects.openai_responses.request_in import read_request
from gateway.dialects.openai_responses.stream_out import ResponsesStreamEncoder

CLIENT: Final = SseClient(
    dialect="openai_responses",
    read_envelope=read_envelope,
    read_request=read_request,
    write_answer=write_answer,
    encoder=ResponsesStreamEncoder,
    error_body=lambda error, _: error_body(error),
    error_frame=last_frames_alone,
)
PROVIDER: Final[ProviderCodec] = ResponsesProvider("openai")
XAI_PROVIDER: Final[ProviderCodec] = ResponsesProvider("xai")

__all__ = ["CARRIES", "CLIENT", "PROVIDER", "XAI_PROVIDER"]
