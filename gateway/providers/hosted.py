"""The providers that we know, hosted and local, as one table of differences.

Sources: the base URLs and headers that the official SDKs of each provider send (2026-11), and the OpenAI-compatible
frontends of vLLM, llama.cpp, Ollama, SGLang and Triton.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind
from gateway.core.operations import OperationName, Route
from gateway.core.policy import ProviderKind, ProviderPolicy
from gateway.providers.transport import RawHeaders, Upstream

AuthHeader = Literal["authorization", "x-api-key", "x-goog-api-key"]

SPEAKS: Mapping[ProviderKind, tuple[Dialect, ...]] = {
    "openai": ("openai_chat", "openai_responses"),
    "anthropic": ("anthropic",),
    "gemini": ("gemini",),
    "mistral": ("mistral",),
    "xai": ("openai_chat", "openai_responses"),
    "local": ("openai_chat",),
    "simulated": ("openai_chat",),
}
"""Best first. A policy's `speaks` replaces the row: a vLLM server may be told to answer Messages itself."""

_OFFERS: Mapping[OperationName, Mapping[ProviderKind, tuple[Dialect, ...]]] = {
    "embeddings": {
        "openai": ("openai_chat",),
        "gemini": ("gemini",),
        "mistral": ("mistral",),
        "local": ("openai_chat",),
    },
    "completions": {"openai": ("openai_chat",), "local": ("openai_chat",)},
    "fim": {"mistral": ("mistral",)},
    "moderations": {"openai": ("openai_chat",), "mistral": ("mistral",)},
    "compact": {"openai": ("openai_responses",)},
}
"""Who does what beside chat. A simulated provider does what the provider does whose dialect it speaks."""

_KEEPS: Mapping[ObjectKind, Mapping[ProviderKind, Dialect]] = {
    "file": {"openai": "openai_chat", "anthropic": "anthropic", "mistral": "mistral"},
    "batch": {"openai": "openai_chat", "anthropic": "anthropic", "mistral": "mistral", "gemini": "gemini"},
    "fine_tuning_job": {"openai": "openai_chat"},
    "response": {"openai": "openai_responses", "xai": "openai_responses"},
}
"""Who keeps objects of its own for us, and in which dialect. Mistral's fine-tuning jobs are gone from its API."""

_COUNTING: tuple[Dialect, ...] = ("anthropic", "gemini")
"""The dialects with a free count of tokens. OpenAI's is left alone: nobody says that it stays free."""

_SIMULATED: Mapping[Dialect, ProviderKind] = {"openai_chat": "openai", "gemini": "gemini", "mistral": "mistral"}

_PATHS: Mapping[tuple[Route, Dialect], str] = {
    ("chat", "openai_chat"): "/chat/completions",
    ("chat", "openai_responses"): "/responses",
    ("chat", "mistral"): "/chat/completions",
    ("chat", "anthropic"): "/messages",
    ("embeddings", "openai_chat"): "/embeddings",
    ("embeddings", "mistral"): "/embeddings",
    ("embed_content", "openai_chat"): "/embeddings",
    ("embed_content", "mistral"): "/embeddings",
    ("count_tokens", "anthropic"): "/messages/count_tokens",
    ("completions", "openai_chat"): "/completions",
    ("fim", "mistral"): "/fim/completions",
    ("moderations", "openai_chat"): "/moderations",
    ("moderations", "mistral"): "/moderations",
    ("compact", "openai_responses"): "/responses/compact",
}

_GEMINI_VERBS: Mapping[Route, str] = {
    "embeddings": "batchEmbedContents",
    "embed_content": "embedContent",
    "count_tokens": "countTokens",
    "batches": "batchGenerateContent",
}

_AUTH_BY_DIALECT: Mapping[Dialect, AuthHeader] = {
    "openai_chat": "authorization",
    "openai_responses": "authorization",
    "mistral": "authorization",
    "anthropic": "x-api-key",
    "gemini": "x-goog-api-key",
}

ANTHROPIC_VERSION = "2023-06-01"
"""Sent where the client did not speak Anthropic itself; a client's own version is never rewritten."""

