"""The audit's law: whatever happens at whatever point, a known key's request leaves one outcome, after its request's
record where anything was sent; and in strict mode neither leaves the house before the disk has it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.audit.wrapping import CannotUnwrap
from gateway.audit.writer import day_mark, day_of
from gateway.core.audit import AuditMode, AuditPolicy
from gateway.core.caching import CachePolicy
from gateway.core.policy import Policy
from gateway.core.ports import Record
from gateway.core.privacy import DATA_TYPES
from gateway.core.privacy_rules import PrivacyChoice, RuleSet
from gateway.errors import UpstreamCut, UpstreamTimedOut
from gateway.exchange import Exchange
from gateway.pipeline import STAGES
from gateway.providers.transport import UpstreamRequest
from gateway.stages.stage import Stage
from tests.laws.test_pipeline import FRAMES, LAST, SSE, USAGE, chunk, request
from tests.support.audit_logs import PSEUDONYMS, WRAPPER
from tests.support.audited import Audited, texts
from tests.support.canaries import EMAIL
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

WHOLE = msgspec.json.encode(
    {
        "id": "c1",
        "object": "chat.completion",
        "model": "m",
        "created": 1,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "one two three"}, "finish_reason": "stop"}
        ],
        "usage": USAGE,
    }
)


def audited_as(**settings: Any) -> Policy:
    policy = policy_for("http://127.0.0.1:9")
    team = msgspec.structs.replace(policy.teams["demo"], audit=AuditPolicy(**settings))
    return msgspec.structs.replace(policy, teams={**policy.teams, "demo": team})


def stand_of(upstream: ScriptedUpstream, **settings: Any) -> Stand:
    return Stand(audited_as(**settings), upstream)


def streaming() -> ScriptedResponse:
    return ScriptedResponse(200, SSE, list(FRAMES))


def whole() -> ScriptedResponse:
    return ScriptedResponse(200, {"content-type": "application/json"}, [WHOLE])


async def asked(stand: Stand, body: bytes | None = None, **options: Any) -> AsgiCall:
    call = AsgiCall("/v1/chat/completions", request() if body is None else body, options.get("headers"))
    call.leave_at = options.get("leave_at")
    await call.run(stand.edge)
    return call


async def audit_of(stand: Stand) -> Audited:
    """After everything has settled."""
    async with asyncio.timeout(60):
        while stand.edge.in_flight:
            await asyncio.sleep(0)
    await stand.audit.close()
    return Audited(stand.journal.records)


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_and_its_answer_are_on_record(stream: bool) -> None:
    stand = stand_of(ScriptedUpstream(streaming() if stream else whole()))
    body = request(stream)
    call = await asked(stand, body)
    audit = await audit_of(stand)
    ((before, sent),) = audit.of_kind("request")
    ((after, got),) = audit.of_kind("outcome")
    assert call.status == 200
    assert sent is not None
    assert sent.prompt == body
    assert sent.address == "127.0.0.1"
    assert (before.provider, before.region, before.mode) == ("openai", "us", "strict")
    assert got is not None
    assert got.answer == [{"kind": "text", "text": "one two three"}]
    assert (after.status, after.http_status, after.finish, after.partial) == ("ok", 200, "stop", False)
    assert (after.input_tokens, after.output_tokens, after.cost_nano, after.currency) == (7, 3, 10, "USD")
    assert before.request == after.request == call.headers["x-gateway-request-id"]
    assert (before.team, before.person) == (after.team, after.person)
    assert "demo" not in str(after)
    assert audit.verdict().state == "whole"


@pytest.mark.asyncio
@pytest.mark.parametrize("point", range(1, len(FRAMES) + 3))
async def test_client_leaves_at_every_message(point: int) -> None:
    stand = stand_of(ScriptedUpstream(streaming()))
    call = await asked(stand, leave_at=point)
    audit = await audit_of(stand)
    ((after, got),) = audit.of_kind("outcome")
    assert len(audit.of_kind("request")) == 1
    complete = call.messages[-1].get("more_body") is False
    assert after.status == "ok" if complete else after.status in {"client_closed", "ok"}
    assert after.partial == (after.status != "ok")
    assert "one two three".startswith(texts(got))
    assert texts(got) or point <= 2  # left before any text came


@pytest.mark.asyncio
@pytest.mark.parametrize("after_frames", range(len(FRAMES)))
async def test_an_answer_that_broke_off_is_recorded_with_what_had_come(after_frames: int) -> None:
    stand = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, [*FRAMES[:after_frames], UpstreamCut("cut")])))
    await asked(stand)
    audit = await audit_of(stand)
    ((after, got),) = audit.of_kind("outcome")
    assert after.status == ("upstream_cut" if after_frames else "upstream_error")
    assert after.error == "upstream_cut"
    assert after.partial == (after_frames > 0)
    assert texts(got) == "".join(["", "one", " two", " three"][:after_frames])


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [stage.__name__ for stage in STAGES])
@pytest.mark.parametrize("verb", ["enter", "settle"])
async def test_a_defect_in_any_stage_leaves_one_outcome(failing: str, verb: str) -> None:
    stand = stand_of(ScriptedUpstream(streaming()))
    stage = next(stage for stage in stand.stages if type(stage).__name__ == failing)
    inner = getattr(stage, verb)
    if inner.__func__ is getattr(Stage, verb):
        return  # an absent verb cannot fail

    async def broken_enter(exchange: Exchange) -> None:
        if (waiting := inner(exchange)) is not None:
            await waiting
        raise RuntimeError("a defect")

    def broken_settle(exchange: Exchange) -> None:
        inner(exchange)
        raise RuntimeError("a defect")

    setattr(stage, verb, {"enter": broken_enter, "settle": broken_settle}[verb])
    stand.build()
    await asked(stand)
    audit = await audit_of(stand)
    known = not (verb == "enter" and failing in {"Observe", "Audit"})
    assert [header.status for header, _ in audit.of_kind("outcome")] == (
        [] if not known else ["ok" if verb == "settle" else "failed"]
    )
    sent = len(stand.upstream.requests)
    assert len(audit.of_kind("request")) >= sent
    assert audit.verdict().state == "whole"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "malformed_body"),
        (request(model="nobody-knows"), {}, "model_not_found"),
        (request(), {"content-encoding": "gzip"}, "encoding_not_supported"),
    ],
    ids=["malformed", "unknown model", "encoding"],
)
async def test_every_refusal_of_a_known_key_is_on_record(body: bytes, headers: dict[str, str], code: str) -> None:
    stand = stand_of(ScriptedUpstream(None))
    call = await asked(stand, body, headers=headers)
    audit = await audit_of(stand)
    ((after, _),) = audit.of_kind("outcome")
    assert (after.status, after.error, after.http_status) == ("refused", code, call.status)
    assert audit.of_kind("request") == []


@pytest.mark.asyncio
async def test_a_stranger_leaves_nothing() -> None:
    stand = stand_of(ScriptedUpstream(None))
    await asked(stand, headers={"authorization": "Bearer wrong"})
    assert (await audit_of(stand)).of_kind("outcome") == []


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [UpstreamTimedOut("t"), None], ids=["timeout", "client leaves"])
async def test_a_provider_that_says_nothing_leaves_request_and_outcome(error: Exception | None) -> None:
    stand = stand_of(ScriptedUpstream(error))
    call = AsgiCall("/v1/chat/completions", request())
    serving = asyncio.create_task(call.run(stand.edge))
    async with asyncio.timeout(60):
        while not stand.upstream.requests:
            await asyncio.sleep(0)
    call.leave()
    await serving
    audit = await audit_of(stand)
    assert [header.status for header, _ in audit.of_kind("outcome")] == [
        "client_closed" if error is None else "upstream_error"
    ]
    assert len(audit.of_kind("request")) == 1


# ------------------------------------------------------------------------------------------------------------ order


def taken(stand: Stand, *kinds: str) -> list[Record]:
    return [record for record in stand.journal.records if record.kind in kinds]


class Trace:
    """Who did what, in order: the disk, the provider, the client."""

    def __init__(self, stand: Stand) -> None:
        self.steps: list[tuple[str, int]] = []
        journal, upstream = stand.journal, stand.upstream
        durable, send = journal.durable, upstream.send

        async def traced_durable(number: int, *refusal: Any) -> None:
            await durable(number, *refusal)
            self.steps.append(("disk", number))

        async def traced_send(*arguments: Any) -> Any:
            self.steps.append(("provider", len(taken(stand, "audit"))))
            return await send(*arguments)

        journal.durable = traced_durable  # type: ignore[method-assign]
        upstream.send = traced_send  # type: ignore[method-assign]

    async def ask(self, stand: Stand, stream: bool) -> None:
        call = AsgiCall("/v1/chat/completions", request(stream))
        send = call.send

        async def traced(message: dict[str, Any]) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            self.steps.append(("last byte" if last else "byte", len(taken(stand, "audit"))))
            await send(message)

        call.send = traced  # type: ignore[method-assign]
        await call.run(stand.edge)
        assert call.status == 200


@pytest.mark.fault("J10")
@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_strict_mode_writes_before_it_speaks_five_hundred_times(stream: bool) -> None:
    stand = stand_of(ScriptedUpstream(streaming() if stream else whole()))
    for number in range(250):
        trace = Trace(stand)
        await trace.ask(stand, stream)
        names = [name for name, _ in trace.steps]
        first, second = (at for name, at in trace.steps if name == "disk")
        request_and_mark, outcome = taken(stand, "audit", "dispatched")[3 * number :][:2], taken(stand, "audit")[-1]
        assert [record.kind for record in request_and_mark] == ["audit", "dispatched"]
        assert (first, second) == (request_and_mark[-1].number, outcome.number)
        assert names.index("disk") < names.index("provider")
        assert len(names) - 1 - names[::-1].index("disk") < names.index("last byte")
        assert names.count("provider") == names.count("last byte") == 1
    kinds = [header.kind for header in Audited(stand.journal.records).headers]
    assert kinds == ["request", "outcome"] * 250


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["spool", "best_effort"])
async def test_the_other_modes_wait_for_no_disk_but_hand_over_in_the_same_order(mode: AuditMode) -> None:
    stand = stand_of(ScriptedUpstream(streaming()), mode=mode)
    await stand.audit.ready("demo")
    trace = Trace(stand)
    await trace.ask(stand, stream=True)
    assert "disk" not in [name for name, _ in trace.steps]
    assert ("provider", 1) in trace.steps
    assert trace.steps[-1] == ("last byte", 2)


@pytest.mark.asyncio
async def test_a_journal_that_cannot_take_it_lets_nothing_out_but_of_best_effort() -> None:
    for mode, served in (("strict", False), ("spool", False), ("best_effort", True)):
        stand = stand_of(ScriptedUpstream(streaming()), mode=mode)
        stand.journal.failing = True
        call = await asked(stand)
        assert call.status == (200 if served else 503)
        if not served:
            assert b"audit_unavailable" in call.body
            assert "retry-after" in call.headers
            assert stand.upstream.requests == []
        await audit_of(stand)


@pytest.mark.asyncio
async def test_a_disk_that_fails_before_the_dispatch_keeps_the_request_in() -> None:
    stand = stand_of(ScriptedUpstream(streaming()))
    stand.journal.broken = True
    call = await asked(stand)
    assert call.status == 503
    assert stand.upstream.requests == []
    ((after, _),) = (await audit_of(stand)).of_kind("outcome")
    assert after.error == "audit_unavailable"


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_a_disk_that_fails_before_the_end_keeps_the_last_byte_in(stream: bool) -> None:
    def break_the_disk() -> None:
        stand.journal.broken = True

    answer = ScriptedResponse(200, SSE, [break_the_disk, *FRAMES])
    if not stream:
        answer = ScriptedResponse(200, {"content-type": "application/json"}, [break_the_disk, WHOLE])
    stand = stand_of(ScriptedUpstream(answer))
    call = await asked(stand, request(stream))
    assert b"[DONE]" not in call.body
    assert b"audit_unavailable" in call.body
    assert call.status == (200 if stream else 503)
    ((after, _),) = (await audit_of(stand)).of_kind("outcome")
    (row,) = stand.ledger.rows
    told = row.usage.input_tokens, row.usage.output_tokens
    assert (row.status, told) == ("failed", (USAGE["prompt_tokens"], USAGE["completion_tokens"])), "it is billed"
    assert not row.usage.estimated
    assert row.cost is not None
    assert (after.input_tokens, after.output_tokens, after.cost_nano) == (*told, row.cost.nano)


# ------------------------------------------------------------------------------------------------ out of our memory


def remembering(*answers: ScriptedResponse, mode: AuditMode = "strict") -> Stand:
    policy = audited_as(mode=mode)
    team = msgspec.structs.replace(policy.teams["demo"], cache=CachePolicy(enabled=True))
    return Stand(msgspec.structs.replace(policy, teams={**policy.teams, "demo": team}), ScriptedUpstream(*answers))


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_what_is_answered_from_memory_is_one_record_on_the_disk_before_the_last_byte(stream: bool) -> None:
    stand = remembering(streaming() if stream else whole())
    await asked(stand, request(stream))
    trace = Trace(stand)
    await trace.ask(stand, stream)
    names = [name for name, _ in trace.steps]
    assert "provider" not in names
    assert names.count("disk") == 1
    assert names.index("disk") < names.index("last byte")
    audit = await audit_of(stand)
    assert [header.kind for header in audit.headers[-4:-1]] == ["request", "outcome", "outcome"]
    header, content = audit.of_kind("outcome")[-1]
    assert header.recalled
    assert content is not None
    assert (content.prompt, content.address, texts(content)) == (request(stream), "127.0.0.1", "one two three")
    assert audit.verdict().state == "whole"


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["strict", "spool", "best_effort"])
async def test_a_journal_that_fails_keeps_what_is_remembered_in(mode: AuditMode) -> None:
    stand = remembering(whole(), mode=mode)
    await stand.audit.ready("demo")  # without a key, what nobody waits for is written in any order
    body = request(stream=False)
    await asked(stand, body)
    stand.journal.failing = True
    call = await asked(stand, body)
    assert call.status == (200 if mode == "best_effort" else 503)
    assert (b"one two three" in call.body) is (mode == "best_effort")
    ((_, _), (after, content)) = (await audit_of(stand)).of_kind("outcome")
    assert after.error == ("" if mode == "best_effort" else "audit_unavailable")
    assert content is not None
    assert content.prompt == body


@pytest.mark.asyncio
async def test_who_leaves_while_an_equal_request_is_under_way_is_on_record_with_what_was_asked() -> None:
    stand = remembering(ScriptedResponse(200, {"content-type": "application/json"}, [None]))
    body = request(stream=False)
    calls = [AsgiCall("/v1/chat/completions", body) for _ in range(2)]
    first = asyncio.ensure_future(calls[0].run(stand.edge))
    while not stand.upstream.requests:
        await asyncio.sleep(0)
    calls[1].leave()
    await calls[1].run(stand.edge)
    calls[0].leave()
    await first
    audit = await audit_of(stand)
    assert calls[1].messages == []
    assert len(audit.of_kind("request")) == 1
    (left, content), (_, _) = audit.of_kind("outcome")
    assert (left.status, left.attempts) == ("client_closed", 0)
    assert content is not None
    assert content.prompt == body


class FarKeeper:
    """A keeper of keys that takes its time, and then does not answer."""

    current = WRAPPER.current
    unwrap = WRAPPER.unwrap

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        self.asked.set()
        self.answers.wait(10)
        raise CannotUnwrap("it does not answer")


def without_key(stand: Stand) -> FarKeeper:
    """The team's key of today is destroyed, and another cannot be had."""
    keeper = FarKeeper()
    stand.audit._writer._wrapper = keeper
    stand.audit.forget([day_mark(PSEUDONYMS.team("demo"), day_of(time.time()))])
    return keeper


