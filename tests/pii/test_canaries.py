"""A canary at every string of every request that the SDKs can make: no provider sees it, nothing of ours tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gateway.core.edits import Path
from gateway.core.messages import DIALECTS, Dialect
from tests.pii.serving import policy_with
from tests.support.canaries import AHV, EMAIL, IBAN
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.probes.crossing import PROBES

pytestmark = pytest.mark.anyio

CANARIES = (EMAIL, IBAN, AHV)
PATHS: dict[Dialect, str] = {
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
    "mistral": "/mistral/v1/chat/completions",
}
OWN: dict[Dialect, str] = {
    "openai_chat": "chat",
    "openai_responses": "responses",
    "anthropic": "messages",
    "gemini": "generate",
    "mistral": "mistral",
}
REFUSED = ScriptedResponse(400, {"content-type": "application/json"}, [b'{"error": {"message": "no"}}'])

OTHERS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "embeddings": (
        "/v1/embeddings",
        [{"model": "responses/m", "input": "hi", "user": "u"}, {"model": "responses/m", "input": ["a", "b"]}],
    ),
    "completions": (
        "/v1/completions",
        [{"model": "responses/m", "prompt": "hi", "suffix": "s", "user": "u", "stop": ["x"]}],
    ),
    "fim": ("/mistral/v1/fim/completions", [{"model": "mistral/m", "prompt": "a", "suffix": "b"}]),
    "moderations": ("/v1/moderations", [{"model": "responses/m", "input": ["a", {"type": "text", "text": "b"}]}]),
    "count_tokens": (
        "/v1/messages/count_tokens",
        [{"model": "messages/m", "system": "s", "messages": [{"role": "user", "content": "hi"}]}],
    ),
    "gemini embeddings": (
        "/v1beta/models/generate/m:embedContent",
        [{"content": {"parts": [{"text": "hi"}]}, "title": "t"}],
    ),
}


def positions(node: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from positions(value, (*path, name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from positions(value, (*path, number))


def placed(node: Any, path: Path, text: str) -> Any:
    if not path:
        return text
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = placed(node[path[0]], path[1:], text)
    return copy


def shapes(dialect: Dialect) -> list[tuple[Path, Any]]:
    """A tree for each form of a path: the place of a string among its kind says nothing."""
    seen: dict[str, tuple[Path, Any]] = {}
    for probe in PROBES[dialect]:
        for path in positions(probe.tree):
            seen.setdefault(f"{probe.name} {re.sub(r'[0-9]+', '0', str(path))}", (path, probe.tree))
    return list(seen.values())


async def checked(stand: Stand, upstream: ScriptedUpstream, path: str, tree: Any, canary: str) -> None:
    call = AsgiCall(path, msgspec.json.encode(tree))
    await call.run(stand.edge)
    for request in upstream.requests:
        assert canary not in json.dumps(json.loads(request.body), ensure_ascii=False)
        assert canary not in request.path
    upstream.requests.clear()
    assert canary.encode() not in call.body
    assert canary not in str(call.headers)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_no_canary_leaves_from_any_place_of_a_conversation(
    dialect: Dialect, capfd: pytest.CaptureFixture[str]
) -> None:
    upstream = ScriptedUpstream(REFUSED)
    stand = Stand(policy_with("{hint: false}"), upstream)
    others = [name for name in OWN.values() if name != OWN[dialect]]
    for number, (place, tree) in enumerate(shapes(dialect)):
        canary = CANARIES[number % len(CANARIES)]
        for provider in (OWN[dialect], others[number % len(others)]):
            asked = placed(tree, place, canary)
            if dialect != "gemini" and place != ("model",):
                asked = {**asked, "model": f"{provider}/m"}
            await checked(stand, upstream, PATHS[dialect].format(model=f"{provider}/m"), asked, canary)
    said = capfd.readouterr()
    told = said.out + said.err + repr(stand.ledger.rows) + stand.metrics.exposition().decode()
    assert not [canary for canary in CANARIES if canary in told]


@pytest.mark.parametrize("operation", OTHERS)
async def test_nor_from_any_other_operation(operation: str) -> None:
    upstream = ScriptedUpstream(REFUSED)
    stand = Stand(policy_with(), upstream)
    path, trees = OTHERS[operation]
    for tree in trees:
        for place in positions(tree):
            for canary in CANARIES:
                await checked(stand, upstream, path, placed(tree, place, canary), canary)


SOMEBODY = "Frau Hildegund Zwiebelhofer"
ASKED = {"role": "user", "content": "hi"}
STEERING: dict[str, tuple[str, Any]] = {
    "model": ("/v1/chat/completions", {"model": SOMEBODY, "messages": [ASKED]}),
    "model of a URL": (f"/v1beta/models/{SOMEBODY}:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}),
    "role": ("/v1/chat/completions", {"model": "chat/m", "messages": [{**ASKED, "role": SOMEBODY}]}),
    "role in Gemini's": (
        "/v1beta/models/generate/m:generateContent",
        {"contents": [{"role": SOMEBODY, "parts": [{"text": "hi"}]}]},
    ),
    "type": (
        "/v1/messages",
        {"model": "messages/m", "max_tokens": 9, "messages": [{"role": "user", "content": [{"type": SOMEBODY}]}]},
    ),
    "call": (
        "/v1/responses",
        {
            "model": "responses/m",
            "input": [ASKED, {"type": "function_call_output", "call_id": SOMEBODY, "output": "x"}],
        },
    ),
    "opaque state": (
        "/v1/messages",
        {
            "model": "messages/m",
            "max_tokens": 9,
            "messages": [ASKED, {"role": "assistant", "content": [{"type": "redacted_thinking", "data": SOMEBODY}]}],
        },
    ),
    "id": ("/mistral/v1/chat/completions", {"model": "mistral/m", "messages": [ASKED], "unknown": {"id": SOMEBODY}}),
}


@pytest.mark.parametrize("where", STEERING)
async def test_nor_a_name_from_where_a_word_should_steer(where: str) -> None:
    upstream = ScriptedUpstream(REFUSED)
    stand = Stand(policy_with(), upstream)
    path, tree = STEERING[where]
    call = AsgiCall(path, msgspec.json.encode(tree))
    await call.run(stand.edge)
    assert (call.status, upstream.requests) == (422, [])
    assert "Zwiebelhofer" not in call.body.decode() + repr(stand.ledger.rows)


async def test_what_steers_in_several_words_may_do_so() -> None:
    upstream = ScriptedUpstream(REFUSED)
    source = {"type": "text", "media_type": "text/plain; charset=utf-8", "data": "hi"}
    turn = {"role": "user", "content": [{"type": "document", "source": source}]}
    tree = {"model": "messages/m", "max_tokens": 9, "messages": [turn]}
    await AsgiCall("/v1/messages", msgspec.json.encode(tree)).run(Stand(policy_with(), upstream).edge)
    assert b"charset=utf-8" in upstream.requests[0].body


async def test_nor_from_the_names_of_members() -> None:
    upstream = ScriptedUpstream(REFUSED)
    stand = Stand(policy_with(), upstream)
    for canary in CANARIES:
        for where in ("metadata", "unknown_field"):
            tree = {"model": "chat/m", "messages": [{"role": "user", "content": "hi"}], where: {canary: "x"}}
            await checked(stand, upstream, PATHS["openai_chat"], tree, canary)
