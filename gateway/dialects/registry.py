"""Which codec speaks a dialect: the one table, explicit."""

from __future__ import annotations

from gateway.core.messages import Dialect
from gateway.dialects import anthropic, gemini, mistral, openai_chat, openai_responses
from gateway.dialects.codec import ClientCodec, ProviderCodec

CLIENT_CODECS: dict[Dialect, ClientCodec] = {
    "openai_chat": openai_chat.CLIENT,
    "openai_responses": openai_responses.CLIENT,
    "anthropic": anthropic.CLIENT,
    "gemini": gemini.CLIENT,
    "mistral": mistral.CLIENT,
}

PROVIDER_CODECS: dict[Dialect, ProviderCodec] = {
    "openai_chat": openai_chat.PROVIDER,
    "openai_responses": openai_responses.PROVIDER,
    "anthropic": anthropic.PROVIDER,
    "gemini": gemini.PROVIDER,
    "mistral": mistral.PROVIDER,
}

LOCAL_PROVIDER_CODECS: dict[Dialect, ProviderCodec] = {
    **PROVIDER_CODECS,
    "openai_chat": openai_chat.LOCAL_PROVIDER,
}
"""For local engines, which keep OpenAI's older names of some fields."""

XAI_PROVIDER_CODECS: dict[Dialect, ProviderCodec] = {
    **PROVIDER_CODECS,
    "openai_chat": openai_chat.XAI_PROVIDER,
    "openai_responses": openai_responses.XAI_PROVIDER,
}
"""For xAI, which knows no freeform tools, and whose encrypted reasoning is its own."""