GEMINI_VERSION = "v1beta"
"""The version that has every field; v1 lacks some of them."""


class WireProvider:
    """A provider reached over HTTP; see `gateway.providers.provider.Provider`."""

    def __init__(self, policy: ProviderPolicy) -> None:
        self.policy = policy
        self.upstream: Upstream | None = None
        """Its pool of connections, once the registry made it."""
        self.speaks: tuple[Dialect, ...] = policy.speaks or SPEAKS[policy.kind]
        parts = urlsplit(policy.base_url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        root = parts.path.rstrip("/")
        # SDKs of Anthropic, Mistral and Google take a base without the version, OpenAI's with it: accept both.
        versioned = root if root.endswith("/v1") else root + "/v1"
        self._gemini = root if root.endswith(("/v1", "/v1beta")) else f"{root}/{GEMINI_VERSION}"
        self._paths = {
            (operation, dialect): (versioned if dialect in {"anthropic", "mistral"} else root or "/v1") + below
            for (operation, dialect), below in _PATHS.items()
        }
        lanes = [msgspec.structs.replace(policy, api_key=key, api_keys=()) for key in policy.api_keys]
        self._lanes = tuple(WireProvider(lane) for lane in lanes)
        self.credential = policy.api_key
        secret = policy.api_key.reveal() if policy.api_key else ""
        self._object_bases: dict[Dialect, str] = {
            "openai_chat": root or "/v1",
            "openai_responses": root or "/v1",
            "anthropic": versioned,
            "mistral": versioned,
            "gemini": self._gemini,
        }
        self._fixed: dict[Dialect, RawHeaders] = {}
        for dialect, header in _AUTH_BY_DIALECT.items():
            value = f"Bearer {secret}" if header == "authorization" else secret
            own = ((header, value),) if secret else ()
            self._fixed[dialect] = (("content-type", "application/json"), ("accept-encoding", "identity"), *own)
        self._versioned = (*self._fixed["anthropic"], ("anthropic-version", ANTHROPIC_VERSION))

    @property
    def lanes(self) -> tuple[WireProvider, ...]:
        return self._lanes or (self,)

    def offers(self, operation: OperationName) -> tuple[Dialect, ...]:
        if operation == "chat":
            return self.speaks
        if operation == "count_tokens":
            return tuple(dialect for dialect in self.speaks if dialect in _COUNTING)
        kinds = _OFFERS.get(operation, {})
        if self.policy.kind != "simulated":
            return kinds.get(self.policy.kind, ())
        return tuple(dialect for dialect in self.speaks if dialect in kinds.get(_SIMULATED.get(dialect, "local"), ()))

    def keeps(self, kind: ObjectKind) -> tuple[Dialect, ...]:
        keepers = _KEEPS.get(kind, {})
        if self.policy.kind != "simulated":
            keeper = keepers.get(self.policy.kind)
            return () if keeper is None else (keeper,)
        return tuple(dialect for dialect in self.speaks if dialect in keepers.values())

    def object_path(self, dialect: Dialect, below: str) -> str:
        return self._object_bases[dialect] + below

    def path(self, operation: Route, dialect: Dialect, model: str, stream: bool) -> str:
        if dialect == "gemini":
            verb = _GEMINI_VERBS.get(operation) or ("streamGenerateContent?alt=sse" if stream else "generateContent")
            return f"{self._gemini}/{_gemini_model(model)}:{verb}"
        return self._paths[operation, dialect]

    def headers(self, dialect: Dialect, passed: RawHeaders) -> RawHeaders:
        unsaid = dialect == "anthropic" and not any(name == "anthropic-version" for name, _ in passed)
        fixed = self._versioned if unsaid else self._fixed[dialect]
        return (*fixed, *passed) if passed else fixed

    def __repr__(self) -> str:
        return f"<WireProvider {self.policy.name} at {self.origin}>"


def _gemini_model(model: str) -> str:
    """`models/…`, `tunedModels/…` and `publishers/…` name themselves; a bare name is a model."""
    path = model if model.startswith(("models/", "tunedModels/", "publishers/", "projects/")) else f"models/{model}"
    return quote(path, safe="/-._~@")
