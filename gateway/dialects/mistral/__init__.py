"""Mistral's chat completions: OpenAI's, with stricter requests, typed content, and other names for some fields."""

from __future__ import annotations

from typing import Final

from gateway.dialects.mistral.client import MistralClient
from gateway.dialects.mistral.columns import CARRIES
from gateway.dialects.mistral.provider import MistralProvider

__all__ = ["CARRIES", "CLIENT", "PROVIDER"]

CLIENT: Final = MistralClient()
PROVIDER: Final = MistralProvider()
