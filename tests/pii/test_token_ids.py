"""Texts that clients send as a tokeniser's ids: read, treated and sent as ids again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.tokens.encodings import encoding
from tests.pii.serving import policy_with
from tests.support.canaries import EMAIL
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.anyio

CL100K = encoding("cl100k_base")
PLAIN = CL100K.encode_ordinary("Wie hoch ist der Säntis?")
TELLING = CL100K.encode_ordinary(f"Schreib an {EMAIL}, bitte.")
UNKNOWN = [100_300, 5]
REFUSED = ScriptedResponse(400, {"content-type": "application/json"}, [b"{}"])


async def sent(path: str, body: dict[str, Any], rules: str = "{}") -> tuple[int, list[Any]]:
    upstream = ScriptedUpstream(REFUSED)
    call = AsgiCall(path, json.dumps(body).encode())
    await call.run(Stand(policy_with(rules), upstream).edge)
    return call.status, [json.loads(request.body) for request in upstream.requests]


@pytest.mark.parametrize("nested", [False, True])
async def test_what_is_embedded_has_words_for_values(nested: bool) -> None:
    given = [PLAIN, TELLING] if nested else TELLING
    _, [seen] = await sent("/v1/embeddings", {"model": "responses/m", "input": given})
    ids = seen["input"]
    if nested:
        untouched, ids = ids
        assert untouched == PLAIN
    text = CL100K.decode(ids)
    assert EMAIL not in text
    assert text.startswith("Schreib an EMAIL_")
    assert text.endswith(", bitte.")


async def test_a_prompt_is_read_too() -> None:
    _, [seen] = await sent("/v1/completions", {"model": "responses/m", "prompt": [TELLING]})
    assert EMAIL not in CL100K.decode(seen["prompt"][0])


async def test_ids_without_anything_stay_as_they_came() -> None:
    for given in (PLAIN, [PLAIN, PLAIN], ["a text", "another"]):
        _, [seen] = await sent("/v1/embeddings", {"model": "responses/m", "input": given})
        assert seen["input"] == given


@pytest.mark.parametrize(
    ("rules", "status", "requests"),
    [("{}", 422, 0), ("{attachments: block}", 422, 0), ("{attachments: allow}", 400, 1)],
)
async def test_ids_that_nobody_knows_are_unread(rules: str, status: int, requests: int) -> None:
    for given in (UNKNOWN, [PLAIN, UNKNOWN], [-5, 3]):
        asked = await sent("/v1/embeddings", {"model": "responses/m", "input": given}, rules)
        assert (asked[0], len(asked[1])) == (status, requests)
