"""What one model takes and another answers 400 to: who has the last word, how much to think, one tool at a time.

Asked of the simulated providers, who refuse what the real ones refuse, in a client's dialect that is not theirs.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.running import RunningGateway

HI = {"role": "user", "content": "hi"}
HELLO = {"role": "assistant", "content": "Hello."}
SUM_UP = {"role": "system", "content": "Sum up the conversation."}
NOT_OPENAI = [
    "claude/claude-opus-5",
    "claude/claude-sonnet-4-5",
    "gemini/gemini-3-pro",
    "mistral/mistral-small-latest",
]
MESSAGES = {"max_tokens": 100, "messages": [HI]}


def asked(gateway: RunningGateway, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.post(gateway.url + path, json=body, headers=headers, timeout=30, trust_env=False)


def lost(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return answer.headers.get("x-gateway-dropped", "").split(", ")


@pytest.mark.parametrize("model", NOT_OPENAI)
@pytest.mark.parametrize(("history", "where"), [([], 0), ([HI, HELLO], 2)], ids=["alone", "behind an answer"])
def test_system_text_that_ends_a_conversation_is_what_is_asked(
    gateway: RunningGateway, model: str, history: list[dict[str, Any]], where: int
) -> None:
    answer = asked(gateway, "/v1/chat/completions", {"model": model, "messages": [*history, SUM_UP]})
    assert lost(answer) == [f"messages[{where}] (approximated)"]
    assert SUM_UP["content"] in answer.json()["choices"][0]["message"]["content"]


def test_of_system_texts_alone_the_last_one_asks(gateway: RunningGateway) -> None:
    told = {"role": "developer", "content": "Be brief."}
    answer = asked(gateway, "/v1/chat/completions", {"model": NOT_OPENAI[0], "messages": [told, SUM_UP]})
    said = answer.json()["choices"][0]["message"]["content"]
    assert SUM_UP["content"] in said
    assert "Be brief." not in said


def test_system_text_between_two_answers_is_named_where_it_loses_its_place(gateway: RunningGateway) -> None:
    messages = [HI, HELLO, {"role": "system", "content": "Be brief."}, HELLO, HI]
    assert lost(asked(gateway, "/v1/chat/completions", {"model": NOT_OPENAI[0], "messages": messages})) == [
        "messages[2] (approximated)"
    ]


def test_an_answer_begun_for_a_claude_that_goes_on_from_none(gateway: RunningGateway) -> None:
    begun = {"role": "assistant", "content": "Sure: ", "prefix": True}
    body = {"messages": [HI, begun]}
    new = asked(gateway, "/mistral/v1/chat/completions", {"model": "claude/claude-opus-4-6", **body})
    assert (new.status_code, new.json()["param"]) == (400, "messages[1]")
    old = asked(gateway, "/mistral/v1/chat/completions", {"model": "claude/claude-sonnet-4-5", **body})
    assert lost(old) == ["messages[1] (approximated)"]  # without the blank at its end


def test_claude_does_not_think_where_its_answer_is_begun(gateway: RunningGateway) -> None:
    body = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "Sure:"}]}],
        "generationConfig": {"thinkingConfig": {"thinkingBudget": 2048}, "maxOutputTokens": 4000},
    }
    answer = asked(gateway, "/v1beta/models/claude/claude-sonnet-4-5:generateContent", body)
    assert lost(answer) == ["generationConfig.thinkingConfig"]


def test_white_space_to_stop_at_is_refused_by_its_own_name(gateway: RunningGateway) -> None:
    body = {"model": "claude/claude-sonnet-4-5", "messages": [HI], "stop": ["\n"]}
    answer = asked(gateway, "/v1/chat/completions", body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "stop")
    assert asked(gateway, "/v1/chat/completions", {**body, "model": "gemini/gemini-3-pro"}).status_code == 200


@pytest.mark.parametrize(
    ("ttl", "told"),
    [("1h", [""]), ("12h", ["messages[0].content[0].prompt_cache_breakpoint (approximated)"])],
)
def test_a_cache_mark_of_openais_lifetime_on_a_claude(gateway: RunningGateway, ttl: str, told: list[str]) -> None:
    part = {"type": "text", "text": "hi", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": ttl}}
    body = {"model": "claude/claude-sonnet-4-5", "messages": [{"role": "user", "content": [part]}]}
    assert lost(asked(gateway, "/v1/chat/completions", body)) == told


@pytest.mark.parametrize("path", ["openai", "openai/responses"])
@pytest.mark.parametrize("model", ["o3", "gpt-5-mini", "gpt-5-pro", "gpt-5.1", "gpt-5.4-nano"])
@pytest.mark.parametrize(
    "thinking",
    [
        {"thinking": {"type": "disabled"}},
        *({"output_config": {"effort": effort}} for effort in ("low", "xhigh", "max")),
    ],
    ids=["none", "low", "xhigh", "max"],
)
def test_every_model_of_openai_takes_the_effort_that_it_is_told(
    gateway: RunningGateway, model: str, path: str, thinking: dict[str, Any]
) -> None:
    models_by_provider = f"{path.partition('/')[0]}/{model}"
    assert asked(gateway, "/v1/messages", {"model": models_by_provider, **MESSAGES, **thinking}).status_code == 200


def test_the_effort_of_codex_on_a_claude_that_knows_no_such_word(gateway: RunningGateway) -> None:
    body = {"input": "hi", "reasoning": {"effort": "xhigh"}}
    assert lost(asked(gateway, "/v1/responses", {"model": "claude/claude-opus-5", **body})) == [""]
    answer = asked(gateway, "/v1/responses", {"model": "claude/claude-sonnet-4-6", **body})
    assert lost(answer) == ["reasoning (approximated)"]


def test_one_tool_at_a_time_is_no_wish_that_the_o_series_hears(gateway: RunningGateway) -> None:
    tools = [{"name": "f", "input_schema": {"type": "object"}}]
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    body = {**MESSAGES, "tools": tools, "tool_choice": choice}
    assert lost(asked(gateway, "/v1/messages", {"model": "openai/o4-mini", **body})) == [
        "tool_choice.disable_parallel_tool_use"
    ]
    assert lost(asked(gateway, "/v1/messages", {"model": "openai/gpt-4o", **body})) == [""]


@pytest.mark.parametrize("model", ["openai/gpt-5-mini", "openai/gpt-4o", "grok/grok-4"])
@pytest.mark.parametrize(("words", "told"), [("hi", True), ("hi, in JSON", False)])
def test_json_of_any_kind_is_asked_for_by_a_schema_where_no_word_asks_for_it(
    gateway: RunningGateway, model: str, words: str, told: bool
) -> None:
    body = {
        "contents": [{"role": "user", "parts": [{"text": words}]}],
        "generationConfig": {"responseMimeType": "application/json"},
    }
    answer = asked(gateway, f"/v1beta/models/{model}:generateContent", body)
    assert lost(answer) == (["generationConfig.responseMimeType (approximated)"] if told else [""])
    json.loads(answer.json()["candidates"][0]["content"]["parts"][-1]["text"])


def test_a_picture_that_a_tool_gave_reaches_a_mistral_in_the_users_words(gateway: RunningGateway) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "image", "source": source}]}
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
    body = {
        "max_tokens": 100,
        "messages": [HI, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
    }
    answer = asked(gateway, "/v1/messages", {"model": "mistral/mistral-small-latest", **body})
    assert lost(answer) == ["messages[2].content[0].content[0] (approximated)"]
    assert "image of 8 bytes" in answer.json()["content"][0]["text"]


def test_a_history_that_begins_with_a_call_is_taken_by_gemini(gateway: RunningGateway) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "ok"},
    ]
    body = {"model": "gemini/gemini-3-pro", "messages": messages}
    assert asked(gateway, "/v1/chat/completions", body).status_code == 200


@pytest.mark.parametrize(
    ("model", "stops", "status"),
    [
        ("openai/gpt-4o", 4, 200),
        ("openai/gpt-4o", 5, 400),
        ("gemini/gemini-3-pro", 5, 200),
        ("gemini/gemini-3-pro", 6, 400),
    ],
)
def test_more_texts_to_stop_at_than_a_provider_takes_are_refused_by_their_own_name(
    gateway: RunningGateway, model: str, stops: int, status: int
) -> None:
    body = {**MESSAGES, "stop_sequences": [f"stop {number}" for number in range(stops)]}
    answer = asked(gateway, "/v1/messages", {"model": model, **body})
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["details"]["param"] == "stop_sequences"


@pytest.mark.parametrize("call_id", ["call_0", ""], ids=["numbered anew", "none"])
def test_calls_of_one_id_stay_apart_for_claude(gateway: RunningGateway, call_id: str) -> None:
    calls = [{"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("f", "g")]
    results = [{"role": "tool", "tool_call_id": call_id, "content": word} for word in ("one", "two")]
    turns = [
        message
        for call, result in zip(calls, results, strict=True)
        for message in ({"role": "assistant", "content": None, "tool_calls": [call]}, result)
    ]
    answer = asked(gateway, "/v1/chat/completions", {"model": NOT_OPENAI[1], "messages": [HI, *turns]})
    assert lost(answer) == [""]
    assert "g: two" in answer.json()["choices"][0]["message"]["content"]


def test_a_history_that_ends_with_an_answer_is_counted_by_every_claude(gateway: RunningGateway) -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "Hello."}]}]}
    answer = asked(gateway, "/v1beta/models/claude/claude-opus-5:countTokens", body)
    assert answer.status_code == 200
    assert answer.json()["totalTokens"] > 0


@pytest.mark.parametrize(("model", "seed"), [("gemini/gemini-3-pro", 2**40), ("mistral/mistral-small-latest", -1)])
def test_a_seed_that_the_provider_cannot_take_is_left_out_and_named(
    gateway: RunningGateway, model: str, seed: int
) -> None:
    body = {"model": model, "messages": [HI]}
    assert lost(asked(gateway, "/v1/chat/completions", {**body, "seed": seed})) == ["seed"]
    assert lost(asked(gateway, "/v1/chat/completions", {**body, "seed": 7})) == [""]
