"""Routes of an alias in the pipeline: which provider a request goes to by what it is like, from YAML to the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.policy.complaints import PolicyErrors
from gateway.policy.load import policy_of_text
from tests.stages.test_call import ok
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand

POLICY = """\
version: 1
providers:
  cloud: {kind: openai, base_url: "http://h/v1", api_key: k, region: us}
  house: {kind: local, engine: llama_cpp, base_url: "http://h/v1", region: on_prem}
  batch: {kind: openai, base_url: "http://h/v1", api_key: k, region: eu}
models:
  m:
    targets: [{provider: cloud, model: big}]
    routes:
      - when: {tags: [purpose=batch], lacks: [images]}
        targets: [{provider: batch, model: slow}]
      - when: {larger_than: 4 KiB}
        targets: [{provider: house, model: long, cannot: [images]}]
        fallbacks: [{provider: batch, model: long}]
      - when: {languages: [fr, it]}
        targets: [{provider: batch, model: romance}]
      - when: {needs: [schema]}
        targets: [{provider: house, model: exact}]
  blind: {targets: [{provider: house, model: text, cannot: [images, tools]}]}
  roomy:
    targets: [{provider: house, model: small, context: 1 ktok}]
    fallbacks: [{provider: batch, model: large, context: 4 ktok}]
data_classes: {secret: {regions: [on_prem]}}
teams:
  demo: {models: ["*"], tags: [purpose]}
  quiet: {models: [m], data_class: secret}
"""
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
PICTURE = [{"role": "user", "content": [{"type": "text", "text": "what?"}, IMAGE]}]
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
LONG = [{"role": "user", "content": "x" * 5000}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
SYSTEM = {"role": "system", "content": "You are the one who answers what it is and how to do that."}
FRENCH = {"role": "user", "content": "Pourquoi est-ce que le ciel est bleu, et la mer aussi ?"}
BATCH = {"x-gateway-tags": "purpose=batch"}


async def asked(body: dict[str, Any], headers: dict[str, str] | None = None, team: str = "demo") -> AsgiCall:
    stand = Stand(policy_of_text("p.yaml", POLICY, {}), ScriptedUpstream(ok()))
    stand.keys.team = team
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **body}
    call = AsgiCall("/v1/chat/completions", json.dumps(request).encode(), headers)
    await call.run(stand.edge)
    return call


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "headers", "model"),
    [
        ({}, None, "cloud/big"),
        ({}, BATCH, "batch/slow"),
        ({"messages": PICTURE}, BATCH, "cloud/big"),
        ({"messages": LONG}, None, "house/long"),
        ({"messages": LONG}, BATCH, "batch/slow"),
        ({"messages": [*LONG, *PICTURE]}, None, "batch/long"),
        ({"response_format": SCHEMA}, None, "house/exact"),
        ({"messages": [SYSTEM, FRENCH]}, None, "batch/romance"),
        ({"messages": [SYSTEM, FRENCH, {"role": "user", "content": "And what is that?"}]}, None, "cloud/big"),
    ],
)
async def test_the_first_route_that_is_met_is_taken(
    body: dict[str, Any], headers: dict[str, str] | None, model: str
) -> None:
    call = await asked(body, headers)
    assert (call.status, f"{call.headers['x-gateway-provider']}/{call.headers['x-gateway-model']}") == (200, model)


@pytest.mark.asyncio
async def test_a_route_crosses_no_border() -> None:
    assert (await asked({}, team="quiet")).status == 451
    within = await asked({"response_format": SCHEMA}, team="quiet")
    assert (within.status, within.headers["x-gateway-provider"]) == (200, "house")
    long = await asked({"messages": LONG}, team="quiet")
    assert (long.status, long.headers["x-gateway-model"]) == (200, "long")


@pytest.mark.asyncio
async def test_what_nobody_can_take_is_refused_by_name_before_any_call() -> None:
    call = await asked({"model": "blind", "messages": PICTURE, "tools": [TOOL]})
    assert call.status == 400
    assert "can take images, tools" in json.loads(call.body)["error"]["message"]
    assert (await asked({"model": "blind"})).status == 200


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("{}", "a condition that names nothing is always met"),
        ("{hours: 08:00-08:00}", "write two different times of a day"),
        ("{hours: 25:00-26:00}", "write two different times of a day"),
        ("{hours: morning}", "a span of the day"),
        ("{needs: [images], lacks: [images]}", "no request both needs and lacks images"),
        ("{larger_than: 2 KiB, smaller_than: 1 KiB}", "no request is larger and smaller at once"),
        ("{data_classes: [secrte]}", "did you mean 'secret'"),
        ("{tags: [NO=x]}", "must be name=value, with a name in small letters"),
        ("{needs: [image]}", "did you mean 'images'"),
        ("{colour: red}", "unknown key 'colour'"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_at_its_line(when: str, told: str) -> None:
    text = POLICY.replace("when: {needs: [schema]}", f"when: {when}")
    line = text.splitlines().index(f"      - when: {when}") + 1
    with pytest.raises(PolicyErrors) as caught:
        policy_of_text("p.yaml", text, {})
    assert any(told in str(error) and f"p.yaml:{line}:" in str(error) for error in caught.value.errors)


WORDS = "word " * 1000  # five thousand bytes


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "more", "model"),
    [
        ("short", {}, "small"),
        ("short", {"max_tokens": 1000}, "large"),  # the answer needs room, too
        (WORDS, {}, "large"),
        (WORDS, {"max_tokens": 2000}, "large"),
        (WORDS * 4, {}, "large"),  # five thousand tokens by the usual count, and half of that at least
    ],
)
async def test_what_a_target_has_no_room_for_goes_to_one_that_has(text: str, more: dict[str, Any], model: str) -> None:
    call = await asked({"model": "roomy", "messages": [{"role": "user", "content": text}], **more})
    assert (call.status, call.headers["x-gateway-model"]) == (200, model)


@pytest.mark.asyncio
async def test_what_nobody_has_room_for_is_refused_with_the_numbers_before_any_call() -> None:
    call = await asked({"model": "roomy", "messages": [{"role": "user", "content": WORDS * 8}]})
    error = json.loads(call.body)["error"]
    assert (call.status, error["code"]) == (400, "context_length_exceeded")
    assert "have 5000 tokens or more" in error["message"]
    assert "takes more than 4000" in error["message"]
    picture = {**IMAGE, "image_url": {"url": "data:image/png;base64," + "iVBO" * 20_000}}
    seen = await asked({"model": "roomy", "messages": [{"role": "user", "content": [picture]}]})
    assert (seen.status, seen.headers["x-gateway-model"]) == (200, "small"), "a picture is no text"
