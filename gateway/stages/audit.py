"""Audit: how every request of a known key ended, on record before its last byte goes out.

Invariants
- Exactly one outcome for each request of a known key, however it ended: answered, refused, failed, or left.
- Where policy says `strict`, the outcome is on the disk before the last batch of an answer is handed on; where it
  cannot be written, that batch is kept back, and the client is told.
- An answer that broke off is recorded with what had come, and says so.
- Of what was never sent to anybody, since the gateway answered by itself or somebody left before, this is the only
  record, and holds the request, too, once it was read and treated (`attest.with_request`).
- The answer is recorded as the provider gave it: values that are put back for the client are not in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from gateway.audit.log import AuditLog, Entry, unavailable
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content
from gateway.core.audit import DEFAULT_AUDIT, AuditPolicy, Trail, subject_of
from gateway.core.caching import RECALLED
from gateway.core.events import (
    PLAIN_ANSWER,
    BlockClosed,
    BlockOpened,
    Cited,
    Delta,
    Ended,
    Failed,
    Finished,
    LogprobsReported,
    OpaqueEvent,
    Produced,
    Signed,
    Started,
    UsageReported,
)
from gateway.core.operations import EmbeddingsAnswer
from gateway.core.ports import PriceBook, Status
from gateway.core.safe_echo import code_on_record
from gateway.core.usage import Usage
from gateway.exchange import Batch, Exchange, Flow
from gateway.stages.answers.fast_path import Way, hand_to
from gateway.stages.attest import with_request
from gateway.stages.money.believable_usage import believable_usage
from gateway.stages.money.consulted_models import who_answered
from gateway.stages.money.presumed_calls import with_presumed_calls
from gateway.stages.observe import Observe
from gateway.stages.stage import Stage


class Audit(Stage):
    """Writes `exchange.trail`."""

    after = (Observe,)  # nothing is written of a request that has no id

    def __init__(self, log: AuditLog, prices: PriceBook) -> None:
        self._log = log
        self._prices = prices

    def watch(self, exchange: Exchange, flow: Flow) -> Flow:
        return _Watched(self, exchange, flow)

    async def conclude(self, exchange: Exchange, status: Status) -> None:
        """Put the outcome on record before the answer's last batch goes on; raises AuditUnavailable."""
        policy, trail = _policy(exchange), exchange.trail
        if not trail.attested and policy.mode != "best_effort" and self._log.failing:
            raise unavailable()
        entry = self._entry(exchange, policy, status, 200)
        if policy.mode == "best_effort":
            self._log.later(entry)
            trail.concluded = True
            return
        number = self._log.at_once(entry)
        if number is None:
            number = await self._log.take(entry)
        trail.concluded = True  # who left meanwhile, or has no key, is put on record as that in the end
        if policy.mode == "strict":
            await self._log.durable(number)

    def settle(self, exchange: Exchange) -> None:
        record = exchange.record
        if exchange.trail.concluded or not hasattr(exchange, "principal"):
            return
        exchange.trail.concluded = True
        self._log.later(self._entry(exchange, _policy(exchange), record.status, record.http_status))

    def _entry(self, exchange: Exchange, policy: AuditPolicy, status: Status, http_status: int) -> Entry:
        record, principal, trail = exchange.record, exchange.principal, exchange.trail
        answer, told, finish = _answer(trail.answer)
        usage = believable_usage(exchange, record.usage if told is None else told.usage)
        model = who_answered(exchange, told) or ""
        header = Header(
            v=VERSION,
            kind="outcome",
            at=self._log.at(),
            request=record.request_id,
            virtual_key=principal.key_id,
            operation=record.operation,
            dialect=record.dialect,
            provider=record.provider or "",
            model=model,
            region=record.region or "",
            status=status,
            http_status=http_status,
            attempts=record.attempts,
            stream=record.stream,
            mode=policy.mode,
        )
        # One by one: Python makes a dict of more than 15 names in a call, which costs as much as all the rest.
        header.finish = finish or record.finish_reason or ""
        header.input_tokens, header.output_tokens = usage.input_tokens, usage.output_tokens
        header.cached_tokens = usage.cached_tokens
        header.policy = record.policy_version or ""
        header.losses = record.dropped or ""
        if status != "ok":
            header.error = record.error_code or ""
            header.partial = bool(trail.answer)
        if exchange.side_call_of is not None:
            header.about = dict((exchange.side_call_of,))
        self._price(exchange, header, usage, said=answer is not None)
        content = None
        said = trail.raw if answer is None and not _is_vectors(trail) else answer
        if trail.attested:
            if policy.content == "encrypted":
                content = Content(answer=said)
        elif hasattr(exchange, "attempts"):
            content = with_request(exchange, header, policy, said)
        elif policy.content == "encrypted" and record.status == "refused":
            content = Content(
                answer=said,
                address="" if policy.omit_ip else exchange.inbound.client or "",
                model_asked=record.model_asked or "",
            )
        return Entry(header, principal.team, subject_of(principal), content)

    def _price(self, exchange: Exchange, header: Header, usage: Usage, *, said: bool) -> None:
        record = exchange.record
        cost = record.cost
        if record.cache in RECALLED or record.cache == "replay":
            header.recalled = True
        elif cost is None and record.provider and header.model:
            usage = with_presumed_calls(exchange, usage, said=said, whole=header.status == "ok")
            bill = None
            if usage.billed:
                bill = self._prices.bill(exchange.policy, record.provider, header.model, usage, record.at)
            if bill is not None and not exchange.inbound.operation.free:
                cost = bill.cost
                exchange.trail.bill = usage, bill
        if cost is not None:
            header.cost_nano, header.currency = cost.nano, cost.currency