@pytest.mark.asyncio
async def test_an_answer_that_no_key_can_be_had_for_leaves_an_outcome_all_the_same() -> None:
    stand = remembering(whole())
    await asked(stand, request(stream=False))
    without_key(stand).answers.set()
    call = await asked(stand, request(stream=False))
    assert call.status == 503
    (_, (header, content)) = (await audit_of(stand)).of_kind("outcome")
    assert (header.error, header.recalled, content) == ("audit_unavailable", True, None)


@pytest.mark.asyncio
async def test_who_leaves_while_the_key_for_the_outcome_is_fetched_is_on_record() -> None:
    stand = remembering(whole())
    await asked(stand, request(stream=False))
    keeper = without_key(stand)
    call = AsgiCall("/v1/chat/completions", request(stream=False))
    running = asyncio.ensure_future(call.run(stand.edge))
    assert await asyncio.to_thread(keeper.asked.wait, 10)
    call.leave()
    await running
    keeper.answers.set()
    (_, (header, _)) = (await audit_of(stand)).of_kind("outcome")
    assert (header.status, header.recalled) == ("client_closed", True)


# ---------------------------------------------------------------------------------------------------------- policy


@pytest.mark.asyncio
async def test_without_content_the_headers_alone_are_kept() -> None:
    stand = stand_of(ScriptedUpstream(streaming()), content="none")
    await asked(stand)
    audit = await audit_of(stand)
    assert [header.kind for header in audit.headers] == ["request", "outcome", "writer_close"]
    assert audit.contents == [None, None, None]
    assert all(shipment.record.content == b"" for shipment in audit.shipments)
    assert audit.headers[0].person


