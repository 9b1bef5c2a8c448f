"""Names of members that are somebody's: a provider sees words for them, too, and the client its own names again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.core.policy import Timeouts
from gateway.providers.transport import UpstreamRequest, UpstreamResponse
from tests.pii.serving import policy_with
from tests.support.fakes import AsgiCall, ScriptedResponse, Stand

pytestmark = pytest.mark.anyio

PEOPLE: dict[str, Any] = {
    "Anna Müller": 5,
    "beat.kunz@example.ch": {"seen": "never"},
    "+41 79 412 33 18": ["late"],
    "Grand Total": 9,
}
SOMEBODYS = ("Anna", "Müller", "beat.kunz", "412 33 18")
ASKED = {"role": "user", "content": "Who scored best?"}


def chat(people: Any) -> tuple[str, dict[str, Any]]:
    return "/v1/chat/completions", {"model": "chat/m", "messages": [ASKED], "unknown": {"deep": [people]}}


def messages(people: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"scores": people}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}
    turns = [ASKED, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    return "/v1/messages", {"model": "messages/m", "max_tokens": 9, "messages": turns, **more}


def called(people: Any) -> tuple[str, dict[str, Any]]:
    return generate([{"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"scores": people}}}]}])


def answered(people: Any) -> tuple[str, dict[str, Any]]:
    said = {"functionResponse": {"name": "f", "response": {"scores": people}}}
    call = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
    return generate([call, {"role": "user", "parts": [said]}])


def generate(turns: list[Any]) -> tuple[str, dict[str, Any]]:
    asked = {"role": "user", "parts": [{"text": "Who scored best?"}]}
    return "/v1beta/models/generate/m:generateContent", {"contents": [asked, *turns]}


def mistral(people: Any) -> tuple[str, dict[str, Any]]:
    call = {"id": "call00001", "type": "function", "function": {"name": "f", "arguments": {"scores": people}}}
    turns = [ASKED, {"role": "assistant", "content": "", "tool_calls": [call]}]
    turns.append({"role": "tool", "tool_call_id": "call00001", "name": "f", "content": "ok"})
    return "/mistral/v1/chat/completions", {"model": "mistral/m", "messages": turns}


SHAPES: dict[str, Callable[[Any], tuple[str, dict[str, Any]]]] = {
    "a member that nobody knows": chat,
    "Claude's tool_use": messages,
    "Gemini's call": called,
    "what Gemini's call gave": answered,
    "Mistral's arguments": mistral,
}


def objects(node: Any) -> list[dict[str, Any]]:
    inner = list(node.values()) if type(node) is dict else node if type(node) is list else []
    return ([node] if type(node) is dict else []) + [found for entry in inner for found in objects(entry)]


def scores(body: bytes) -> dict[str, Any]:
    """The object that the people were in."""
    return next(found for found in objects(json.loads(body)) if "Grand Total" in found)


class Mirror:
    """A model that calls its tool with the object that it was shown, whole or in a stream of one frame."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        self.bodies.append(request.body)
        people = {"scores": scores(request.body)}
        if ":" not in request.path:
            call = {"type": "tool_use", "id": "toolu_2", "name": "f", "input": people}
            answer: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
            answer |= {"content": [call], "stop_reason": "tool_use", "stop_sequence": None}
            answer |= {"usage": {"input_tokens": 1, "output_tokens": 1}}
        else:
            part = {"functionCall": {"name": "f", "args": people}}
            answer = {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}
            answer["usageMetadata"] = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
            if "stream" in request.path:
                frame = f"data: {json.dumps(answer)}\n\n".encode()
                return ScriptedResponse(200, {"content-type": "text/event-stream"}, [frame])
        return ScriptedResponse(200, {"content-type": "application/json"}, [json.dumps(answer).encode()])

    async def close(self) -> None:
        """Nothing is held."""


