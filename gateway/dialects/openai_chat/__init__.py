"""Chat completions, as OpenAI defines them and xAI, vLLM, llama.cpp, Ollama, SGLang and Triton follow."""

from __future__ import annotations

from typing import Final

from gateway.dialects.openai_chat.client import ChatClient
from gateway.dialects.openai_chat.columns import CARRIES, LOCAL_CARRIES
from gateway.dialects.openai_chat.flavours import HOSTED, LOCAL
from gateway.dialects.openai_chat.provider import ChatProvider

__all__ = ["CARRIES", "CLIENT", "LOCAL_CARRIES", "LOCAL_PROVIDER", "PROVIDER"]

CLIENT: Final = ChatClient()
PROVIDER: Final = ChatProvider(HOSTED)
LOCAL_PROVIDER: Final = ChatProvider(LOCAL)
