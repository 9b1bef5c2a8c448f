"""Anthropic's Messages API, both sides.

Source: the types of Anthropic's own SDKs for the versions 2023-06-01 and 2026-10-21, which differ by additions only,
and recorded traffic. The version header is the client's; nothing here depends on it.
"""

from __future__ import annotations

from typing import Final

from gateway.dialects.anthropic.client import AnthropicClient
from gateway.dialects.anthropic.columns import CARRIES
from gateway.dialects.anthropic.provider import AnthropicProvider
from gateway.dialects.codec import ClientCodec, ProviderCodec

CLIENT: Final[ClientCodec] = AnthropicClient()
PROVIDER: Final[ProviderCodec] = AnthropicProvider()

__all__ = ["CARRIES", "CLIENT", "PROVIDER"]
