"""The official SDKs' clients, pointed at a gateway or at the simulated providers.

`origin` is an address without a path, such as http://127.0.0.1:8080; `prefix` is what the server puts before the
dialect's own path (`/openai` for the simulated OpenAI, empty for a gateway's default surface).

Invariants
- Retries are off, so that a test sees what the server said, once.
- No client reads a key, an address or a proxy from the environment.
- A client is closed when its test ends, but for Mistral's, which only `with` closes.
"""

from __future__ import annotations

from typing import Any

import anthropic
import openai
from google import genai
from google.genai import types
from mistralai.client import Mistral
from mistralai.client.utils import serializers
from pydantic import create_model

from tests.support.closing import closed_after_the_test

SECONDS = 30.0

_made: dict[tuple[str, int], tuple[Any, Any]] = {}
"""With the type whose address it is known by, which must not become another's."""


def _made_once(name: str, *, body: tuple[Any, Any], **more: Any) -> Any:
    if (name, id(body[0])) not in _made:
        _made[name, id(body[0])] = (body[0], create_model(name, body=body, **more))
    return _made[name, id(body[0])][1]


# Mistral's SDK makes a class for each body and each event, of the same few: most of what its calls cost.
serializers.create_model = _made_once  # type: ignore[assignment]


def openai_client(origin: str, key: str, prefix: str = "") -> openai.OpenAI:
    return closed_after_the_test(
        openai.OpenAI(base_url=f"{origin}{prefix}/v1", api_key=key, max_retries=0, timeout=SECONDS)
    )


def anthropic_client(origin: str, key: str, prefix: str = "") -> anthropic.Anthropic:
    return closed_after_the_test(
        anthropic.Anthropic(base_url=f"{origin}{prefix}", api_key=key, max_retries=0, timeout=SECONDS)
    )


def genai_client(origin: str, key: str, prefix: str = "") -> genai.Client:
    """Its asynchronous side is `.aio`."""
    options = types.HttpOptions(base_url=f"{origin}{prefix}", timeout=int(SECONDS * 1000))
    return closed_after_the_test(genai.Client(api_key=key, vertexai=False, http_options=options))


def mistral_client(origin: str, key: str, prefix: str = "") -> Mistral:
    """Its asynchronous side are the methods that end in `_async`."""
    return Mistral(server_url=f"{origin}{prefix}", api_key=key, timeout_ms=int(SECONDS * 1000))
