"""Every answer says who gave it, what it cost and how long the gateway took, whatever became of the request."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.running import RunningGateway

ALWAYS = {"x-gateway-request-id", "x-gateway-cache", "x-gateway-overhead-ms"}
CALLED = ALWAYS | {"x-gateway-provider", "x-gateway-model"}
CHAT = "/v1/chat/completions"


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        (CHAT, {"model": "openai/gpt-5"}, 200, CALLED | {"x-gateway-cost"}),
        (CHAT, {"model": "openai/gpt-5", "stream": True}, 200, CALLED),  # the cost is known at its end
        (CHAT, {"model": "openai/gpt-5+status=500"}, 500, CALLED),
        (CHAT, {"model": "no-such-model"}, 404, ALWAYS),
        ("/v1/models", None, 200, ALWAYS | {"x-gateway-cost"}),
        ("/me", None, 200, ALWAYS | {"x-gateway-cost"}),
    ],
)
def test_every_answer_tells(
    gateway: RunningGateway, path: str, body: dict[str, Any] | None, status: int, told: set[str]
) -> None:
    if body is not None:
        body = {**body, "messages": [{"role": "user", "content": "hi"}]}
    answer = httpx.request(
        "GET" if body is None else "POST",
        gateway.url + path,
        json=body,
        headers={"authorization": f"Bearer {gateway.key}"},
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == status
    assert told <= set(answer.headers)
    assert int(answer.headers["x-gateway-overhead-ms"]) >= 0
