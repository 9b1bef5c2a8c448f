"""The official SDKs' clients, pointed at a gateway or at the simulated providers.

`origin` is an address without a path, such as http://127.0.0.1:8080; `prefix` is what the server puts before the
dialect's own path (`/openai` for the simulated OpenAI, empty for a gateway's default surface).

Invariants
- Retries are off, so that a test sees what the server said, once.
- No client reads a key, an address or a proxy from the environment.
- A client is closed when its test ends, but for Mistral's, which only `with` closes.
"""

from __future__ import annotations

import anthropic
import openai
from google import genai
from google.genai import types
from mistralai.client import Mistral

from tests.support.closing import closed_after_the_test

SECONDS = 30.0


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
