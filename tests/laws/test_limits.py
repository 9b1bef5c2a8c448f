"""The laws of what is held: however a request ends, its place is given back, and its money is posted or released."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from gateway.core.audit import AuditMode, AuditPolicy
from gateway.core.jobs import Job
from gateway.core.limits import Budget, Quotas
from gateway.core.money import NANO, Money
from gateway.core.policy import Policy, Timeouts
from gateway.errors import Overloaded, UpstreamTimedOut, UpstreamUnreachable
from gateway.exchange import Exchange
from gateway.journal.open_calls import DISPATCHED
from gateway.pipeline import STAGES
from gateway.providers.transport import UpstreamRequest, UpstreamResponse
from tests.laws.test_pipeline import FRAMES, SSE, request
from tests.support.each_case import each_case
from tests.support.fakes import AsgiCall, FakeJournal, ScriptedResponse, ScriptedUpstream, Stand
from tests.support.running import policy_for

pytestmark = pytest.mark.asyncio

LIMIT = Money(NANO, "USD")


def limited() -> Policy:
    policy = policy_for("http://127.0.0.1:9")
    team = msgspec.structs.replace(
        policy.teams["demo"],
        quotas=Quotas(requests_per_minute=1000, tokens_per_minute=1_000_000, concurrent=5),
        budgets=(Budget(name="month", period="month", limit=LIMIT), Budget(name="day", period="day", limit=LIMIT)),
    )
    return msgspec.structs.replace(policy, teams=policy.teams | {"demo": team})


async def held(stand: Stand) -> tuple[set[int], set[int], int]:
    """(posted, reserved) of the budgets, and the places taken, once everything handed over is settled."""
    stand.limits.start()
    await stand.limits.settling.drain()
    await stand.limits.close()
    counters = stand.limits.budgets._counters
    names = [name for name in counters._counters if name.startswith("team/")]  # type: ignore[attr-defined]
    found = [await counters.read(name) for name in names]
    places = (await counters.read("now/team/demo"))[1]
    return {posted for posted, _ in found}, {reserved for _, reserved in found}, places


async def run(stand: Stand, leave_at: int | None = None) -> AsgiCall:
    call = AsgiCall("/v1/chat/completions", request())
    call.leave_at = leave_at
    await call.run(stand.edge)
    async with asyncio.timeout(60):
        while stand.edge.in_flight:
            await asyncio.sleep(0)
    return call


@each_case("point", range(1, len(FRAMES) + 3))
async def test_a_client_leaves_at_every_message(point: int) -> None:
    stand = Stand(limited(), ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    await run(stand, leave_at=point)
    posted, reserved, places = await held(stand)
    assert reserved == {0}
    assert places == 0
    assert posted != {0}, "what was said was paid for"


async def test_an_answer_costs_what_it_used() -> None:
    stand = Stand(limited(), ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))))
    call = await run(stand)
    assert call.status == 200
    assert call.headers["x-ratelimit-limit-requests"] == "1000"
    assert await held(stand) == ({10}, {0}, 0)


class Looking(ScriptedUpstream):
    """Notes what the disk has when a request leaves."""

    journal: FakeJournal

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        self.on_disk = [record.kind for record in self.journal.records if record.number <= self.journal.durable_to]
        return await super().send(request, timeouts)


@pytest.mark.parametrize("mode", ["strict", "spool", "best_effort"])
async def test_a_call_that_money_is_held_for_is_on_the_disk_before_it_leaves(mode: AuditMode) -> None:
    policy, upstream = limited(), Looking(ScriptedResponse(200, SSE, list(FRAMES)))
    team = msgspec.structs.replace(policy.teams["demo"], audit=AuditPolicy(mode=mode))
    stand = Stand(msgspec.structs.replace(policy, teams={"demo": team}), upstream)
    upstream.journal = stand.journal
    assert (await run(stand)).status == 200
    assert DISPATCHED in upstream.on_disk
    stand.journal.broken = True
    assert (await run(stand)).status == 503
    assert len(upstream.requests) == 1, "what cannot be written down is not sent"


async def test_a_provider_that_was_not_reached_costs_nothing() -> None:
    stand = Stand(limited(), ScriptedUpstream(UpstreamUnreachable("away")))
    await run(stand)
    assert await held(stand) == ({0}, {0}, 0)


async def test_a_call_that_may_be_billed_and_whose_cost_nobody_knows_counts_as_what_was_held() -> None:
    """The ledger of this stand counts no text, so that the row that is charged for the call has no cost."""
    stand = Stand(limited(), ScriptedUpstream(UpstreamTimedOut("late")))
    await run(stand)
    posted, reserved, places = await held(stand)
    assert (reserved, places, stand.ledger.rows[-1].cost) == ({0}, 0, None)
    assert posted != {0}


@pytest.mark.parametrize("verb", ["enter", "settle"])
@pytest.mark.parametrize("failing", [stage.__name__ for stage in STAGES])
async def test_a_defect_in_any_stage_keeps_nothing(failing: str, verb: str) -> None:
    async def broken_enter(exchange: Exchange) -> None:
        raise RuntimeError

    def broken_settle(exchange: Exchange) -> None:
        raise RuntimeError

    def wrap(stage: Any) -> Any:
        if type(stage).__name__ == failing and failing not in {"Admit", "Account"}:
            setattr(stage, verb, broken_enter if verb == "enter" else broken_settle)
        return stage

    stand = Stand(limited(), ScriptedUpstream(ScriptedResponse(200, SSE, list(FRAMES))), wrap)
    await run(stand)
    _, reserved, places = await held(stand)
    assert reserved <= {0}
    assert places == 0


async def test_a_place_is_held_until_the_answer_has_ended() -> None:
    seen: list[int] = []
    stand = Stand(limited(), ScriptedUpstream())
    counters: Any = stand.limits.budgets._counters

    def look() -> None:
        seen.append(counters._counters["now/team/demo"].reserved)

    stand.upstream._answers = iter([ScriptedResponse(200, SSE, [*FRAMES[:2], look, *FRAMES[2:]])])  # type: ignore[assignment]
    await run(stand)
    assert seen == [1]
    assert (await held(stand))[2] == 0


def in_the_background(status: str, **more: Any) -> ScriptedResponse:
    output = [{"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Ho"}]}]
    shown = {"id": "resp_1", "object": "response", "model": "m", "output": [] if status == "queued" else output}
    return ScriptedResponse(
        200, {"content-type": "application/json"}, [json.dumps({**shown, "status": status, **more}).encode()]
    )


@pytest.mark.parametrize("is_written", [False, True])
async def test_an_answer_made_in_the_background_that_nobody_could_write_down_is_presumed(
    is_written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the row of its job, which takes it out of the book: it stands there where only the confirmation was lost."""

    async def away(*_: object) -> None:
        raise Overloaded("The database is away.")

    async def unconfirmed(job: Job) -> None:
        if is_written:
            await write_down(job)
        raise Overloaded("The database is away.")

    stand = Stand(limited(), ScriptedUpstream(in_the_background("queued")))
    write_down = stand.book.open
    monkeypatch.setattr(stand.book, "open", unconfirmed)
    monkeypatch.setattr(stand.register, "hold", away)
    asked = {"model": "openai/m", "input": "Hi", "background": True, "max_output_tokens": 100}
    await AsgiCall("/v1/responses", json.dumps(asked).encode()).run(stand.edge)
    rows = {row.request_id.endswith(".job"): row for row in stand.ledger.rows}
    assert len(stand.ledger.rows) == 2
    assert (rows[False].usage.total_tokens, rows[False].cost) == (0, None)
    row = rows[True]
    assert (row.status, row.usage.estimated, row.usage.output_tokens) == ("ok", True, 100)
    assert row.cost == Money(row.usage.total_tokens, "USD")
    assert await held(stand) == ({row.usage.total_tokens}, {0}, 0)


