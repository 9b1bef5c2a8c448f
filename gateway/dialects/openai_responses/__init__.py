"""OpenAI's Responses API, as OpenAI defines it and xAI and local engines follow, both sides."""

from __future__ import annotations

from typing import Final

from gateway.dialects.codec import ClientCodec, ProviderCodec
from gateway.dialects.openai_responses.client import ResponsesClient
from gateway.dialects.openai_responses.columns import CARRIES
from gateway.dialects.openai_responses.provider import ResponsesProvider

CLIENT: Final[ClientCodec] = ResponsesClient()
PROVIDER: Final[ProviderCodec] = ResponsesProvider("openai")
XAI_PROVIDER: Final[ProviderCodec] = ResponsesProvider("xai")

__all__ = ["CARRIES", "CLIENT", "PROVIDER", "XAI_PROVIDER"]
