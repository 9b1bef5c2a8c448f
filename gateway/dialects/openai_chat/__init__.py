"""Chat completions, as OpenAI defines them and xAI, vLLM, llama.cpp, Ollama, SGLang and Triton follow."""

from __future__ import annotations

from typing import Final

from gateway.dialects.client import SseClient
from gateway.dialects.codec import ClientCodec
from gateway.dialects.openai_chat.answer_out import write_answer
from gateway.dialects.openai_chat.columns import CARRIES, LOCAL_CARRIES
from gateway.dialects.openai_chat.envelope import read_envelope
from gateway.dialects.openai_chat.errors_out import error_body, error_frame
from gateway.dialects.openai_chat.flavours import HOSTED, LOCAL, XAI
from gateway.dialects.openai_chat.provider import ChatProvider
from gateway.dialects.openai_chat.request_in import read_request
from gateway.dialects.openai_chat.stream_out import ChatStreamEncoder

__all__ = ["CARRIES", "CLIENT", "LOCAL_CARRIES", "LOCAL_PROVIDER", "PROVIDER", "XAI_PROVIDER"]

CLIENT: Final[ClientCodec] = SseClient(
    dialect="openai_chat",
    read_envelope=read_envelope,
    read_request=read_request,
    write_answer=write_answer,
    encoder=ChatStreamEncoder,
    error_body=lambda error, _: error_body(error),
    error_frame=lambda error, _: error_frame(error),
)
PROVIDER: Final = ChatProvider(HOSTED)
LOCAL_PROVIDER: Final = ChatProvider(LOCAL)
XAI_PROVIDER: Final = ChatProvider(XAI)
