"""One good fake for each port, and a raw ASGI client: what the laws of the pipeline are tested with."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from gateway.api.cycle import CYCLE
from gateway.api.edge import Edge
from gateway.api.pieces import PIECES
from gateway.audit.log import AuditLog
from gateway.caching.entry import Sealer
from gateway.caching.memory import MemoryAnswers
from gateway.caching.shared_vector_index import SharedVectorIndex
from gateway.calling import codec_of
from gateway.core.alerting import Alert
from gateway.core.anomaly import Restriction
from gateway.core.bills import Bill, Meters
from gateway.core.engines import EngineLoad
from gateway.core.identity import Principal
from gateway.core.jobs import Job
from gateway.core.key_status import ModelSpend, PriceTag, Refusal
from gateway.core.messages import Dialect
from gateway.core.money import Money
from gateway.core.objects import ObjectKind, ObjectPage, OwnedObject, Window
from gateway.core.policy import Alias, Policy, Timeouts
from gateway.core.ports import Estimate, Record, Trial, UsageRow
from gateway.core.spending import Books, Scope, Spent
from gateway.core.token_maps import TokenValues, merged
from gateway.core.usage import Usage
from gateway.dialects.operations import OPERATIONS
from gateway.dialects.registry import CLIENT_CODECS, PROVIDER_CODECS
from gateway.errors import JournalUnavailable, NotAuthenticated
from gateway.exchange import Exchange
from gateway.journal.open_calls import JournalledCalls
from gateway.limiting import Limits
from gateway.overload.gate import Gate
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.strain import HeldBytes
from gateway.overload.turns import Turns
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pipeline import STAGES, Pipeline
from gateway.policy.shadow import Shadow
from gateway.providers.hosted import WireProvider
from gateway.providers.transport import Offer, UpstreamRequest, UpstreamResponse
from gateway.routing.candidates import CandidateOrder
from gateway.routing.health import Health
from gateway.routing.salts import CacheSalts
from gateway.routing.trials import Trials
from gateway.stages.account import Account
from gateway.stages.admit import Admit
from gateway.stages.answers.kept_answers import KeptAnswers
from gateway.stages.answers.recall_similar import SimilarAnswers
from gateway.stages.attest import Attest
from gateway.stages.audit import Audit
from gateway.stages.call import Call, Providers, Resilience
from gateway.stages.calls.another_call import AnotherCall
from gateway.stages.calls.call_objects import ObjectCalls
from gateway.stages.calls.hold_answers import AnswerHolder
from gateway.stages.check_owner import CheckOwner
from gateway.stages.choose import Choose
from gateway.stages.count_tokens import CountTokens
from gateway.stages.describe_key import DescribeKey
from gateway.stages.dispatch import Dispatch
from gateway.stages.govern import Govern
from gateway.stages.identify import Identify
from gateway.stages.instruct import Instruct
from gateway.stages.list_models import ListModels
from gateway.stages.mirror import Mirror
from gateway.stages.money.end_jobs import JobsEnd
from gateway.stages.money.hold_jobs import JobHolder
from gateway.stages.money.hold_money import MoneyHolder
from gateway.stages.observe import Observe
from gateway.stages.recall import Recall
from gateway.stages.redact import Redact
from gateway.stages.replay import Replay
from gateway.stages.reserve import Reserve
from gateway.stages.restrain import Restrain
from gateway.stages.stage import Stage
from gateway.stages.take_turn import TakeTurn
from gateway.stages.understand import Understand
from gateway.system_clock import SystemClock
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import NoTraces
from tests.support.audit_logs import new_writer


class FakeKeys:
    """Knows `good`, of team demo or the test's."""

    def __init__(self) -> None:
        self.team = "demo"
        self.key_id = "key1"

    async def find(self, presented: str) -> Principal:
        if presented != "good":
            raise NotAuthenticated("The API key is not valid.")
        return Principal(key_id=self.key_id, team=self.team)