async def test_nobody_is_asked_for_an_answer_in_the_background_while_it_could_be_held_by_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> None:
        raise Overloaded("The database is away.")

    stand = Stand(limited(), ScriptedUpstream(in_the_background("queued")))
    monkeypatch.setattr(stand.register, "find", away)
    for background, status in ((True, 503), (False, 200)):
        call = AsgiCall(
            "/v1/responses", json.dumps({"model": "openai/m", "input": "Hi", "background": background}).encode()
        )
        await call.run(stand.edge)
        assert (call.status, len(stand.upstream.requests)) == (status, int(not background))


async def test_an_answer_made_in_the_background_is_held_until_it_has_ended() -> None:
    usage = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
    stand = Stand(limited(), ScriptedUpstream(in_the_background("queued"), in_the_background("completed", usage=usage)))
    asked = {"model": "openai/m", "input": "Hi", "background": True, "max_output_tokens": 100}
    call = AsgiCall("/v1/responses", json.dumps(asked).encode())
    await call.run(stand.edge)
    assert call.status == 200, call.body
    posted, reserved, _ = await held(stand)
    assert posted == {0}
    [most] = reserved
    assert 100 < most < 200
    await AsgiCall("/v1/responses/resp_1", b"", method="GET").run(stand.edge)
    assert await held(stand) == ({12}, {0}, 0)
