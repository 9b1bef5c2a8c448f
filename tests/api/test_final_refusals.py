"""A refusal that will be the same again says so, for agents that would ask for minutes; one that may pass does not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.running import RunningGateway

PATHS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "/v1/responses": {"input": "hi"},
    "/v1/messages": {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 9},
}


def ask(gateway: RunningGateway, path: str, model: str, key: str | None = None) -> httpx.Response:
    body: dict[str, Any] = {"model": model, **PATHS[path]}
    headers = {"authorization": f"Bearer {key or gateway.key}"}
    return httpx.post(gateway.url + path, json=body, headers=headers, timeout=30, trust_env=False)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("model", "key", "status"),
    [
        ("fast-chat", "gwk_dev_nobody", 401),
        ("no-such-model", None, 404),
        ("openai/gpt-5+status=403", None, 403),
        ("openai/gpt-5+status=400", None, 400),
        ("openai/gpt-5+status=501", None, 501),
        ("openai/gpt-5+garbage", None, 502),
    ],
)
def test_a_final_refusal_says_so(gateway, path, model, key, status):
    answer = ask(gateway, path, model, key)
    assert (answer.status_code, answer.headers.get("x-should-retry")) == (status, "false")
    assert "try again" not in answer.text.lower()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_one_leaves_it_to_the_client(gateway, path, status):
    answer = ask(gateway, path, f"openai/gpt-5+status={status}")
    assert 429 <= answer.status_code < 600
    assert "x-should-retry" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_broke_off_may_come_whole_the_next_time(gateway, path):
    answer = ask(gateway, path, "openai/gpt-5+cut-after=9")
    assert (answer.status_code, answer.headers.get("x-should-retry")) == (502, None)


def test_a_path_that_nobody_serves_is_final(gateway):
    answer = httpx.get(f"{gateway.url}/v1/else", trust_env=False)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (404, "false")


def test_what_is_not_served_yet_is_final(gateway):
    answer = httpx.post(f"{gateway.url}/v1/images/generations", json={"prompt": "x"}, trust_env=False)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (501, "false")