class FakeLedger:
    def __init__(self) -> None:
        self.rows: list[UsageRow] = []
        self.estimates: list[Estimate | None] = []
        self.full = False
        self.final: Callable[[UsageRow], None] = lambda _: None

    def record(self, row: UsageRow, estimate: Estimate | None) -> None:
        self.rows.append(row)
        self.estimates.append(estimate)
        self.final(row)


class FakeJournal:
    """Records in a list, on the disk as soon as somebody waits for them. `broken`: the disk fails."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.durable_to = 0
        self.failing = False
        self.broken = False

    def append(self, kind: str, key: str, payload: bytes, made: object = None) -> int:
        number = len(self.records) + 1
        self.records.append(Record(number, kind, key, payload))
        return number

    async def durable(self, number: int, refusal: Callable[[], Exception] | None = None) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise JournalUnavailable("the disk fails") if refusal is None else refusal()
        self.durable_to = max(self.durable_to, number)


class FakePrices:
    """A nano-unit a token."""

    def cost(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> tuple[Money, str] | None:
        return Money(usage.total_tokens, "USD"), "fake"

    def bill(self, policy: Policy, provider: str, model: str, usage: Usage, at: float) -> Bill | None:
        cost = Money(usage.total_tokens, "USD")
        return Bill(cost=cost, meters=Meters(input=usage.input_tokens, output=usage.output_tokens), source="fake")

    def tag(self, policy: Policy, provider: str, model: str, at: float) -> PriceTag | None:
        return PriceTag(currency="USD", input=1_000_000, output=1_000_000, cached_input=None)


class FakeRestrictions(dict[str, Restriction]):
    """Those that a test puts in, by key."""

    def of(self, key_id: str) -> Restriction | None:
        return self.get(key_id)


class FakeEmbedder:
    """Makes no vectors. Implements `stages.answers.recall_similar.Embedder`."""

    async def vector(self, exchange: Exchange, text: str, model: str) -> None:
        return None


class FakeShadows:
    """Remembers what was offered."""

    def __init__(self) -> None:
        self.offered: list[Exchange] = []

    def offer(self, exchange: Exchange, alias: Alias) -> None:
        self.offered.append(exchange)


class FakeKeyHistory:
    """Nobody spent anything."""

    async def written(self) -> None:
        pass

    async def spent(self, first_day: str, last_day: str, of: Mapping[str, str]) -> list[ModelSpend]:
        return []

    async def held(self, start: float, end: float, of: Mapping[str, str]) -> list[Spent]:
        return []

    async def refusals(self, key_id: str, number: int) -> list[Refusal]:
        return []


class FakeAlarms:
    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def raise_alarm(self, alert: Alert) -> None:
        self.alerts.append(alert)


class FakeSpending:
    """Nothing was spent before."""

    async def spent(self, scope: Scope, start: float, end: float, counted: Callable[[], Awaitable[list[str]]]) -> Books:
        return Books([])

    async def hours(self, scope: Scope, ends: Sequence[float]) -> list[list[Spent]]:
        return [[] for _ in ends]

    async def hour(self, end: float) -> Mapping[Scope, list[Spent]]:
        return {}


async def nothing_to_ship() -> None:
    """What is recorded is in the ledger."""


class FakeCounter:
    """A token a word."""

    async def count(self, text: str, model: str) -> int:
        return len(text.split())


class FakeTokenMaps:
    """Keeps for ever, unsealed."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], TokenValues] = {}

    async def keep(self, team: str, object_ids: Iterable[str], values: TokenValues, until: float) -> None:
        for object_id in object_ids:
            if values:
                self.kept[team, object_id] = merged(self.kept.get((team, object_id), {}), values)

    async def find(self, team: str, object_ids: Iterable[str]) -> TokenValues:
        values: TokenValues = {}
        for object_id in object_ids:
            values = merged(values, self.kept.get((team, object_id), {}))
        return values

    async def forget(self, team: str, object_id: str) -> None:
        self.kept.pop((team, object_id), None)


