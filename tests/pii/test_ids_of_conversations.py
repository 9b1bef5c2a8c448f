"""Ids of calls, answers and containers, and sealed state: a provider checks them, so none is altered or refused."""

from __future__ import annotations

import base64
import json
import random
import re
import string
from typing import Any

import httpx
import pytest

from tests.pii.serving import echoing, policy_with

_LOT = random.Random(4)
_ALL, _SMALL, _HEX = string.ascii_letters + string.digits, string.ascii_lowercase + string.digits, "0123456789abcdef"
DRAWS = 12
DRAWN = re.compile(r"[A-Za-z0-9+/=_-]*[0-9][A-Za-z0-9+/=_-]*")


def lot(letters: str, length: int) -> str:
    return "".join(_LOT.choice(letters) for _ in range(length))


def sealed(length: int) -> str:
    return base64.b64encode(_LOT.randbytes(length)).decode()


def chat(model: str = "chat/m") -> dict[str, Any]:
    forms = [f"call_{lot(_ALL, 24)}", lot(_ALL, 9), f"chatcmpl-tool-{lot(_HEX, 24)}", lot(_ALL, 32), lot(_SMALL, 26)]
    calls = forms if model == "chat/m" else [lot(_ALL, 9) for _ in forms]  # Mistral takes no others
    made = [{"id": call, "type": "function", "function": {"name": "login", "arguments": "{}"}} for call in calls]
    return {
        "model": model,
        "prompt_cache_key": lot(_ALL, 24),
        "messages": [
            {"role": "user", "content": "What is the token for?"},
            {"role": "assistant", "tool_calls": made},
            *({"role": "tool", "tool_call_id": call, "content": "done"} for call in calls),
            {"role": "user", "content": "SAY:yes"},
        ],
    }


def responses() -> dict[str, Any]:
    call = f"call_{lot(_ALL, 24)}"
    made = {"type": "function_call", "id": f"fc_{lot(_HEX, 48)}", "call_id": call, "name": "f", "arguments": "{}"}
    return {
        "model": "responses/m",
        "prompt_cache_key": lot(_ALL, 24),
        "store": False,
        "input": [
            {"role": "user", "content": "SAY:yes"},
            {
                "type": "reasoning",
                "id": f"rs_{lot(_HEX, 48)}",
                "summary": [],
                "encrypted_content": "gAAAAAB" + sealed(300).translate({43: "-", 47: "_"}),
            },
            made,
            {"type": "function_call_output", "call_id": call, "output": "done"},
        ],
    }


def messages() -> dict[str, Any]:
    call, ran = f"toolu_01{lot(_ALL, 22)}", f"srvtoolu_01{lot(_ALL, 22)}"
    return {
        "model": "messages/m",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": "What is the secret of good tea?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "They ask for tea.", "signature": "E" + sealed(200)},
                    {"type": "redacted_thinking", "data": "E" + sealed(200)},
                    {"type": "server_tool_use", "id": ran, "name": "web_search", "input": {"query": "tea"}},
                    {
                        "type": "web_search_tool_result",
                        "tool_use_id": ran,
                        "content": [
                            {
                                "type": "web_search_result",
                                "url": "https://example.org/tea",
                                "title": "Tea",
                                "encrypted_content": "E" + sealed(400),
                                "page_age": None,
                            }
                        ],
                    },
                    {
                        "type": "text",
                        "text": "Water.",
                        "citations": [
                            {
                                "type": "web_search_result_location",
                                "url": "https://example.org/tea",
                                "title": "Tea",
                                "encrypted_index": "E" + sealed(90),
                                "cited_text": "Water",
                            }
                        ],
                    },
                    {"type": "tool_use", "id": call, "name": "login", "input": {}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": "SAY:yes"}]},
        ],
    }


def generate() -> dict[str, Any]:
    call = lot(_SMALL, 8)
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "What is the password policy?"}]},
            {
                "role": "model",
                "parts": [
                    {
                        "functionCall": {"id": call, "name": "login", "args": {}},
                        "thoughtSignature": sealed(200),
                    }
                ],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"id": call, "name": "login", "response": {"output": "done"}}}],
            },
            {"role": "user", "parts": [{"text": "SAY:yes"}]},
        ],
    }


def mistral() -> dict[str, Any]:
    return chat("mistral/m")


@pytest.mark.anyio
@pytest.mark.parametrize("action", ["block", "redact"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/chat/completions", chat),
        ("/v1/responses", responses),
        ("/v1/messages", messages),
        ("/v1beta/models/generate/m:generateContent", generate),
        ("/mistral/v1/chat/completions", mistral),
    ],
)
async def test_what_a_provider_gave_is_given_back(path: str, said: Any, action: str) -> None:
    async with (
        echoing(policy_with(f"{{actions: {{secret: {action}}}}}")) as (url, echo, _),
        httpx.AsyncClient(base_url=url, headers={"authorization": "Bearer good"}, timeout=60) as client,
    ):
        for _ in range(DRAWS):
            request = said()
            answer = await client.post(path, json=request)
            assert answer.status_code == 200, answer.text
            body = echo.requests[-1].body.decode()
            assert [value for value in DRAWN.findall(json.dumps(request)) if value not in body] == []