class _Watched:
    """An answer on its way through: gathers what it says, and holds its last batch until the outcome is on record."""

    __slots__ = ("_audit", "_exchange", "_flow", "_next", "_trail")

    def __init__(self, audit: Audit, exchange: Exchange, flow: Flow) -> None:
        self._audit = audit
        self._exchange = exchange
        self._flow = flow
        self._next = flow.__anext__
        self._trail = exchange.trail

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        trail = self._trail
        try:
            batch = await self._next()
        except StopAsyncIteration:
            if not trail.concluded:  # an answer without an end of its own
                await self._audit.conclude(self._exchange, self._exchange.record.status)
            raise
        last: Any = None  # an event
        for frame in batch:
            if frame.events:
                trail.answer += frame.events
                last = frame.events[-1]
        kind = type(last)
        if kind is Ended:
            if not self._exchange.streamed:
                trail.raw = batch[-1].raw or trail.raw
            await self._audit.conclude(self._exchange, "ok")
        elif kind is Failed:
            error = last.error
            self._exchange.record.error_code = code_on_record(error.code, error.status)
            await self._audit.conclude(self._exchange, "upstream_cut")
        return batch

    def hand_to(self, way: Way) -> None:
        """See `stages.answers.fast_path`."""
        take, answer = way.take, self._trail.answer

        def take_and_keep(batch: Batch) -> bool:
            if not take(batch):
                return False
            for frame in batch:
                answer.extend(frame.events)
            return True

        hand_to(self._flow, Way(way.is_open, take_and_keep))

    async def aclose(self) -> None:
        await self._flow.aclose()


def _policy(exchange: Exchange) -> AuditPolicy:
    team = getattr(exchange, "team", None)
    return DEFAULT_AUDIT if team is None or team.audit is None else team.audit


def _answer(events: list[Any]) -> tuple[list[dict[str, Any]] | None, UsageReported | None, str | None]:
    """(the answer block by block, the last word of usage, why it finished). One look at each event: there are many."""
    told: Any = None
    if len(events) == len(PLAIN_ANSWER) and tuple(map(type, events)) == PLAIN_ANSWER:
        _, opened, delta, _, finished, told, _ = events
        block = _opened(opened)
        block["text"] = delta.text
        return [block], told, finished.reason
    blocks: dict[int, dict[str, Any]] = {}
    texts: dict[int, list[str]] = {}
    finish: str | None = None
    for event in events:
        kind = type(event)
        if kind is Delta:
            pieces = texts.get(event.block)
            if pieces is None:  # of a dialect that opens no blocks
                blocks[event.block] = {"kind": "text"}
                pieces = texts[event.block] = []
            pieces.append(event.text)
        elif kind in _SILENT:
            continue
        elif kind is BlockOpened:
            blocks[event.block] = _opened(event)
            texts[event.block] = []
        elif kind is UsageReported:
            told = event
        elif kind is Finished:
            finish = event.reason
        elif kind is Cited or kind is Signed:
            beside = blocks.setdefault(event.block, {"kind": "beside"})
            beside.setdefault("more", []).append(event)
        elif kind is OpaqueEvent or kind is LogprobsReported:
            blocks.setdefault(-1, {"kind": "beside", "more": []})["more"].append(event)
    for number, pieces in texts.items():
        if pieces:
            blocks[number]["text"] = "".join(pieces)
    return (list(blocks.values()) if texts else None), told, finish


_SILENT: Final = frozenset({Started, BlockClosed, Ended})


def _opened(event: BlockOpened) -> dict[str, Any]:
    block: dict[str, Any] = {"kind": event.kind}
    if event.candidate:
        block["candidate"] = event.candidate
    if event.kind == "tool_call":
        block["id"], block["name"] = event.id, event.name
    elif event.media is not None:
        block["media"] = event.media
    elif event.opaque is not None:
        block["opaque"] = event.opaque
    return block


def _is_vectors(trail: Trail) -> bool:
    """Vectors say what the prompt says, and the prompt is on record."""
    first = trail.answer[0] if trail.answer else None
    return isinstance(first, Produced) and isinstance(first.result, EmbeddingsAnswer)