class FakePolicies:
    def __init__(self, policy: Policy) -> None:
        self.current = policy
        self.degraded = None
        self.trial: Trial | None = None

    def before(self, policy: Policy) -> Policy | None:
        return None

    def failed(self, policy: Policy) -> None:
        raise AssertionError


class ScriptedResponse:
    """Chunks in order; an exception among them is raised, a callable is called, None waits for ever."""

    def __init__(self, status: int, headers: dict[str, str], script: list[Any]) -> None:
        self.status = status
        self.headers = headers
        self._script = script
        self._take: Offer | None = None
        self.closed = False

    def offer(self, take: Offer) -> None:
        self._take = take

    async def chunks(self) -> AsyncIterator[bytes]:
        for step in self._script:
            await asyncio.sleep(0)
            if isinstance(step, bytes):
                if self._take is None or not self._take(step):
                    yield step
            elif isinstance(step, Exception):
                raise step
            elif step is None:
                await asyncio.Event().wait()
            else:
                step()

    async def read(self, limit: int) -> bytes:
        return b"".join([chunk async for chunk in self.chunks()])

    def close(self) -> None:
        self.closed = True


class ScriptedUpstream:
    """Answers with what `answers` holds, in turn; an exception is raised instead."""

    def __init__(self, *answers: ScriptedResponse | Exception | None) -> None:
        self._answers = itertools.cycle(answers)
        self.requests: list[UpstreamRequest] = []
        self.open_connections = 0

    async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> UpstreamResponse:
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = next(self._answers)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer

    async def close(self) -> None:
        pass


