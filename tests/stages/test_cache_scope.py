"""What is given again, and to whom: to an equal request, and to none that differs in one single thing that matters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.caching.entry import Sealer
from gateway.core.caching import CachePolicy
from gateway.core.policy import Alias, Policy, Rules, Target
from tests.stages.test_call import ok
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
OWN = frozenset({"own"})


def policy() -> Policy:
    """Two teams that differ in nothing but their names, and keys that each differ in one rule."""
    plain = policy_for("http://127.0.0.1:9", models=(Alias(name="m", targets=(Target(provider="sim", model="one"),)),))
    sim = msgspec.structs.replace(plain.providers["sim"], operator="own")
    team = msgspec.structs.replace(
        plain.teams["demo"],
        cache=CachePolicy(enabled=True),
        keys={
            "regions": Rules(regions=frozenset({"on_prem"})),
            "operators": Rules(operators=OWN),
            "class": Rules(data_class="secret"),
            "models": Rules(models=("m",)),
        },
    )
    return msgspec.structs.replace(
        plain,
        providers={**plain.providers, "sim": sim},
        data_classes={"secret": Rules()},
        teams={"demo": team, "twin": msgspec.structs.replace(team, name="twin")},
    )


async def asked(stand: Stand, headers: dict[str, str] | None = None, **more: Any) -> str:
    call = AsgiCall("/v1/chat/completions", json.dumps({**CHAT, **more}).encode(), headers)
    await call.run(stand.edge)
    assert call.status == 200
    return call.headers["x-gateway-cache"]


def _team(stand: Stand) -> None:
    stand.keys.team = "twin"


def _key(name: str) -> Callable[[Stand], None]:
    def change(stand: Stand) -> None:
        stand.keys.key_id = name

    return change


def _version(stand: Stand) -> None:
    stand.policies.current = msgspec.structs.replace(stand.policies.current, version="next")


def _target(**other: str) -> Callable[[Stand], None]:
    """The version stays, which no real policy's does: the target must tell by itself."""

    def change(stand: Stand) -> None:
        now = stand.policies.current
        target = msgspec.structs.replace(now.models["m"].targets[0], **other)
        alias = msgspec.structs.replace(now.models["m"], targets=(target,))
        stand.policies.current = msgspec.structs.replace(now, models={**now.models, "m": alias})

    return change


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_team, id="team"),
        pytest.param(_key("regions"), id="regions"),
        pytest.param(_key("operators"), id="operators"),
        pytest.param(_key("class"), id="data class"),
        pytest.param(_version, id="policy"),
        pytest.param(_target(model="two"), id="model"),
        pytest.param(_target(provider="gpu"), id="provider"),
    ],
)
async def test_one_difference_is_enough(change: Callable[[Stand], None]) -> None:
    stand = Stand(policy(), ScriptedUpstream(ok()))
    assert [await asked(stand) for _ in range(2)] == ["miss", "hit"]
    change(stand)
    assert [await asked(stand) for _ in range(2)] == ["miss", "hit"]
    assert len(stand.upstream.requests) == 2


def saying(message: dict[str, Any], finish: str) -> ScriptedResponse:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return ScriptedResponse(200, {"content-type": "application/json"}, [json.dumps(body).encode()])


CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("message", "finish", "again"),
    [
        ({"content": "Hello"}, "stop", "hit"),
        ({"content": "Hel"}, "length", "miss"),
        ({"content": "Hel"}, "content_filter", "miss"),
        ({"content": None, "tool_calls": [CALL]}, "tool_calls", "miss"),
        ({"content": "Hello", "tool_calls": [CALL]}, "stop", "miss"),
        ({"content": None, "refusal": "No."}, "stop", "miss"),
    ],
)
async def test_only_whole_answers_of_words_are_given_again(message: dict[str, Any], finish: str, again: str) -> None:
    stand = Stand(policy(), ScriptedUpstream(saying(message, finish)))
    assert [await asked(stand) for _ in range(2)] == ["miss", again]


@pytest.mark.asyncio
async def test_what_a_fallback_said_is_not_given_again() -> None:
    down = ScriptedResponse(500, {"content-type": "application/json"}, [b'{"error": {"message": "down"}}'])
    stand = Stand(policy(), ScriptedUpstream(down, ok()))
    now = stand.policies.current
    alias = msgspec.structs.replace(now.models["m"], fallbacks=(Target(provider="gpu", model="two"),))
    stand.policies.current = msgspec.structs.replace(now, models={**now.models, "m": alias})
    assert [await asked(stand) for _ in range(2)] == ["miss", "miss"]
    assert len(stand.upstream.requests) == 4


@pytest.mark.asyncio
async def test_what_decides_nothing_makes_no_difference() -> None:
    stand = Stand(policy(), ScriptedUpstream(ok()))
    assert await asked(stand) == "miss"
    stand.keys.key_id = "models"
    assert await asked(stand) == "hit"
    assert await asked(stand, {"x-gateway-strict": "1"}) == "miss"
    assert await asked(stand, seed=1) == "miss"


@pytest.mark.asyncio
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "once"}], ids=["cache", "replay"])
async def test_a_kept_answer_that_cannot_be_read_any_more_is_asked_for_anew(
    streamed: bool, headers: dict[str, str]
) -> None:
    stand = Stand(policy(), ScriptedUpstream(ok()))
    sealer = Sealer(b"k" * 32)
    assert await asked(stand, headers) == "miss"
    for key, (until, sealed) in list(stand.answers._kept.items()):
        kept = sealer.open(key, sealed, 0.0)
        assert kept is not None
        odd = msgspec.structs.replace(kept, body=b"of another release", streamed=streamed)
        stand.answers._kept[key] = until, sealer.seal(key, odd)
    assert await asked(stand, headers) == "miss"
    assert len(stand.upstream.requests) == 2
    assert await asked(stand, headers) == "hit"
