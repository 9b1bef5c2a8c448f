"""The laws of the pipeline: whatever happens at whatever point, every entered stage settles once, a known key's request
leaves exactly one usage row, and the provider's connection is let go."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from gateway import stages
from gateway.core.events import Delta
from gateway.core.policy import Alias, Target
from gateway.errors import UpstreamCut, UpstreamTimedOut, UpstreamUnreachable
from gateway.exchange import Batch, Exchange, Flow
from gateway.pipeline import STAGES, OrderBroken, Pipeline
from gateway.stages.call import Call
from gateway.stages.calls import failures
from gateway.stages.choose import Choose
from gateway.stages.stage import Stage, has
from tests.support.fakes import AsgiCall, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

SSE = {"content-type": "text/event-stream"}
IDEMPOTENT = {"idempotency-key": "k"}


def chunk(**delta: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return b"data: " + json.dumps({"id": "c1", "model": "m", "created": 1, "choices": [choice]}).encode() + b"\n\n"


USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
LAST = (
    b'data: {"id":"c1","model":"m","created":1,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"id":"c1","model":"m","created":1,"choices":[],"usage":' + json.dumps(USAGE).encode() + b"}\n\n"
    b"data: [DONE]\n\n"
)
FRAMES = [
    chunk(role="assistant", content=""),
    chunk(content="one"),
    chunk(content=" two"),
    chunk(content=" three"),
    LAST,
]


def request(stream: bool = True, model: str = "fast-chat") -> bytes:
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]}).encode()


def test_each_module_of_stages_is_a_stage_named_by_it() -> None:
    """What a stage does its work with has a folder of its own; so the list of files is the list of stages."""
    modules = {path.stem for path in Path(stages.__path__[0]).glob("*.py")} - {"__init__", "stage"}
    names = {f"gateway.stages.{module}": module.replace("_", "") for module in modules}
    stages_by_module = {stage.__module__: stage.__name__.lower() for stage in STAGES}
    assert stages_by_module == names, "what is no stage goes into a folder of gateway/stages; a stage into STAGES"


class Watched:
    """Counts the verbs of every stage."""

    def __init__(self) -> None:
        self.entered: Counter[str] = Counter()
        self.settled: Counter[str] = Counter()

    def wrap(self, stage: Stage) -> Stage:
        name, enter, settle = type(stage).__name__, stage.enter, stage.settle

        def counted_enter(exchange: Exchange) -> Awaitable[None] | None:
            self.entered[name] += 1
            return enter(exchange)

        def counted_settle(exchange: Exchange) -> None:
            self.settled[name] += 1
            settle(exchange)

        stage.enter = counted_enter  # type: ignore[method-assign]
        stage.settle = counted_settle  # type: ignore[method-assign]
        return stage


def stand_of(upstream: ScriptedUpstream) -> tuple[Stand, Watched]:
    watched = Watched()
    return Stand(policy_for("http://127.0.0.1:9"), upstream, watched.wrap), watched


async def settled(stand: Stand, watched: Watched) -> None:
    async with asyncio.timeout(60):
        while stand.edge.in_flight:
            await asyncio.sleep(0)
    assert watched.entered == watched.settled
    assert all(count == 1 for count in watched.settled.values())
    assert stand.metrics.in_flight == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("point", range(1, len(FRAMES) + 3))
@pytest.mark.parametrize("short", [False, True])
async def test_client_leaves_at_every_message(point: int, short: bool) -> None:
    response = ScriptedResponse(200, SSE, list(FRAMES))
    stand, watched = stand_of(ScriptedUpstream(response))
    call = AsgiCall("/v1/chat/completions", request(), short=short)
    call.leave_at = point
    await call.run(stand.edge)
    await settled(stand, watched)
    (row,) = stand.ledger.rows
    assert response.closed
    whole = call.messages[-1].get("more_body") is False
    assert row.status == ("ok" if whole else "client_closed")
    if whole:
        assert (row.usage.input_tokens, row.usage.output_tokens) == (7, 3)
    elif row.cost is None:
        assert stand.ledger.estimates[0] is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False])
async def test_client_leaves_while_the_provider_thinks(stream: bool) -> None:
    stand, watched = stand_of(ScriptedUpstream(None))
    call = AsgiCall("/v1/chat/completions", request(stream))
    serving = asyncio.create_task(call.run(stand.edge))
    async with asyncio.timeout(60):
        while not stand.upstream.requests:
            await asyncio.sleep(0)
    call.leave()
    await serving
    await settled(stand, watched)
    assert [row.status for row in stand.ledger.rows] == ["client_closed"]
    assert call.messages == []


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [stage.__name__ for stage in STAGES])
@pytest.mark.parametrize("verb", ["enter", "settle", "note"])
async def test_a_defect_in_any_stage_refuses_and_settles(failing: str, verb: str) -> None:
    stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    stage = next(stage for stage in stand.stages if type(stage).__name__ == failing)
    if verb == "note" and not has(stage, "note"):
        return  # an absent verb cannot fail
    inner = getattr(stage, verb)

    async def broken_enter(exchange: Exchange) -> None:
        if (waiting := inner(exchange)) is not None:
            await waiting
        raise RuntimeError("personal data in a message")

    def broken_settle(exchange: Exchange) -> None:
        inner(exchange)
        raise RuntimeError("personal data in a message")

    def broken_note(exchange: Exchange, batch: Any) -> Any:
        inner(exchange, batch)
        raise RuntimeError("personal data in a message")

    setattr(stage, verb, {"enter": broken_enter, "settle": broken_settle, "note": broken_note}[verb])
    stand.build()
    call = AsgiCall("/v1/chat/completions", request())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert b"personal" not in call.body
    assert (call.status, call.headers.get("x-should-retry")) == ((200, None) if verb == "settle" else (500, "false"))
    assert len(stand.ledger.rows) == (0 if verb == "enter" and failing in ("Observe", "Audit", "Identify") else 1)
    if verb != "settle" and stand.ledger.rows:
        assert stand.ledger.rows[0].status == "failed"


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [UpstreamUnreachable("u"), UpstreamTimedOut("t"), UpstreamCut("c")], ids=repr)
@pytest.mark.parametrize("late", [False, True], ids=["soon", "late"])
async def test_the_provider_fails_before_the_first_byte(
    error: Exception, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if late:
        monkeypatch.setattr(failures, "HARDLY_BEGUN", 0.0)
    stand, watched = stand_of(ScriptedUpstream(error))
    call = AsgiCall("/v1/chat/completions", request())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.status == error.status  # type: ignore[attr-defined]
    *before, row = stand.ledger.rows
    # What broke off is tried once more; where it took its time, either call may be billed.
    assert len(stand.upstream.requests) == 1 + (not isinstance(error, UpstreamTimedOut))
    assert len(before) == (late and isinstance(error, UpstreamCut))
    assert {each.status for each in (*before, row)} == {"upstream_error"}
    billed = isinstance(error, UpstreamTimedOut) or (late and isinstance(error, UpstreamCut))
    assert [estimate is not None for estimate in stand.ledger.estimates] == [billed] * len(stand.ledger.rows)


@pytest.mark.asyncio
@pytest.mark.parametrize("after", range(len(FRAMES)))
@pytest.mark.parametrize("how", ["reset", "end", "nonsense"])
@pytest.mark.parametrize("short", [False, True])
async def test_the_provider_breaks_off_after_every_frame(after: int, how: str, short: bool) -> None:
    ending: list[Any] = {"reset": [UpstreamCut("cut")], "end": [], "nonsense": [b"data: {]\n\n"]}[how]
    response = ScriptedResponse(200, SSE, [*FRAMES[:after], *ending])
    stand, watched = stand_of(ScriptedUpstream(response))
    call = AsgiCall("/v1/chat/completions", request(), short=short)
    await call.run(stand.edge)
    await settled(stand, watched)
    assert response.closed
    (row,) = stand.ledger.rows
    begun = after > 0 or how == "nonsense"
    assert (stand.ledger.estimates[0] is not None) == begun, "what broke off at once, with nothing said, costs nothing"
    if after:
        assert call.status == 200
        assert call.body.count(b'"error"') == 1
        assert b"[DONE]" not in call.body
        assert row.status == "upstream_cut"
    else:  # tried once more, where it broke off
        assert len(stand.upstream.requests) == 1 + (how != "nonsense")
        assert call.status == 502
        assert row.status == "upstream_error"


@pytest.mark.asyncio
@pytest.mark.parametrize("after", range(3))
@pytest.mark.parametrize("late", [False, True], ids=["soon", "late"])
async def test_another_attempt_takes_over_until_content_comes(
    after: int, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if late:
        monkeypatch.setattr(failures, "HARDLY_BEGUN", 0.0)
    cut = ScriptedResponse(200, SSE, [*FRAMES[:after], UpstreamCut("cut")])
    whole = ScriptedResponse(200, SSE, list(FRAMES))
    upstream = ScriptedUpstream(cut, whole)
    targets = Target(provider="openai", model="a"), Target(provider="grok", model="b")
    alias = Alias(name="with-fallback", targets=targets[:1], fallbacks=targets[1:])
    stand = Stand(policy_for("http://127.0.0.1:9", models=(alias,)), upstream)
    call = AsgiCall("/v1/chat/completions", request(model="with-fallback"))
    await call.run(stand.edge)
    *before, row = stand.ledger.rows
    assert call.status == 200
    assert cut.closed
    if after < 2:
        booked = [(f"{row.request_id}.failed1", "openai")] if late else []
        assert [(failed.request_id, failed.provider) for failed in before] == booked, "it may be billed"
        assert not late or stand.ledger.estimates[0] is not None
        assert (row.status, row.provider, row.attempts) == ("ok", "grok", 2)
        assert call.body.count(b"one") == 1
    else:
        assert (row.status, row.provider, row.attempts) == ("upstream_cut", "openai", 1)


@pytest.mark.asyncio
async def test_a_whole_answer_is_relayed_byte_for_byte() -> None:
    body = json.dumps(
        {
            "id": "c1",
            "object": "chat.completion",
            "model": "m",
            "created": 1,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "usage": USAGE,
            "unknown": {"kept": 12345678901234567890123},
        },
        indent=1,
    ).encode()
    stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, {"content-type": "application/json"}, [body])))
    call = AsgiCall("/v1/chat/completions", request(stream=False))
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.body == body
    assert call.headers["x-gateway-cost"] == "0.00000001 USD"
    assert stand.ledger.rows[0].status == "ok"


@pytest.mark.asyncio
@pytest.mark.parametrize("short", [False, True])
async def test_a_stream_is_relayed_byte_for_byte_without_the_frame_that_only_we_asked_for(short: bool) -> None:
    stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    call = AsgiCall("/v1/chat/completions", request(), short=short)
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.pieces == ([FRAMES[3]] if short else []), "the first whose pattern was known by then"
    assert json.loads(stand.upstream.requests[0].body)["stream_options"] == {"include_usage": True}
    first, _usage, done = [piece + b"\n\n" for piece in LAST.split(b"\n\n") if piece]
    assert call.body == b"".join(FRAMES[:-1]) + first + done


@pytest.mark.asyncio
async def test_what_took_the_fast_path_is_counted_audited_and_kept_as_what_went_through_the_pipeline() -> None:
    told: dict[bool, list[Any]] = {}
    for short in (False, True):
        stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
        account = next(stage for stage in stand.stages if type(stage).__name__ == "Account")
        settle, call = account.settle, AsgiCall("/v1/chat/completions", request(), IDEMPOTENT, short=short)

        def look_and_settle(exchange: Exchange, settle: Any = settle, short: bool = short) -> None:
            said, usage = exchange.trail.answer, exchange.record.usage
            told[short] = [said, exchange.replay_capture.pieces, usage]
            settle(exchange)

        account.settle = look_and_settle  # type: ignore[method-assign]
        stand.build()
        await call.run(stand.edge)
        await settled(stand, watched)
        assert len(call.pieces) == short
    assert told[True] == told[False]
    assert [event.text for event in told[True][0] if isinstance(event, Delta)] == ["one", " two", " three"]
    assert b"".join(told[True][1]) == b"".join(FRAMES)


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [b'data: {"error":{"message":"overloaded"}}\n\n', b"data: {]\n\n"])
async def test_behind_an_error_nothing_takes_the_fast_path(error: bytes) -> None:
    late = [chunk(content=" late"), chunk(content=" later")]
    response = ScriptedResponse(200, SSE, [*FRAMES[:4], error, *late, LAST])
    stand, watched = stand_of(ScriptedUpstream(response))
    call = AsgiCall("/v1/chat/completions", request(), short=True)
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.pieces == [FRAMES[3]]
    assert call.body.startswith(b"".join(FRAMES[:4]) + b'data: {"error":')
    assert b"late" not in call.body
    assert stand.ledger.rows[0].status == "upstream_cut"


@pytest.mark.asyncio
async def test_a_defect_on_the_fast_path_ends_the_answer_as_one_in_the_pipeline_does() -> None:
    stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    call = AsgiCall("/v1/chat/completions", request(), short=True)

    def broken_write(_: bytes) -> bool:
        raise RuntimeError("personal data in a message")

    call.write = broken_write  # type: ignore[method-assign]
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.body.startswith(b"".join(FRAMES[:3]) + b'data: {"error":')
    assert b"personal" not in call.body
    assert b"three" not in call.body
    assert stand.ledger.rows[0].status == "failed"


class Closing:
    """A flow that says when it is closed, and fails in it if it is to."""

    def __init__(self, flow: Flow, broken: bool) -> None:
        self._flow = flow
        self._broken = broken
        self.closed = False

    def __aiter__(self) -> Closing:
        return self

    async def __anext__(self) -> Batch:
        return await self._flow.__anext__()

    async def aclose(self) -> None:
        self.closed = True
        if self._broken:
            raise RuntimeError("personal data in a message")


@pytest.mark.asyncio
@pytest.mark.parametrize("failing", [stage.__name__ for stage in STAGES if has(stage, "watch")])
async def test_a_defect_in_closing_one_flow_leaves_no_other_open(failing: str) -> None:
    stand, watched = stand_of(ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    made: list[Closing] = []
    for stage in stand.stages:
        if has(stage, "watch"):

            def watching(
                exchange: Exchange, flow: Flow, broken: bool = type(stage).__name__ == failing, watch: Any = stage.watch
            ) -> Flow:
                made.append(Closing(watch(exchange, flow), broken))
                return made[-1]

            stage.watch = watching  # type: ignore[method-assign]
    stand.build()
    call = AsgiCall("/v1/chat/completions", request())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert made
    assert all(flow.closed for flow in made)
    assert call.messages[-1].get("more_body") is False
    assert [row.status for row in stand.ledger.rows] == ["ok"]


@pytest.mark.asyncio
async def test_a_stranger_leaves_no_row_and_its_body_is_not_read() -> None:
    stand, watched = stand_of(ScriptedUpstream(None))
    call = AsgiCall("/v1/chat/completions", request(), {"authorization": "Bearer wrong"})
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.status == 401
    assert stand.ledger.rows == []
    assert call._body is not None


@pytest.mark.asyncio
async def test_a_full_ledger_lets_nobody_in() -> None:
    stand, watched = stand_of(ScriptedUpstream(None))
    stand.ledger.full = True
    call = AsgiCall("/v1/chat/completions", request())
    await call.run(stand.edge)
    await settled(stand, watched)
    assert call.status == 503
    assert b"audit_unavailable" in call.body
    assert call.headers["retry-after"] == "5"
    assert stand.upstream.requests == []


@pytest.mark.asyncio
async def test_cancelling_the_servers_task_settles_too() -> None:
    stand, watched = stand_of(ScriptedUpstream(None))
    call = AsgiCall("/v1/chat/completions", request())
    serving = asyncio.create_task(call.run(stand.edge))
    async with asyncio.timeout(60):
        while not stand.upstream.requests:
            await asyncio.sleep(0)
    serving.cancel()
    await asyncio.wait({serving})
    await settled(stand, watched)
    assert len(stand.ledger.rows) == 1


@pytest.mark.asyncio
async def test_a_broken_order_is_refused() -> None:
    stand, _ = stand_of(ScriptedUpstream(None))
    by_kind = {type(stage): stage for stage in stand.stages}
    order = [by_kind[kind] for kind in STAGES if kind is not Choose]
    order.append(by_kind[Choose])
    with pytest.raises(OrderBroken, match="CountTokens must come after Choose"):
        Pipeline(order)
    assert order[-2] is by_kind[Call]


def test_every_stage_gives_its_reason() -> None:
    assert all(stage.after for stage in STAGES[1:])