class FakeRegister:
    """Holds objects in a list, the newest first; a moment later is newer."""

    def __init__(self) -> None:
        self.objects: list[OwnedObject] = []

    async def hold(self, owned_objects: Sequence[OwnedObject]) -> None:
        for owned in owned_objects:
            if not any((one.id, one.provider) == (owned.id, owned.provider) for one in self.objects):
                self.objects.append(owned)
        self.objects.sort(key=lambda one: (one.created_at, one.id), reverse=True)

    def _own(self, team: str, dialect: Dialect, kind: ObjectKind) -> list[OwnedObject]:
        return [one for one in self.objects if (one.team, one.dialect, one.kind) == (team, dialect, kind)]

    async def find(self, team: str, dialect: Dialect, kind: ObjectKind, object_id: str) -> OwnedObject | None:
        return next((one for one in self._own(team, dialect, kind) if one.id == object_id), None)

    async def held(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> dict[str, OwnedObject]:
        return {one.id: one for one in self._own(team, dialect, kind) if one.id in ids}

    async def foreign(self, team: str, dialect: Dialect, kind: ObjectKind, ids: Collection[str]) -> set[str]:
        theirs = [one for one in self.objects if one.team != team and (one.dialect, one.kind) == (dialect, kind)]
        return {one.id for one in theirs if one.id in ids}

    async def page(self, team: str, dialect: Dialect, kind: ObjectKind, window: Window) -> ObjectPage:
        own = self._own(team, dialect, kind)
        ids = [one.id for one in own]
        start = window.offset
        if window.after is not None:
            start = ids.index(window.after) + 1 if window.after in ids else len(ids)
        shown = own[start : start + window.limit]
        return ObjectPage(tuple(shown), more=len(own) > start + window.limit, total=len(own))

    async def forget(self, owned: OwnedObject) -> None:
        self.objects = [one for one in self.objects if (one.id, one.provider) != (owned.id, owned.provider)]


class FakeJobs:
    """Jobs in a dictionary; who ends one has to say so here."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}

    async def open(self, job: Job) -> None:
        self.jobs[job.id] = job

    async def made(self, job_id: str, object_id: str) -> None:
        self.jobs[job_id] = msgspec.structs.replace(self.jobs[job_id], object_id=object_id)

    async def drop(self, job_id: str) -> None:
        self.jobs.pop(job_id, None)

    async def find(self, provider: str, object_id: str) -> Job | None:
        return next((job for job in self.jobs.values() if (job.provider, job.object_id) == (provider, object_id)), None)

    async def due(self, looked_before: float, now: float, number: int) -> list[Job]:
        return list(self.jobs.values())[:number]

    async def begun_by(self, request_ids: Sequence[str]) -> set[str]:
        return self.jobs.keys() & set(request_ids)

    async def costs_of(self, row_ids: Sequence[str]) -> dict[str, Money]:
        return {}


class Stand:
    """The real stages, edge and codecs between fake ports."""

    def __init__(
        self, policy: Policy, upstream: ScriptedUpstream, wrap: Callable[[Stage], Stage] = lambda it: it
    ) -> None:
        clock = SystemClock()
        self.ledger = FakeLedger()
        self.journal = FakeJournal()
        self.calls = JournalledCalls(self.journal, lambda text, _: len(text.split()))
        self.audit = AuditLog(self.journal, new_writer(), clock)
        self.upstream = upstream
        self.metrics = Metrics()
        self.keys = FakeKeys()
        self.token_maps = FakeTokenMaps()
        self.health = Health()
        self.trials = Trials(lambda *_: None)
        self.engines: dict[str, EngineLoad | None] = {}
        self.register = FakeRegister()
        self.restrictions = FakeRestrictions()
        self.turns = Turns(lambda: 0.0, lambda: 0.0, clock.monotonic)
        self.shedder = LoadShedder(self.turns, Gate(self.turns.refusal, clock.monotonic), clock)
        self.shadows = FakeShadows()
        self.answers = MemoryAnswers(clock)
        self.alarms = FakeAlarms()
        policies = self.policies = FakePolicies(policy)
        self.limits = Limits(None, clock, FakeSpending(), nothing_to_ship, self.alarms, policies)
        self.ledger.final = self.limits.settle
        providers = {name: WireProvider(spec) for name, spec in policy.providers.items()}
        money = money_of(self.limits)
        self.book = FakeJobs()
        self.ends = JobsEnd(
            self.book,
            self.limits.jobs,
            self.ledger,
            FakePrices(),
            policies,
            clock,
            lambda _, name: providers.get(name),
            lambda _: upstream,
        )
        jobs = JobHolder(
            self.limits.budgets,
            self.limits.allowances,
            self.limits.jobs,
            FakePrices(),
            self.limits.outputs,
            self.limits.at_provider,
            NothingEarlier(),
            self.book,
            self.ends.refused,
            self.ends.end,
        )
        alone = SharedVectorIndex(None, b"s" * 32, clock)
        kept = KeptAnswers(self.answers, Sealer(b"k" * 32), lambda _, name: providers.get(name), codec_of, clock)
        made: dict[type[Stage], Stage] = {
            Observe: Observe(clock, self.metrics, NoTraces()),
            Identify: Identify(self.keys),
            Audit: Audit(self.audit, FakePrices()),
            Attest: Attest(self.audit),
            Account: Account(self.ledger, FakePrices(), clock, money.input_at_provider),
            Govern: Govern(policies, Shadow()),
            ListModels: ListModels(lambda _, name: providers.get(name)),
            DescribeKey: DescribeKey(FakeKeyHistory(), FakePrices(), self.limits.throttle, self.limits.budgets, clock),
            Restrain: Restrain(self.restrictions, clock),
            TakeTurn: TakeTurn(self.turns, self.shedder),
            Understand: Understand(1024 * 1024),
            Admit: Admit(self.limits.throttle, self.limits.outputs, clock),
            Instruct: Instruct(),
            Redact: Redact(DetectorsOfRules(), bytes(32), clock, self.token_maps),
            Choose: Choose(
                lambda _, name: providers.get(name),
                CandidateOrder(lambda: 0.0, self.health, clock, self.engines),
                self.trials,
                clock,
                money,
                lambda _, target: None,
            ),
            CountTokens: CountTokens(FakeCounter()),
            CheckOwner: CheckOwner(self.register),
            Replay: Replay(kept, b"s" * 32, None),
            Recall: Recall(
                kept,
                b"s" * 32,
                SimilarAnswers(kept, b"s" * 32, alone, FakeEmbedder(), lambda: 0.5),
            ),
            Dispatch: Dispatch(self.calls, self.journal, self.limits.budgets, self.audit, money.input_at_provider),
            Reserve: Reserve(money, jobs),
            Mirror: Mirror(self.shadows),
            Call: Call(
                Providers(lambda _, name: providers.get(name), lambda _: upstream, codec_of),
                Resilience(self.health, self.trials),
                clock,
                lambda: 0.0,
                ObjectCalls(
                    lambda _, name: providers.get(name),
                    lambda _: upstream,
                    PROVIDER_CODECS,
                    self.register,
                    clock,
                    jobs,
                    self.ends,
                ),
                AnswerHolder(self.register, jobs),
                CacheSalts(b"c" * 32),
                AnotherCall(self.calls, self.journal, money, self.ledger, FakePrices()),
            ),
        }
        self.stages = [wrap(made[kind]) for kind in STAGES]
        self.build()

    def build(self) -> None:
        """The road of the stages as they are now: once more, where a test has put something in one's place."""
        self.pipeline = Pipeline(self.stages)
        self.edge = Edge(self.pipeline, CLIENT_CODECS, OPERATIONS, SystemClock(), HeldBytes(), self.shedder)


class AsgiCall:
    """One request against an ASGI application, with every message seen and the client's leaving in the test's hand."""

    def __init__(
        self,
        path: str,
        body: bytes,
        headers: dict[str, str] | None = None,
        method: str = "POST",
        *,
        short: bool = False,
    ) -> None:
        """`short`: the server has a way for pieces of a body that needs no awaiting."""
        self.messages: list[dict[str, Any]] = []
        self.pieces: list[bytes] = []
        """Those of `messages` that came that way."""
        self._gone = asyncio.Event()
        self.on_left: Callable[[], None] = lambda: None
        self._body: bytes | None = body
        self.leave_at: int | None = None
        """Leave when so many messages have been sent to us."""
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (name.encode(), value.encode())
                for name, value in {"host": "gateway", "authorization": "Bearer good", **(headers or {})}.items()
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "scheme": "http",
            "extensions": {PIECES: self} if short else {},
            CYCLE: self,
        }

    def wanted(self) -> bool:
        return not self._gone.is_set()

    def write(self, data: bytes) -> bool:
        if not self.wanted():
            return False
        self.pieces.append(data)
        self._see({"type": "http.response.body", "body": data, "more_body": True})
        return True

    def leave(self) -> None:
        self._gone.set()
        asyncio.get_running_loop().call_soon(self.on_left)

    @property
    def disconnected(self) -> bool:
        return self._gone.is_set()

    def take_body(self) -> None:
        """All of it is to be received."""

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self._see(message)
        await asyncio.sleep(0)

    def _see(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if self.leave_at is not None and len(self.messages) >= self.leave_at:
            self.leave()
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._gone.set()

    async def run(self, application: Any) -> None:
        async with asyncio.timeout(60):  # on a busy machine the first rule set of a process takes half of it to compile
            await application(self.scope, self.receive, self.send)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}


class NothingEarlier:
    """Of whose answers no usage is known."""

    async def came_to(self, named: Sequence[OwnedObject]) -> tuple[int, bool]:
        return 0, False


def money_of(limits: Limits) -> MoneyHolder:
    return MoneyHolder(limits.budgets, limits.allowances, FakePrices(), limits.outputs, limits.at_provider)
