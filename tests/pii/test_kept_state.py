"""Tokens in a state that the provider keeps come back, too; and what the record tells of a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.stages.answers import long_content
from gateway.stages.redact import Redact
from tests.pii.serving import policy_with
from tests.support.canaries import EMAIL
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


async def called(stand: Stand, path: str, body: Any = None, method: str = "POST", **headers: str) -> AsgiCall:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    call = AsgiCall(path, raw, headers, method)
    await call.run(stand.edge)
    return call


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_goes_on_from_a_stored_one_is_restored(stream: bool) -> None:
    echo = Echo()
    stand = Stand(policy_with(), echo)
    await called(stand, "/v1/responses", {"model": "responses/m", "input": f"{MARK}{EMAIL}", "stream": stream})
    token = json.loads(echo.requests[0].body)["input"].removeprefix(MARK)
    echo.bend = lambda text: f"{text} {token}"
    more = {"model": "responses/m", "input": f"{MARK}and", "previous_response_id": "resp_1", "stream": stream}
    call = await called(stand, "/v1/responses", more)
    assert call.status == 200
    assert f"and {EMAIL}" in call.body.decode()
    assert token not in call.body.decode()
    assert EMAIL not in echo.requests[-1].body.decode()
    unasked = {"model": "responses/m", "input": f"{MARK}and", "stream": stream}
    assert token in (await called(stand, "/v1/responses", unasked)).body.decode()


@pytest.mark.parametrize("long", [False, True])
async def test_the_results_of_a_batch_are_restored(long: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream = ScriptedUpstream()
    stand = Stand(policy_with(), upstream)

    async def asked(answer: Any, path: str, body: Any = None, method: str = "POST", **headers: str) -> AsgiCall:
        raw = answer if isinstance(answer, bytes) else json.dumps(answer, indent=1).encode()
        upstream._answers = iter([ScriptedResponse(200, JSON, [raw[at : at + 37] for at in range(0, len(raw), 37)])])
        return await called(stand, path, body, method, **headers)

    line = {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "responses/m", "messages": [{"role": "user", "content": f"to {EMAIL}"}]},
    }
    head = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    head += b'--b\r\nContent-Disposition: form-data; name="file"; filename="b.jsonl"\r\n\r\n'
    form = head + json.dumps(line).encode() + b"\r\n--b--\r\n"
    stored = {"id": "file-in", "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
    made = await asked(stored, "/v1/files", form, **{"content-type": "multipart/form-data; boundary=b"})
    assert made.status == 200, made.body
    sent = upstream.requests[-1].body.decode()
    token = sent.partition("to ")[2].partition('"')[0]
    assert token.startswith("EMAIL_")

    batch = {"id": "batch_1", "object": "batch", "status": "completed", "output_file_id": "file-out"}
    wish = {"input_file_id": "file-in", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    assert (await asked(batch, "/v1/batches", wish)).status == 200
    result = {"custom_id": "1", "response": {"body": {"choices": [{"message": {"content": f"Dear {token}"}}]}}}
    lines = b"\n".join([json.dumps(result).encode()] * 20) + b"\n"
    if long:
        monkeypatch.setattr(long_content, "MAX_ANSWER_BYTES", 100)
        monkeypatch.setattr(long_content, "PIECE", 100)
    shown = await asked(lines, "/v1/files/file-out/content", method="GET")
    assert shown.status == 200, shown.body
    assert ("content-length" in shown.headers) is not long
    assert [json.loads(line) for line in shown.body.splitlines()] == [
        json.loads(line.replace(token.encode(), EMAIL.encode())) for line in lines.split(b"\n") if line
    ]


async def test_the_record_and_the_metrics_tell_types_and_numbers() -> None:
    echo = Echo()
    stand = Stand(policy_with(), echo)
    text = f"{MARK}{EMAIL} {EMAIL} 4111 1111 1111 1111 EMAIL_000aaa"
    await called(stand, "/v1/chat/completions", {"model": "chat/m", "messages": [{"role": "user", "content": text}]})
    [row] = stand.ledger.rows
    assert row.personal_data_summary == "credit_card:mask=1,email:pseudonymise=2,restored=2,unknown=1"
    await called(
        stand,
        "/v1/chat/completions",
        {"model": "chat/m", "messages": [{"role": "user", "content": "sk_live_" + "a1B2c3D4" * 4}]},
    )
    assert stand.ledger.rows[-1].personal_data_summary == "secret:block=1"
    told = stand.metrics.exposition().decode()
    assert 'gateway_personal_data_total{action="pseudonymise",type="email"} 2.0' in told
    assert 'gateway_personal_data_total{action="restored",type="token"} 2.0' in told


async def test_a_replay_restores_values_and_other_tokens_ask_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Echo()
    stand = Stand(policy_with(), echo)
    body = {"model": "chat/m", "messages": [{"role": "user", "content": f"{MARK}{EMAIL}"}]}
    key = {"idempotency-key": "one"}
    first, second = [await called(stand, "/v1/chat/completions", body, **key) for _ in range(2)]
    assert EMAIL in first.body.decode()
    assert (first.body, second.headers["idempotent-replayed"]) == (second.body, "true")
    assert len(echo.requests) == 1
    monkeypatch.setattr(Redact, "_dates", lambda _: dict.fromkeys(("day", "month", "year"), "2031-01-01"))
    later = await called(stand, "/v1/chat/completions", body, **key)  # a new epoch has other tokens
    assert EMAIL in later.body.decode()
    assert (later.headers["x-gateway-cache"], len(echo.requests)) == ("bypass", 2)
    assert (await called(stand, "/v1/chat/completions", {**body, "user": "u"}, **key)).status == 409


async def test_the_cache_holds_words_and_each_reader_gets_values_of_its_own() -> None:
    echo = Echo()
    stand = Stand(policy_with(team="rules, cache: {enabled: true, ttl: 1h}"), echo)
    body = {"model": "chat/m", "messages": [{"role": "user", "content": f"{MARK}{EMAIL}"}]}
    first = await called(stand, "/v1/chat/completions", body)
    second = await called(stand, "/v1/chat/completions", body)
    assert (first.headers["x-gateway-cache"], second.headers["x-gateway-cache"]) == ("miss", "hit")
    assert EMAIL in first.body.decode()
    assert first.body == second.body
    assert len(echo.requests) == 1
    other = {"model": "chat/m", "messages": [{"role": "user", "content": f"{MARK}beat@example.ch"}]}
    assert (await called(stand, "/v1/chat/completions", other)).headers["x-gateway-cache"] == "miss"
