"""What translation drops, as clients hear it: named in a header and in the usage row, refused by name where asked.

The fields are those of the probes of the loss table that the table says are dropped, each alone over a real port.
"""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from gateway.core.edits import dotted
from gateway.core.messages import DIALECTS, Dialect
from tests.support.probes.crossing import PROBES, TARGETS, Crossing, crossed
from tests.support.running import LoopThread, RunningGateway

MODELS: Final[dict[Dialect, str]] = {
    "openai_chat": "claude/claude-opus-5",
    "openai_responses": "claude/claude-opus-5",
    "anthropic": "openai/gpt-5.5",
    "gemini": "openai/gpt-5.5",
    "mistral": "claude/claude-opus-5",
}
"""A model of another provider, for each client."""

PATHS: Final[dict[Dialect, str]] = {
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
    "mistral": "/mistral/v1/chat/completions",
}

clients = pytest.mark.parametrize("client", DIALECTS)


def droppable(client: Dialect) -> list[Crossing]:
    """What the model of another provider is not told of, one crossing for each field."""
    name = "anthropic" if MODELS[client].startswith("claude") else "openai_chat"
    target = next(target for target in TARGETS if target.name == name)
    found = [crossed(client, probe, target) for probe in PROBES[client]]
    return [one for one in found if any(loss.action == "dropped" for loss in one.losses)]


def post(gateway: RunningGateway, client: Dialect, tree: dict[str, Any], *, strict: bool) -> httpx.Response:
    headers = {"x-api-key": gateway.key} if client == "anthropic" else {"authorization": f"Bearer {gateway.key}"}
    if client == "anthropic":
        headers["anthropic-version"] = "2023-06-01"
    if strict:
        headers["x-gateway-strict"] = "1"
    body = tree if client == "gemini" else {**tree, "model": MODELS[client]}
    path = PATHS[client].replace("{model}", MODELS[client])
    return httpx.post(gateway.url + path, json=body, headers=headers, timeout=30)


def refusal(client: Dialect, body: dict[str, Any]) -> str:
    """The words of the refusal, from where the dialect's SDK reads them."""
    match client:
        case "anthropic":
            assert (body["type"], body["error"]["type"]) == ("error", "invalid_request_error")
            return str(body["error"]["message"])
        case "gemini":
            assert (body["error"]["code"], body["error"]["status"]) == (400, "INVALID_ARGUMENT")
            return str(body["error"]["message"])
        case "mistral":
            assert body["object"] == "error"
            return str(body["message"])
        case _:
            assert body["error"]["param"] in body["error"]["message"]
            return str(body["error"]["message"])


@clients
def test_there_is_something_to_drop(client: Dialect) -> None:
    assert len(droppable(client)) > 5


@clients
def test_what_is_dropped_is_named_in_the_header_and_in_the_usage_row(
    gateway: RunningGateway, gateway_thread: LoopThread, client: Dialect
) -> None:
    told: dict[str, tuple[str, set[str]]] = {}
    for one in droppable(client):
        answer = post(gateway, client, one.probe.tree, strict=False)
        assert answer.status_code == 200, (one, answer.text)
        names = {dotted(loss.path) for loss in one.losses if loss.action == "dropped"}
        header = answer.headers["x-gateway-dropped"]
        assert names <= set(header.split(", ")), one
        told[answer.headers["x-gateway-request-id"]] = (header, names)
    rows = {row["request_id"]: row["dropped"] for row in gateway_thread.run(gateway.usage_rows())}
    assert {request_id: header for request_id, (header, _) in told.items()} == {
        request_id: rows[request_id] for request_id in told
    }


@clients
def test_strict_refuses_each_by_name_in_the_clients_own_words(gateway: RunningGateway, client: Dialect) -> None:
    for one in droppable(client):
        answer = post(gateway, client, one.probe.tree, strict=True)
        assert answer.status_code == 400, one
        words = refusal(client, answer.json())
        assert all(dotted(loss.path) in words for loss in one.losses if loss.action == "dropped"), (one, words)


@clients
def test_a_plain_request_loses_nothing(gateway: RunningGateway, client: Dialect) -> None:
    answer = post(gateway, client, PROBES[client][0].base, strict=True)
    assert answer.status_code == 200
    assert "x-gateway-dropped" not in answer.headers


def hinted(number: int) -> dict[str, Any]:
    """A conversation with so many hints at a cache, and a setting that goes nowhere; Claude's client."""
    part = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    turns = [{"role": ("user", "assistant")[place % 2], "content": [part]} for place in range(number)]
    return {"max_tokens": 9, "top_k": 3, "messages": turns}


def test_every_place_of_what_is_dropped_is_named_as_far_as_there_is_room(gateway: RunningGateway) -> None:
    answer = post(gateway, "anthropic", hinted(3), strict=False)
    assert answer.status_code == 200, answer.text
    places = [f"messages[{place}].content[0].cache_control" for place in range(3)]
    assert sorted(answer.headers["x-gateway-dropped"].split(", ")) == [*places, "top_k"]
    words = refusal("anthropic", post(gateway, "anthropic", hinted(3), strict=True).json())
    assert all(name in words for name in (*places, "top_k"))

    told = post(gateway, "anthropic", hinted(99), strict=False).headers["x-gateway-dropped"].split(", ")
    assert {places[0], "top_k"} <= set(told), "no kind is crowded out by another's places"
    assert told[-1] == f"and {100 - len(told) + 1} more"
    words = refusal("anthropic", post(gateway, "anthropic", hinted(99), strict=True).json())
    assert len(words) < 700
