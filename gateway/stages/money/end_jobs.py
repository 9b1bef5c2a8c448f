"""How a job ends: what it used is put into the usage row of whoever asked for it, once, whoever learns it first.

Promise: a batch costs what its provider says it used, whether or not anybody fetches it. A task asks after those that
nobody asks after; one of which nothing is heard any more is presumed to have cost what was held for it, and never
nothing.

Invariants
- A job that was refused, failed, cancelled or expired before anything was answered costs nothing, and nothing is held
  any more; but an answer that was cancelled, or shows something and does not tell what it used, costs what it read and
  shows, since it may have been heard as it was made.
- The reservation ends before the row is written, and the row takes the job out of the book (`core.jobs`).
- Of several replicas, one asks after a job. A provider that does not answer keeps no other from being asked.
- One whose price has left the policy meanwhile costs what was held for it.
- Usage that no job can have had is not believed (`believable_usage`); where nothing is known in its place, the row has
  no cost, and is marked as unpriced.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from math import inf
from typing import Any, Final

import msgspec

from gateway.core.bills import Bill, Meters
from gateway.core.charging import is_unpriced
from gateway.core.jobs import Job, JobBook, portions
from gateway.core.money import Money
from gateway.core.objects import ObjectCall
from gateway.core.policy import Policy
from gateway.core.ports import Clock, PolicySource, PriceBook, UsageLedger, UsageRow
from gateway.core.usage import Usage, calls_or_none, read_calls
from gateway.dialects import objects
from gateway.dialects.batch_lines import Results
from gateway.dialects.bounds import BYTES_A_TOKEN
from gateway.dialects.openai_responses.usage import calls_in
from gateway.dialects.unstreamed import answer_object
from gateway.errors import GatewayError, Overloaded, UpstreamTimedOut, UpstreamUnreachable
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream, UpstreamRequest, UpstreamResponse
from gateway.providers.unpacking import unpacked
from gateway.quota.job_holds import JobHolds
from gateway.stages.answers.flows import MAX_ANSWER_BYTES
from gateway.stages.money.believable_usage import believable_in_job, tell_unbelievable
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

EVERY: Final = 30.0
REST: Final = 120.0
"""Seconds between two questions after one job."""
AT_ONCE: Final = 20
PATIENCE: Final = 30.0
"""Seconds in which a provider tells how a job stands: a few kilobytes, for which others wait."""
UNANSWERED: Final = 3600.0
"""Seconds after which a job whose creation was never answered is presumed to run."""
GIVEN_UP: Final = 9 * 86_400.0
"""Seconds after which one that does not end is presumed to have: longer than any provider works at one."""
PRESUMED: Final = "presumed"
"""The code of a row that nobody told what to say."""
REFUSED: Final = "job_refused"
"""And of one of a job that nobody took, where the book could not be told."""
TOGETHER: Final = 1024 * 1024
"""Bytes of results that are read by one turn of a thread."""
_GONE: Final = 404


class JobsEnd:
    """`start` on the loop, `close` before the ledger."""

    def __init__(
        self,
        book: JobBook,
        holds: JobHolds,
        ledger: UsageLedger,
        prices: PriceBook,
        policies: PolicySource,
        clock: Clock,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
    ) -> None:
        self._book, self._holds = book, holds
        self._ledger, self._prices = ledger, prices
        self._policies = policies
        self._clock = clock
        self._provider_of, self._upstream_of = provider_of, upstream_of
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._follow(), "ask after batches")

    async def close(self) -> None:
        await cancel(self._task)

    async def of(self, provider: str, object_id: str) -> Job | None:
        """The job behind an object, where it has not ended. Raises Overloaded."""
        return await self._book.find(provider, object_id)

    def end(self, job: Job, told: Usage, answers: int) -> None:
        """It used this, by its provider's word, or nothing, and will use no more."""
        used = believable_in_job(job, told, answers)
        if used is not told:
            tell_unbelievable(job.row_id, job.provider, job.model, told)
        self._record(job, used, answers)

    def refused(self, job: Job) -> None:
        """Its provider would not have it, or was never asked: its row says so, and takes it out of the book."""
        self._record(job, Usage(), 0, REFUSED)

    def presume(self, job: Job) -> None:
        """Nobody will ever say what it used: what it may come to is taken for it."""
        tier = "batch" if job.kind == "batch" else None
        calls = read_calls(job.calls)
        used = Usage(job.input_tokens, job.output_tokens, service_tier=tier, estimated=True, calls=calls)
        self._record(job, used, job.answers, PRESUMED)

    def learn(self, job: Job, tree: object) -> bool:
        """Whether what the provider shows of it says all that it used: then it has ended."""
        told = objects.used_by_object(job.kind, tree)
        if told is None:
            return False
        self.end(job, *told)
        return True

    async def look_after(self, job: Job) -> None:
        """Ask its provider, once; raises GatewayError."""
        policy, age = self._policies.current, self._clock.now() - job.at
        provider = self._provider_of(policy, job.provider)
        if job.object_id is None or provider is None:
            if age > (UNANSWERED if job.object_id is None else GIVEN_UP):
                self.presume(job)
            return
        status, body = await self._ask(provider, job, ObjectCall(job.kind, "get", job.object_id))
        tree = answer_object(body) if status == 200 else None
        if status == _GONE or age > GIVEN_UP:
            self.presume(job)
        elif tree is None or self.learn(job, tree) or not objects.has_ended(tree):
            return
        else:
            await self._read_results(provider, job, tree)

    async def _read_results(self, provider: Provider, job: Job, tree: object) -> None:
        assert job.object_id is not None
        used, answers = Usage(), 0
        if (call := objects.results_of(job.dialect, job.object_id, tree)) is not None:
            status, results = await self._ask_for_results(provider, job, call)
            if status == _GONE:
                self.presume(job)
            if status != 200:
                return
            used, answers = results.used, results.answers
        elif (
            job.kind == "response" and type(tree) is dict and (tree.get("status") == "cancelled" or tree.get("output"))
        ):
            used, answers = _cut_short(job, tree), 1
        self.end(job, used, answers)

    async def _ask(self, provider: Provider, job: Job, call: ObjectCall) -> tuple[int, bytes]:
        response = await self._sent(provider, job, call, PATIENCE)
        try:
            return response.status, await response.read(MAX_ANSWER_BYTES)
        finally:
            response.close()

    async def _ask_for_results(self, provider: Provider, job: Job, call: ObjectCall) -> tuple[int, Results]:
        """However long they are: they are counted as they come."""
        response, results, pieces, size = await self._sent(provider, job, call), Results(), [], 0
        try:
            if response.status == 200:
                async for piece in response.chunks():
                    pieces.append(piece)
                    size += len(piece)
                    if size >= TOGETHER:
                        await asyncio.to_thread(results.add, b"".join(pieces))
                        pieces, size = [], 0
                await asyncio.to_thread(results.add, b"".join(pieces) + b"\n")
            return response.status, results
        finally:
            response.close()

    async def _sent(self, provider: Provider, job: Job, call: ObjectCall, seconds: float = inf) -> UpstreamResponse:
        lane = provider.lanes[0]  # objects are kept by an account, so always the same credential asks for them
        headers = tuple(pair for pair in lane.headers(job.dialect, ()) if pair[0] != "content-type")
        path = lane.object_path(job.dialect, objects.path_of(job.dialect, call))
        request = UpstreamRequest(method="GET", path=path, headers=headers)
        timeouts = msgspec.structs.replace(lane.policy.timeouts, total=min(lane.policy.timeouts.total, seconds))
        return unpacked(await self._upstream_of(lane).send(request, timeouts))

    def _record(self, job: Job, used: Usage, answers: int, code: str | None = None) -> None:
        policy = self._policies.current
        row = _row(job, used)
        if used.billed:
            self._charge(row, policy, answers)
            if row.cost is None and job.held is not None and job.held.nano:
                row.cost, row.price_source, row.meters = job.held, "as held", Meters(input=job.held.nano)
                row.usage = msgspec.structs.replace(used, estimated=True)
        elif (job.held is not None or code == REFUSED) and not used.estimated:
            currency = policy.reporting.currency if job.held is None else job.held.currency
            row.cost, row.price_source = Money(0, currency), "nothing was answered, free"
        row.status = "ok"
        row.unpriced = is_unpriced(row, policy)  # also where it is presumed that there was an answer
        if code is not None:
            row.status, row.error_code = "failed", code
        self._holds.end(job, row.cost, policy)
        self._ledger.record(row, None)

    def _charge(self, row: UsageRow, policy: Policy, answers: int) -> None:
        """By the price of single calls, of which it is the sum."""
        bills = []
        for part in portions(row.usage, answers):
            bill = self._prices.bill(policy, row.provider or "", row.model or "", part, row.at)
            if bill is not None:
                bills.append(bill)
        if bills:
            row.billed(_sum(bills))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Ask after every job that is due."""
        now = self._clock.now()
        try:
            due = await self._book.due(now - REST, now, AT_ONCE)
            if told := self._holds.put_in_here:
                self._holds.look_again(await self._book.costs_of(told), self._policies.current)
        except Overloaded:
            return
        by_provider: dict[str, list[Job]] = {}
        for job in due:
            by_provider.setdefault(job.provider, []).append(job)
        await asyncio.gather(*(self._look_after_all(jobs, now) for jobs in by_provider.values()))

    async def _look_after_all(self, jobs: list[Job], now: float) -> None:
        """Of one provider: each waits for the one before, and is not asked for now where that got no answer."""
        error: BaseException | None = None
        for job in secrets.SystemRandom().sample(jobs, len(jobs)):  # else one that is always late hid all behind it
            if not isinstance(error, UpstreamUnreachable | UpstreamTimedOut):
                # A defect in one must not keep the others from ending.
                (error,) = await asyncio.gather(self.look_after(job), return_exceptions=True)
                if error is not None and not isinstance(error, GatewayError):
                    logs.fault(job.row_id, error)
            if isinstance(error, GatewayError):
                logs.warning(logs.JOB_NOT_ASKED, provider=job.provider, job=job.id, error=type(error).__name__)
            if error is not None and now - job.at > GIVEN_UP:  # also of a provider that never answers again
                self.presume(job)


def _row(job: Job, used: Usage) -> UsageRow:
    return UsageRow(
        request_id=job.row_id,
        at=job.at,
        key_id=job.key_id,
        team=job.team,
        user=job.user,
        operation="batches" if job.kind == "batch" else "responses",
        dialect=job.dialect,
        model_asked=job.model_asked,
        provider=job.provider,
        model=job.model,
        region=job.region,
        usage=used,
        cost_center=job.cost_center,
        project=job.project,
        tags=job.tags,
        policy_version=job.policy_version,
        attempts=1,
    )


def _cut_short(job: Job, tree: dict[str, Any]) -> Usage:
    """What an answer is presumed to have used that has ended and does not tell: it was read, and somebody may have read
    what it shows.
    """
    items = shown if type(shown := tree.get("output")) is list else []
    said = len(msgspec.json.encode(items)) // BYTES_A_TOKEN if items else 0
    return Usage(job.input_tokens, said, estimated=True, calls=calls_or_none(calls_in(items)))


def _sum(bills: list[Bill]) -> Bill:
    first = bills[0]
    listed = [bill.list_meters for bill in bills if bill.list_meters is not None]
    costs = [bill.list_cost for bill in bills if bill.list_cost is not None]
    return Bill(
        cost=Money(sum(bill.cost.nano for bill in bills), first.cost.currency),
        meters=_meters([bill.meters for bill in bills]),
        source=first.source,
        list_cost=Money(sum(cost.nano for cost in costs), costs[0].currency) if costs else None,
        list_meters=_meters(listed) if listed else None,
        cache_saved=sum(bill.cache_saved for bill in bills),
        unpriced_calls=first.unpriced_calls,  # all calls are in the first part
    )


def _meters(each: list[Meters]) -> Meters:
    return Meters(*(sum(column) for column in zip(*map(msgspec.structs.astuple, each), strict=True)))
