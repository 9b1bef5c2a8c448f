"""What can be asked for, and which codecs serve it: the one table, explicit.

Chat is an operation like the others. An operation that is not here is not served: there is no generic relay.
"""

from __future__ import annotations

from typing import Final

from gateway.core.messages import Dialect
from gateway.core.operations import Route
from gateway.dialects import anthropic, gemini, mistral, moderations, openai_chat, openai_responses
from gateway.dialects.anthropic import counting as anthropic_counting
from gateway.dialects.codec import Operation, ProviderCodec
from gateway.dialects.gemini import counting as gemini_counting
from gateway.dialects.gemini import embeddings as gemini_embeddings
from gateway.dialects.mistral import embeddings as mistral_embeddings
from gateway.dialects.mistral import fim
from gateway.dialects.openai_chat import completions
from gateway.dialects.openai_chat import embeddings as openai_embeddings
from gateway.dialects.openai_responses import compacting
from gateway.dialects.openai_responses import counting as openai_counting
from gateway.dialects.registry import CLIENT_CODECS, LOCAL_PROVIDER_CODECS, PROVIDER_CODECS, XAI_PROVIDER_CODECS
from gateway.dialects.relayed import RelayedClient
from gateway.dialects.unstreamed import AnsweredClient

_ANSWERED: Final = {dialect: AnsweredClient(codec) for dialect, codec in CLIENT_CODECS.items()}

_EMBEDDING: Final[dict[Dialect, ProviderCodec]] = {
    "openai_chat": openai_embeddings.EmbeddingsProvider(openai_chat.PROVIDER),
    "gemini": gemini_embeddings.EmbeddingsProvider(gemini.PROVIDER),
    "mistral": mistral_embeddings.EmbeddingsProvider(mistral.PROVIDER),
}

_COUNTING: Final[dict[Dialect, ProviderCodec]] = {
    "anthropic": anthropic_counting.CountTokensProvider(anthropic.PROVIDER),
    "gemini": gemini_counting.CountTokensProvider(gemini.PROVIDER),
}

_COMPLETIONS: Final[dict[Dialect, ProviderCodec]] = {
    "openai_chat": completions.CompletionsProvider(openai_chat.PROVIDER)
}

_FIM: Final[dict[Dialect, ProviderCodec]] = {"mistral": fim.FimProvider(mistral.PROVIDER)}

_MODERATIONS: Final[dict[Dialect, ProviderCodec]] = {
    "openai_chat": moderations.ModerationsProvider(openai_chat.PROVIDER),
    "mistral": moderations.ModerationsProvider(mistral.PROVIDER),
}

OPERATIONS: Final[dict[Route, Operation]] = {
    "chat": Operation(
        name="chat",
        path="chat",
        clients=CLIENT_CODECS,
        providers=PROVIDER_CODECS,
        flavours={"local": LOCAL_PROVIDER_CODECS, "xai": XAI_PROVIDER_CODECS},
    ),
    "chat_array": Operation(
        name="chat",
        path="chat",
        clients={"gemini": gemini.ARRAY_CLIENT},
        providers=PROVIDER_CODECS,
        flavours={"local": LOCAL_PROVIDER_CODECS, "xai": XAI_PROVIDER_CODECS},
        reframed=True,
    ),
    "embeddings": Operation(
        name="embeddings",
        path="embeddings",
        clients={
            "openai_chat": openai_embeddings.EmbeddingsClient(openai_chat.CLIENT),
            "gemini": gemini_embeddings.BatchEmbeddingsClient(gemini.CLIENT),
            "mistral": mistral_embeddings.EmbeddingsClient(mistral.CLIENT),
        },
        providers=_EMBEDDING,
        interchangeable=False,
        wordless=True,
    ),
    "embed_content": Operation(
        name="embeddings",
        path="embed_content",
        clients={"gemini": gemini_embeddings.SingleEmbeddingClient(gemini.CLIENT)},
        providers=_EMBEDDING,
        interchangeable=False,
        wordless=True,
    ),
    "count_tokens": Operation(
        name="count_tokens",
        path="count_tokens",
        clients={
            "anthropic": anthropic_counting.CountTokensClient(anthropic.CLIENT),
            "gemini": gemini_counting.CountTokensClient(gemini.CLIENT),
            "openai_responses": openai_counting.InputTokensClient(openai_responses.CLIENT),
        },
        providers=_COUNTING,
        free=True,
        estimated=True,
    ),
    "completions": Operation(
        name="completions",
        path="completions",
        clients={"openai_chat": RelayedClient(openai_chat.CLIENT, completions.read_envelope, ("prompt", "suffix"))},
        providers=_COMPLETIONS,
        translated=False,
    ),
    "fim": Operation(
        name="fim",
        path="fim",
        clients={"mistral": RelayedClient(mistral.CLIENT, fim.read_envelope, ("prompt", "suffix"))},
        providers=_FIM,
        translated=False,
    ),
    "moderations": Operation(
        name="moderations",
        path="moderations",
        clients={
            "openai_chat": RelayedClient(openai_chat.CLIENT, moderations.read_envelope, ("input",)),
            "mistral": RelayedClient(mistral.CLIENT, moderations.read_envelope, ("input",)),
        },
        providers=_MODERATIONS,
        translated=False,
        wordless=True,
    ),
    "list_models": Operation(name="list_models", path="list_models", clients=_ANSWERED, free=True),
    "get_model": Operation(name="get_model", path="get_model", clients=_ANSWERED, free=True),
    "me": Operation(name="me", path="me", clients=_ANSWERED, free=True),
    "compact": Operation(
        name="compact",
        path="compact",
        clients={"openai_responses": RelayedClient(openai_responses.CLIENT, compacting.read_envelope, ("input",))},
        providers={"openai_responses": compacting.CompactProvider(openai_responses.PROVIDER)},
        translated=False,
    ),
    "files": Operation(name="files", path="files", clients=_ANSWERED, free=True),
    "batches": Operation(name="batches", path="batches", clients=_ANSWERED, free=True),
    "fine_tuning": Operation(name="fine_tuning", path="fine_tuning", clients=_ANSWERED, free=True),
    "responses": Operation(name="responses", path="responses", clients=_ANSWERED, free=True),
}
