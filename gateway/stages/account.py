"""Account: exactly one usage row for each request of a known key, however the request ends.

Invariants
- The provider's own usage wins. Where it told none, or what no call can use (`believable_usage`), or broke off before
  its last word, the text is counted and the row says that it is an estimate.
- What a provider bills by the call counts as what it told, or as what its stream showed until it broke off.
- What the audit held back of an answer, and the client never got (a disk that takes nothing, a client that left while
  it was waited for), is charged as the provider told it.
- A call that failed and may be billed is charged, by what its provider told, else for its input: in the request's row
  where it was the last, else in one of its own (`another_call`). Nothing is charged twice: what was booked, or refused,
  leaves the request's row nothing to charge until another call is sent, however the request ends meanwhile.
- An answer whose provider says that its model failed, in all candidates, is an `upstream_error`, and is charged.
- A request that never reached a provider uses nothing and costs nothing.
- An operation that providers do not charge for uses nothing either, and costs zero rather than an unknown sum; what it
  tells of a batch is a row of the batch's own (`hold_jobs`). A training that was begun costs what nobody knows here, so
  its row is marked as unpriced.
- An answer from the cache used nothing and cost nothing: the row says what it would have cost. One that is given
  again for an idempotency key costs nothing either, and saves nothing: it was paid for once, as asked.
- An answer that is made in the background uses what it says it used once it has ended, in the row of whoever sees it
  ended first.
- While the ledger cannot take more rows, no request is let in: what is not accounted for is not spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gateway.core.bills import Bill
from gateway.core.caching import RECALLED
from gateway.core.charging import charge, is_unpriced
from gateway.core.events import PLAIN_ANSWER, Delta, Ended, Failed, Finished, UsageReported
from gateway.core.messages import Conversation, Message, Text, Tool, ToolCall, ToolResult
from gateway.core.money import Money
from gateway.core.ports import Clock, Estimate, PriceBook, UsageLedger
from gateway.core.safe_echo import code_on_record
from gateway.core.usage import Usage
from gateway.errors import AuditUnavailable, GatewayError, UpstreamError
from gateway.exchange import Batch, Exchange
from gateway.stages.identify import Identify
from gateway.stages.money.believable_usage import believable_usage, tell_unbelievable
from gateway.stages.money.consulted_models import NOT_ASKED, name_consulted, rows_of_consulted, who_answered
from gateway.stages.money.input_at_provider import InputAtProvider
from gateway.stages.money.presumed_calls import with_presumed_calls
from gateway.stages.stage import Stage

FREE = Money(0, "USD"), "free"
A_MESSAGE = 4
"""Tokens that stand around each message; OpenAI tells this number, and others are near it."""
THE_TURN = 3
"""Tokens that begin the answer, and count as input."""


_TELLING: Final = frozenset({Finished, Failed, Ended})

UNAVAILABLE: Final = (
    "The gateway cannot write down usage and audit of a request at the moment, so it serves none. Try again shortly."
)


class Account(Stage):
    """Writes usage, cost and outcome into the record. What was said and told it reads in `exchange.trail`."""

    after = (Identify,)  # a row belongs to a key

    def __init__(self, ledger: UsageLedger, prices: PriceBook, clock: Clock, at_provider: InputAtProvider) -> None:
        self._ledger = ledger
        self._prices = prices
        self._clock = clock
        self._at_provider = at_provider

    def enter(self, exchange: Exchange) -> None:
        if self._ledger.full:
            raise AuditUnavailable(UNAVAILABLE, retry_after=5)

    def note(self, exchange: Exchange, batch: Batch) -> None:
        record = exchange.record
        events: Sequence[Any] = batch[0].events if len(batch) == 1 else ()
        if tuple(map(type, events)) == PLAIN_ANSWER:
            _, _, _, _, finished, told, _ = events
            record.usage = told.usage
            record.finish_reason = finished.reason
            self._ended(exchange)
            return
        event: Any  # of the kind that each branch names
        for frame in batch:
            for event in frame.events:
                kind = type(event)
                if kind not in _TELLING:
                    continue
                if kind is Finished:
                    if record.finish_reason is None or event.reason != "error":
                        record.finish_reason = event.reason
                elif kind is Failed:
                    record.error_code = code_on_record(event.error.code, event.error.status)
                    if any(type(each) is UsageReported for each in frame.events):
                        self._take_what_was_told(exchange)
                        self._price(exchange)  # the failure itself tells what was used: no more will come
                elif kind is Ended:
                    self._take_what_was_told(exchange)
                    self._ended(exchange)

    def settle(self, exchange: Exchange) -> None:
        record = exchange.record
        told = None if record.failed is None else record.failed.usage
        if record.failed is not None:  # its last call
            record.usage = told or record.failed.presumed
        if told is not None:
            charge(record, exchange.policy, self._prices)
        elif record.cost is None and record.chargeable and record.status != "ok":
            self._take_what_was_told(exchange)
            if exchange.trail.answer and type(exchange.trail.answer[-1]) is Ended:
                self._price(exchange)  # of the last batch, which did not go to the client, nothing was noted
        self._believe(exchange)
        if record.attempts and record.cost is None:
            record.usage = _in_full(exchange)
        record.duration_ms = int((self._clock.monotonic() - exchange.inbound.received) * 1000)
        estimate = None
        free = exchange.inbound.operation.free
        if _is_job(exchange):
            record.usage = Usage()
        elif record.chargeable:
            if record.cost is None and told is None and not free:
                estimate = self._price_or_estimate(exchange)
            if estimate is None:
                record.unpriced = is_unpriced(record, exchange.policy)
        if record.attempts and not free and exchange.envelope.max_output_tokens is not None:
            record.said_at_most = exchange.envelope.max_output_tokens * max(exchange.envelope.candidates, 1)
        if record.consulted and record.cache not in NOT_ASKED:
            for row in rows_of_consulted(record, exchange.policy, self._prices):
                self._ledger.record(row, None)
        self._ledger.record(record, estimate)

    def _price_or_estimate(self, exchange: Exchange) -> Estimate | None:
        """Of a call without a cost: the price of what its provider told, else what to count, off the request's way."""
        record = exchange.record
        if record.status in ("ok", "upstream_error") and _has_usage(exchange):
            self._price(exchange)
            return None
        estimate = Estimate(prompt=b"", answer=_said(exchange), policy=exchange.policy)
        if not record.usage.input_tokens:
            add_input(estimate, exchange, self._at_provider.presumed(exchange, record.provider, record.model))
        return estimate

    def _take_what_was_told(self, exchange: Exchange) -> None:
        """The provider's last word of what was used."""
        record, told = exchange.record, exchange.trail.told
        if told is not None:
            record.usage = told.usage
            if told.consulted or told.answered_by:
                record.model, record.consulted = who_answered(exchange, told), name_consulted(exchange, told)

    def _ended(self, exchange: Exchange) -> None:
        """The provider's own end was seen: whether of an answer, or, in all candidates, of the model's failure."""
        record = exchange.record
        if record.finish_reason == "error":
            record.status, record.error_code = "upstream_error", UpstreamError.code
        else:
            record.status = "ok"
        self._price(exchange)

    def _believe(self, exchange: Exchange) -> None:
        """Of the provider that was called: what cannot be is told to operators, and counted from the texts."""
        record = exchange.record
        if not record.attempts:
            return
        told, record.usage = record.usage, believable_usage(exchange, record.usage)
        if record.usage is not told:
            tell_unbelievable(record.request_id, record.provider, record.model, told)

    def _price(self, exchange: Exchange) -> None:
        """Known before the answer's head is sent, where the answer came whole."""
        record = exchange.record
        if exchange.inbound.operation.free:
            if _begins_training(exchange):
                record.unpriced = True
            else:
                record.cost, record.price_source = FREE
            return
        self._believe(exchange)
        if _is_job(exchange) or not record.usage.billed or record.provider is None or record.model is None:
            return
        record.usage = _in_full(exchange)
        if record.cache == "replay":
            record.usage = Usage()
            record.cost, record.price_source = FREE[0], "replay"
        elif record.cache in RECALLED:
            priced = self._prices.cost(exchange.policy, record.provider, record.model, record.usage, record.at)
            record.usage = Usage()
            record.saved = None if priced is None else priced[0]
            record.cost, record.price_source = Money(0, (record.saved or FREE[0]).currency), "cache"
        elif _has_usage(exchange):
            charge(record, exchange.policy, self._prices, _bill(exchange))