async def asked(path: str, body: dict[str, Any], rules: str = "{hint: false}") -> tuple[AsgiCall, list[bytes]]:
    mirror = Mirror()
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(Stand(policy_with(rules), mirror).edge)
    return call, mirror.bodies


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_provider_sees_no_name_that_is_somebodys(shape: str) -> None:
    _, [body] = await asked(*SHAPES[shape](PEOPLE))
    assert not [value for value in SOMEBODYS if value in json.dumps(json.loads(body), ensure_ascii=False)]
    seen = scores(body)
    assert [name.partition("_")[0] for name in seen] == ["PERSON", "EMAIL", "PHONE", "Grand Total"]
    assert list(seen.values()) == list(PEOPLE.values())


async def test_a_name_is_the_same_word_wherever_it_stands() -> None:
    path, body = messages({"Anna Müller": "anna.mueller@example.ch", "Grand Total": 9})
    body["messages"][0] = {"role": "user", "content": "How many points has Anna Müller?"}
    _, [sent] = await asked(path, body)
    name = next(iter(scores(sent)))
    assert json.loads(sent)["messages"][0]["content"] == f"How many points has {name}?"
    assert scores(sent)[name].startswith("EMAIL_")  # the value of a member whose name changed is changed, too


@pytest.mark.parametrize("way", ["messages", "generate", "stream"])
async def test_the_client_gets_its_own_names_again(way: str) -> None:
    path, body = messages(PEOPLE) if way == "messages" else called(PEOPLE)
    call, _ = await asked(path.replace(":generateContent", ":streamGenerateContent") if way == "stream" else path, body)
    assert scores(call.body) == PEOPLE
    assert list(scores(call.body)) == list(PEOPLE)


async def test_a_client_of_another_dialect_does_so_in_its_arguments() -> None:
    turns = [ASKED, {"role": "assistant", "content": None, "tool_calls": [{"id": "call00001", "type": "function"}]}]
    turns[1]["tool_calls"][0]["function"] = {"name": "f", "arguments": json.dumps({"scores": PEOPLE})}  # type: ignore[index]
    turns.append({"role": "tool", "tool_call_id": "call00001", "content": "ok"})
    call, [sent] = await asked("/v1/chat/completions", {"model": "messages/m", "messages": turns, "max_tokens": 9})
    assert not [value for value in SOMEBODYS if value in json.dumps(scores(sent), ensure_ascii=False)]
    [choice] = json.loads(call.body)["choices"]
    assert scores(choice["message"]["tool_calls"][0]["function"]["arguments"].encode()) == PEOPLE


async def test_names_that_become_one_word_stay_two_members() -> None:
    people = {"anna@example.ch": 1, "beat@example.ch": 2, "Grand Total": 3}
    _, [sent] = await asked(*messages(people), rules="{hint: false, actions: {email: redact}}")
    assert scores(sent) == {"[EMAIL]": 1, "[EMAIL]_2": 2, "Grand Total": 3}


async def test_what_a_schema_asks_for_keeps_its_words_and_the_rest_goes_as_one() -> None:
    names = ["firstName", "Victoria", "AHV_Nummer", "anna.muster@example.ch"]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": names}
    tools = [{"name": "f", "input_schema": schema}]
    body = {"Victoria Muster": 1, "Grand Total": 2}
    _, [sent] = await asked(*messages(body, tools=tools, system="Mrs Victoria Muster asks."))
    seen = json.loads(sent)["tools"][0]["input_schema"]
    assert list(seen["properties"]) == seen["required"]
    assert seen["required"][:3] == names[:3]
    assert seen["required"][3].startswith("EMAIL_")


async def test_the_gaps_of_a_stored_prompt_keep_their_names_or_are_refused() -> None:
    body = {"model": "responses/m", "input": "x"}
    for name, status in (("Anna Müller", 200), ("anna.muster@example.ch", 422)):
        prompt = {"id": "pmpt_1", "variables": {name: "x"}, "unknown": {"Grand Total": 1}}
        call, bodies = await asked("/v1/responses", {**body, "prompt": prompt})
        assert (call.status == 422) == (status == 422), call.body
        assert all(name in json.loads(sent)["prompt"]["variables"] for sent in bodies)
