"""What a batch may cost, held before it is asked for, until it is known what it used: a part of Reserve and of Call. So
is what an answer may cost that is made in the background.

Promise: a batch is in the books before a provider hears of it. Whether the provider took it decides what happens then:
refused, and nothing was held; taken, and it is held until somebody learns what it used; not told, and it is presumed
to run, since whoever was not answered may be billed all the same (`end_jobs`).

Invariants
- What is held is the price, in a batch, of all that its requests read, and of what they may say at most, or of what
  the key's answers from that model seldom exceed.
- A client that leaves cuts nothing short: the answer to the creation is taken in by a task of its own.
- A batch of which no provider was ever asked, as a later stage refused it or its client left before, is in no book and
  holds nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from gateway.core.charging import OWN_KINDS
from gateway.core.counting import CountersDown
from gateway.core.jobs import Job, JobBook, JobKind, UpperBound, portions
from gateway.core.limit_errors import LimitsUnavailable, PriceUnknown
from gateway.core.money import Money
from gateway.core.objects import EarlierAnswers
from gateway.core.policy import Policy
from gateway.core.ports import PriceBook
from gateway.core.usage import IN_THE_US, Usage, calls_or_none, read_calls
from gateway.dialects.objects import requests_in
from gateway.errors import BadParameter, Overloaded, UpstreamRefused, UpstreamUnreachable
from gateway.exchange import Attempt, Exchange
from gateway.quota.allowances import Allowances
from gateway.quota.budgets import UNAVAILABLE, Budgets
from gateway.quota.job_holds import LIFE, JobHolds
from gateway.quota.usual_tokens import UsualTokens
from gateway.stages.money.bounds_of_jobs import bound_of_answer, bound_of_batch, bound_with_kept
from gateway.stages.money.hold_money import calls_without_price, is_budgeted, model_without_price
from gateway.stages.money.input_at_provider import InputAtProvider
from gateway.tasks import spawn

GRACE_SECONDS: Final = 120.0
NOT_TOLD: Final = frozenset({408, 504})
"""Statuses of whoever stands before the provider, and was not told either whether it took the batch."""

T = TypeVar("T")


class JobHolder:
    def __init__(
        self,
        budgets: Budgets,
        allowances: Allowances,
        holds: JobHolds,
        prices: PriceBook,
        outputs: UsualTokens,
        at_provider: InputAtProvider,
        earlier: EarlierAnswers,
        book: JobBook,
        refused: Callable[[Job], None],
        end: Callable[[Job, Usage, int], None],
    ) -> None:
        """`refused` and `end`: as `JobsEnd` has them."""
        self._budgets = budgets
        self._allowances = allowances
        self._holds = holds
        self._prices = prices
        self._outputs = outputs
        self._at_provider, self._earlier = at_provider, earlier
        self._book = book
        self._refused = refused
        self._end = end
        self._unasked: dict[str, Job] = {}
        """By id: begun, and not handed to `making` yet."""
        self._unconfirmed: dict[str, Usage] = {}
        """By id, of answers in the background that may stand in no book, or in one: what they are presumed to use."""

    async def begin(self, exchange: Exchange) -> None:
        """Reserve only: sets `exchange.job` where the request asks for a batch. Raises BudgetSpent, PriceUnknown,
        LimitsUnavailable, Overloaded, BadParameter.
        """
        call = exchange.inbound.call
        if call is None or call.verb != "create" or not exchange.attempts:
            return
        has_budgets = is_budgeted(exchange, exchange.team)
        if call.kind == "fine_tuning_job" and has_budgets:
            raise PriceUnknown(
                "What training costs is not known here, and this key has a budget. Have it run by a team without one."
            )
        if call.kind != "batch":
            return
        (attempt,) = exchange.attempts
        principal, target = exchange.principal, attempt.target
        bound = bound_of_batch(exchange, target.model)
        if bound is None:
            if has_budgets:
                raise BadParameter(
                    "What the files of this batch ask for was not read when they were uploaded, and this key has a "
                    "budget. Upload them again.",
                )
            bound = UpperBound()
        bound = replace(bound, output_tokens=self._said(principal.key_id, target.model, bound))
        cost = self._cost(exchange, target.provider, target.model, bound, must=has_budgets)
        job = self._job(exchange, attempt, "batch", bound, cost)
        self._unasked[job.id] = job
        if has_budgets:
            await self._hold(exchange, job)
        exchange.job = job  # from here on it may stand in the book
        await self._book.open(job)

    def settle(self, exchange: Exchange) -> None:
        """The request has ended: what it began, and asked nobody for, is undone. Never waits."""
        job = self._unasked.pop(exchange.record.request_id, None)
        if job is not None:
            if exchange.job is not None:
                spawn(self._undone(job, exchange.policy), "forget a batch that nobody was asked for")
            else:
                self._holds.end(job, Money(0, "USD"), exchange.policy)

    async def later(self, exchange: Exchange, attempt: Attempt, object_id: str) -> None:
        """The provider makes the answer in the background: what the request holds is held until that has ended. Sets
        `exchange.job`.

        Where the book does not confirm it, it may stand there all the same: the row of the job, which takes it out of
        the book, is then written when the request ends.
        """
        record = exchange.record
        presumed = self._at_provider.presumed(exchange, attempt.target.provider, attempt.target.model)
        bound = await bound_with_kept(exchange, attempt.target, self._earlier, presumed)
        held = self._budgets.cost_held(record.request_id)
        job = self._job(exchange, attempt, "response", bound, held, object_id)
        writing = spawn(self._write_down(job, exchange.policy), "write down an answer in the background")
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            exchange.job = job  # it may stand in the book by now, or soon
            self._budgets.release(record.request_id)
            writing.add_done_callback(partial(self._written_for_nobody, job, self._presumed(job)))
            raise
        except Overloaded:
            self._unconfirmed[job.id] = self._presumed(job)
        exchange.job = job
        if held is not None:
            self._budgets.release(record.request_id)

    async def _write_down(self, job: Job, policy: Policy) -> None:
        try:
            await self._book.open(job)
        finally:
            if job.held is not None:
                with contextlib.suppress(CountersDown):  # the ledger tells them again before they admit anything
                    await self._holds.hold(job, policy, LIFE)

    def _written_for_nobody(self, job: Job, presumed: Usage, writing: asyncio.Task[None]) -> None:
        """Its client has left, and its row is left to the job: one that stands in no book ends as what is presumed."""
        if writing.cancelled() or writing.exception() is not None:
            self._end(job, presumed, 1)

    def heard(self, exchange: Exchange) -> None:
        """The request has ended: an answer in the background whose stream was heard to its end has told what it used,
        and nobody needs to be asked. Never waits.
        """
        job, record = exchange.job, exchange.record
        if job is None:
            return
        presumed = self._unconfirmed.pop(job.id, None)
        if record.status == "ok" and record.usage.total_tokens:
            self._end(job, record.usage, 1)
        elif presumed is not None:
            self._end(job, presumed, 1)

    def unheard(self, exchange: Exchange, attempt: Attempt) -> Usage:
        """What an answer may come to of which nobody will hear what it used; without its input where that is more than
        what was sent, which is counted with the row.
        """
        bound = bound_of_answer(exchange, attempt.target)
        read = 0 if exchange.names_kept else bound.input_tokens
        said = self._said(exchange.record.key_id, attempt.target.model, bound)
        return Usage(read, said, estimated=True, calls=calls_or_none(bound.calls))

    def _presumed(self, job: Job) -> Usage:
        said = self._said(job.key_id, job.model, job.bound)
        return Usage(job.input_tokens, said, estimated=True, calls=read_calls(job.calls))

    def _said(self, key_id: str, model: str, bound: UpperBound) -> int:
        usual = self._outputs.expected(key_id, model)
        return bound.output_tokens if usual is None else min(bound.output_tokens, usual * bound.answers)

    async def making(self, exchange: Exchange, job: Job, work: Awaitable[T]) -> T:
        """Have the provider asked, and its answer taken in, whether or not anybody stays for it."""
        self._unasked.pop(job.id, None)
        task = spawn(self._made(exchange, job, work), "ask for a batch")
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return await asyncio.shield(task)

    async def taken(self, exchange: Exchange, object_id: str) -> None:
        """The provider has it under this id. Raises Overloaded."""
        if exchange.job is not None:
            await self._book.made(exchange.job.id, object_id)

    def _job(
        self,
        exchange: Exchange,
        attempt: Attempt,
        kind: JobKind,
        bound: UpperBound,
        held: Money | None,
        object_id: str | None = None,
    ) -> Job:
        record, principal = exchange.record, exchange.principal
        return Job(
            id=record.request_id,
            at=record.at,
            kind=kind,
            dialect=attempt.dialect,
            provider=attempt.target.provider,
            model=attempt.target.model,
            region=attempt.region,
            object_id=object_id,
            key_id=principal.key_id,
            key_name=principal.name,
            team=record.team,
            user=record.user,
            project=record.project,
            cost_center=record.cost_center,
            tags=record.tags,
            model_asked=record.model_asked,
            policy_version=record.policy_version,
            answers=bound.answers,
            input_tokens=bound.input_tokens,
            output_tokens=bound.output_tokens,
            calls=bound.calls.summary or None,
            held=held,
        )

    async def _made(self, exchange: Exchange, job: Job, work: Awaitable[T]) -> T:
        try:
            result = await work
        except (UpstreamRefused, UpstreamUnreachable) as error:
            if isinstance(error, UpstreamRefused) and error.status in NOT_TOLD:
                await self._keep(exchange, job)
            else:
                await self._undone(job, exchange.policy)
            raise
        except BaseException:
            await self._keep(exchange, job)
            raise
        await self._keep(exchange, job)
        return result

    async def _undone(self, job: Job, policy: Policy) -> None:
        """Nobody works at it, and nobody will."""
        try:
            await self._book.drop(job.id)
        except Overloaded:
            self._refused(job)  # whose row takes it out of the book, in the end
        else:
            self._holds.end(job, Money(0, "USD"), policy)

    async def _keep(self, exchange: Exchange, job: Job) -> None:
        with contextlib.suppress(CountersDown):  # the ledger tells them again before they admit anything
            await self._holds.keep(job, exchange.policy)

    async def _hold(self, exchange: Exchange, job: Job) -> None:
        """Room for all of it, or BudgetSpent; held from then on by the job's own name."""
        policy, held = exchange.policy, job.held
        assert held is not None, "what has no price is refused where there are budgets"
        over = self._allowances.over(policy, exchange.team, exchange.principal, job.at, job.model_asked)
        seconds = policy.providers[job.provider].timeouts.total + GRACE_SECONDS
        await self._budgets.hold(job.row_id, policy, over, held, job.at, seconds)
        try:
            await self._holds.hold(job, policy, seconds)
        except CountersDown as error:
            raise LimitsUnavailable(UNAVAILABLE, retry_after=2) from error
        finally:
            self._budgets.release(job.row_id)

    def _cost(self, exchange: Exchange, provider: str, model: str, bound: UpperBound, *, must: bool) -> Money | None:
        """At the price in a batch; None where nobody knows it. Raises PriceUnknown where it `must` be known."""
        policy, nano, currency = exchange.policy, 0, exchange.policy.reporting.currency
        in_the_us = any(body.get("inference_geo") == "us" for body in requests_in(exchange.tree))
        tier = f"batch{IN_THE_US}" if in_the_us else "batch"
        usage = Usage(bound.input_tokens, bound.output_tokens, service_tier=tier, calls=calls_or_none(bound.calls))
        for part in portions(usage, bound.answers):
            bill = self._prices.bill(policy, provider, model, part, exchange.record.at)
            if bill is not None:
                nano, currency = nano + bill.cost.nano, bill.cost.currency
                if must and bill.unpriced_calls:
                    raise calls_without_price(provider, model, bill.unpriced_calls)
            elif policy.providers[provider].kind not in OWN_KINDS:
                if must:
                    raise model_without_price(provider, model)
                return None
        return Money(nano, currency)
