"""Conversations that Anthropic would keep: refused in the words upon which its SDK sends the whole history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving

CREATE = {"type": "create"}
CONTINUE = {"type": "continue", "previous_message_id": "msg_of_another_team"}
ASKED: dict[str, Any] = {"max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(scope="module")
def served(
    simulated: SimulatedServer, gateway_thread: LoopThread, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    with in_thread(serving(policy_for(simulated.url), tmp_path_factory.mktemp("threads")), gateway_thread) as running:
        yield running


@anthropic.beta_tool
def weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: its name
    """
    return f"sunny in {city}"


@pytest.mark.parametrize("model", ["claude/claude-sonnet-5", "openai/gpt-5-mini", "gemini/gemini-2.5-flash"])
def test_the_sdks_loop_of_tools_goes_on_with_the_whole_history(served: RunningGateway, model: str) -> None:
    asked = 'use tool weather with {"city": "Bern"}'
    with anthropic.Anthropic(base_url=served.url, api_key=served.key, max_retries=0) as sdk:
        runner = sdk.beta.messages.tool_runner(
            model=model, max_tokens=2000, messages=[{"role": "user", "content": asked}], tools=[weather]
        )
        last = runner.until_done()
    assert last.content[-1].type == "text"
    assert "sunny in Bern" in last.content[-1].text


@pytest.mark.parametrize("thread", [CREATE, CONTINUE], ids=["create", "continue"])
@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/messages", {}),
        ("/v1/messages", {"stream": True}),
        ("/v1/messages/count_tokens", {}),
    ],
    ids=["whole", "stream", "count"],
)
@pytest.mark.parametrize("model", ["claude/claude-sonnet-5", "mistral/mistral-large-latest"])
def test_a_conversation_that_the_provider_would_keep_is_refused(
    served: RunningGateway, model: str, path: str, more: dict[str, Any], thread: dict[str, Any]
) -> None:
    tree = {"model": model, **ASKED, **more, "thread": thread}
    answer = _post(served, path, tree)
    details = answer.json()["error"]["details"]
    assert (answer.status_code, details["error_code"], details["param"]) == (
        400,
        "thread_unsupported_request",
        "thread",
    )
    assert "msg_of_another_team" not in answer.text


def test_none_in_a_batch_either(served: RunningGateway) -> None:
    params = {"model": "claude/claude-sonnet-5", **ASKED}
    lines = [{"custom_id": "a", "params": params}, {"custom_id": "b", "params": {**params, "thread": CONTINUE}}]
    answer = _post(served, "/v1/messages/batches", {"requests": lines})
    assert (answer.status_code, answer.json()["error"]["details"]["error_code"]) == (400, "thread_unsupported_request")


def test_no_thread_is_as_good_as_none(served: RunningGateway) -> None:
    answer = _post(served, "/v1/messages", {"model": "claude/claude-sonnet-5", **ASKED, "thread": None})
    assert answer.status_code == 200


def _post(served: RunningGateway, path: str, tree: dict[str, Any]) -> httpx.Response:
    headers = {"authorization": f"Bearer {served.key}", "anthropic-version": "2023-06-01"}
    return httpx.post(served.url + path, json=tree, headers=headers, trust_env=False, timeout=20)
