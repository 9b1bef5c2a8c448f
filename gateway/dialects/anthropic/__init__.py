"""Anthropic's Messages API, both sides.

Source: the types of Anthropic's own SDKs for the versions 2023-06-01 and 2026-10-21, which differ by additions only,
and recorded traffic. The version header is the client's; nothing here depends on it.
"""

from __future__ import annotations

from typing import Final

from gateway.dialects.anthropic.answer_out import write_answer
from gateway.dialects.anthropic.columns import CARRIES
from gateway.dialects.anthropic.errors import error_body, error_frame
from gateway.dialects.anthropic.provider import AnthropicProvider
from gateway.dialects.anthropic.request_in import read_envelope, read_request
from gateway.dialects.anthropic.stream_out import AnthropicStreamEncoder
from gateway.dialects.client import SseClient
from gateway.dialects.codec import ClientCodec, ProviderCodec

CLIENT: Final[ClientCodec] = SseClient(
    dialect="anthropic",
    read_envelope=read_envelope,
    read_request=read_request,
    write_answer=write_answer,
    encoder=AnthropicStreamEncoder,
    error_body=error_body,
    error_frame=error_frame,
)
PROVIDER: Final[ProviderCodec] = AnthropicProvider()

__all__ = ["CARRIES", "CLIENT", "PROVIDER"]