def _is_job(exchange: Exchange) -> bool:
    """Whether the answer is made in the background: it is charged in the row of its job, once it has ended."""
    return exchange.job is not None and exchange.inbound.call is None


def _begins_training(exchange: Exchange) -> bool:
    call = exchange.inbound.call
    return call is not None and call.kind == "fine_tuning_job" and call.verb == "create"


def _has_usage(exchange: Exchange) -> bool:
    """Whether the provider told what was used. A count of nothing for something that was sent or said is none."""
    usage = exchange.record.usage
    return bool(usage.input_tokens and (usage.output_tokens or not any(_said(exchange))))


def _in_full(exchange: Exchange) -> Usage:
    record, said = exchange.record, Delta in map(type, exchange.trail.answer)
    return with_presumed_calls(exchange, record.usage, said=said, whole=record.status == "ok")


def _said(exchange: Exchange) -> list[str]:
    return [event.text for event in exchange.trail.answer if type(event) is Delta]


def _bill(exchange: Exchange) -> Bill | None:
    """That of the record's usage, where the audit has asked what it costs."""
    bill = exchange.trail.bill
    return bill[1] if bill is not None and bill[0] is exchange.record.usage else None


def prompt_text(exchange: Exchange) -> bytes:
    """The text that a provider bills as input, without media: what an estimate counts."""
    try:
        request = exchange.request
    except GatewayError:
        return b""
    texts = _conversation_texts(request) if isinstance(request, Conversation) else request.texts
    return "\n".join(texts).encode("utf-8", "replace")


def add_input(estimate: Estimate, exchange: Exchange, presumed: int) -> None:
    """Have the input counted, which the provider did not tell: what was sent, and what is named instead."""
    estimate.prompt, estimate.framing = prompt_text(exchange), _framing(exchange)
    estimate.named, estimate.presumed = exchange.owned_objects, presumed


def _framing(exchange: Exchange) -> int:
    """Tokens that a provider bills as input beside the text."""
    try:
        request = exchange.request
    except GatewayError:
        return 0
    return THE_TURN + A_MESSAGE * len(request.messages) if isinstance(request, Conversation) else 0


def _conversation_texts(conversation: Conversation) -> list[str]:
    texts: list[str] = []

    def gather(message: Message) -> None:
        for part in message.parts:
            match part:
                case Text():
                    texts.append(part.text)
                case ToolCall():
                    texts.append(part.name + part.arguments)
                case ToolResult():
                    texts.extend(inner.text for inner in part.parts if isinstance(inner, Text))
                case _:
                    pass  # media are billed by each provider's own formula: an estimate leaves them out

    for message in conversation.messages:
        gather(message)
    for tool in conversation.tools:
        if isinstance(tool, Tool):
            texts += [tool.name, tool.description or "", str(tool.schema or "")]
    return texts