@pytest.mark.asyncio
async def test_addresses_are_left_out_where_policy_says_so() -> None:
    stand = stand_of(ScriptedUpstream(streaming()), omit_ip=True)
    await asked(stand)
    await asked(stand, b"{")
    assert [content.address for content in (await audit_of(stand)).contents if content] == ["", "", ""]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "arrange", [lambda it: None, lambda it: setattr(it, "broken", True)], ids=["well", "disk fails"]
)
async def test_nothing_reaches_the_journal_in_clear(arrange: Callable[[Any], None]) -> None:
    canary = "Xk9-canary-of-a-prompt"
    stand = stand_of(ScriptedUpstream(streaming()))
    arrange(stand.journal)
    await asked(stand, request().replace(b"Hi", canary.encode()))
    await audit_of(stand)
    everything = b"".join(record.payload + record.key.encode() for record in stand.journal.records)
    audited = b"".join(record.payload + record.key.encode() for record in taken(stand, "audit"))
    assert audited
    for secret in (canary.encode(), b"one", b" three", b"127.0.0.1"):
        assert secret not in everything, secret
    for secret in (b"fast-chat", b"demo"):
        assert secret not in audited, secret


# ---------------------------------------------------------------------------------------------------- personal data


def guarded() -> Policy:
    """The team's data is replaced by stand-ins before it leaves."""
    policy = audited_as()
    nothing = dict.fromkeys(DATA_TYPES, "allow")
    rules = RuleSet(name="guard", cloud={**nothing, "email": "pseudonymise"}, sovereign=nothing)  # type: ignore[arg-type]
    team = msgspec.structs.replace(policy.teams["demo"], pii=PrivacyChoice(rules="guard"))
    return msgspec.structs.replace(policy, pii={"guard": rules}, teams={**policy.teams, "demo": team})


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_a_value_that_is_held_back_from_providers_is_held_back_from_the_audit(stream: bool) -> None:
    stand = Stand(guarded(), ScriptedUpstream(None))

    async def echo(sent: UpstreamRequest, _: Any) -> ScriptedResponse:
        token = json.loads(sent.body)["messages"][-1]["content"].split()[-1]
        assert EMAIL not in token
        if stream:
            frames = [chunk(role="assistant", content=""), chunk(content=f"Mail {token} "), chunk(content="now"), LAST]
            return ScriptedResponse(200, SSE, frames)
        return ScriptedResponse(
            200, {"content-type": "application/json"}, [WHOLE.replace(b"one two three", token.encode())]
        )

    stand.upstream.send = echo  # type: ignore[method-assign]
    call = await asked(stand, request(stream).replace(b"Hi", f"Write to {EMAIL}".encode()))
    assert EMAIL.encode() in call.body  # the client gets it back
    audit = await audit_of(stand)
    ((before, sent),) = audit.of_kind("request")
    ((after, got),) = audit.of_kind("outcome")
    assert before.pii == {"email": 1}
    assert before.edits == {"hint": 1, "redact": 1}
    assert sent is not None
    assert EMAIL.encode() not in sent.prompt
    assert b"Write to" in sent.prompt
    assert {stage for _, stage in sent.changes} == {"hint", "redact"}
    assert texts(got)
    assert EMAIL not in str(msgspec.to_builtins(got))
    assert after.status == "ok"
