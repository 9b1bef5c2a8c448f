"""The composition root: the only file that names concrete classes, and the order in which they come and go."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import Mapping, Sequence

from gateway.alerting import Alerting
from gateway.anomaly.watch import Watch
from gateway.api.edge import Edge
from gateway.audit.log import JOURNAL_KIND as AUDIT
from gateway.audit.process import anchoring_of, audit_of
from gateway.billing.marginal_costs import MarginalCosts
from gateway.billing.prices import SeededPriceBook
from gateway.billing.uses import BY, SUMS
from gateway.caching.entry import Sealer
from gateway.caching.memory import MemoryAnswers
from gateway.caching.shared_vector_index import SharedVectorIndex
from gateway.calling import Calling, codec_of, side_call_stages
from gateway.core.ports import PolicySource, UsageRow
from gateway.dialects.operations import OPERATIONS
from gateway.dialects.registry import CLIENT_CODECS
from gateway.embedding import Embedding
from gateway.exchange import Attempt
from gateway.journal.alarms import ALERT
from gateway.journal.estimates import Estimator
from gateway.journal.local import LocalJournal
from gateway.journal.open_calls import BEAT_KIND, DISPATCHED, JournalledCalls, stays_in_the_journal
from gateway.journal.shipper import Projector, Shipper
from gateway.journal.usage import USAGE, JournalledUsage
from gateway.limiting import jobs_of, limits_of, settle_orphans
from gateway.mirroring import Mirrors, Room
from gateway.overload.guards import guards_of
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pii.rampart import installed_names
from gateway.pipeline import STAGES, Pipeline
from gateway.policy.shadow import Shadow
from gateway.providers.registry import ProviderRegistry
from gateway.providers.watch import EngineWatch
from gateway.routing.candidates import CandidateOrder
from gateway.routing.health import Health
from gateway.routing.salts import CacheSalts
from gateway.routing.trials import Trials
from gateway.settings import Settings
from gateway.stages.account import Account
from gateway.stages.admit import Admit
from gateway.stages.answers.kept_answers import KeptAnswers
from gateway.stages.answers.recall_similar import SimilarAnswers
from gateway.stages.attest import Attest
from gateway.stages.audit import Audit
from gateway.stages.call import Call
from gateway.stages.calls.another_call import AnotherCall
from gateway.stages.calls.hedge import Hedging
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
from gateway.storage import comparisons
from gateway.storage.anomalies import AnomalyBooks
from gateway.storage.answers import RedisAnswers
from gateway.storage.claims import RedisClaims
from gateway.storage.costs import StoredUses
from gateway.storage.directory import CHANNEL, StoredKeys
from gateway.storage.earlier_answers import StoredEarlierAnswers
from gateway.storage.engine import open_engine
from gateway.storage.jobs import StoredJobs
from gateway.storage.key_history import StoredKeyHistory
from gateway.storage.keys import KeyStore
from gateway.storage.objects import StoredObjects
from gateway.storage.redis_calls import connections
from gateway.storage.rollups import Rollups
from gateway.storage.token_maps import StoredTokenMaps
from gateway.storage.usage import insert_usage
from gateway.storage.vectors import RedisVectors
from gateway.system_clock import SystemClock
from gateway.tasks import close_in_turn
from gateway.telemetry import logs
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import traces_from
from gateway.tokens.count import LocalTokenCounter, count_tokens

MAX_BODY_BYTES = 64 * 1024 * 1024
"""A request with some images and a long document; providers take 20 to 50 MB."""

GC_THRESHOLD = 20_000
"""Objects between two collections; a request makes some hundreds, nearly all freed without the collector."""


class Gateway:
    """Everything one process holds. Made on a running event loop; `close` gives all of it back."""

    def __init__(self, settings: Settings, policies: PolicySource, environ: Mapping[str, str]) -> None:
        self.clock = SystemClock()
        self.policies = policies
        self.metrics = Metrics()
        self.traces = traces_from(environ)
        self.engine = open_engine(settings.database_url.reveal())
        url = settings.redis_url
        self.redis, self.channels = connections(None if url is None else url.reveal())
        self.keys = StoredKeys(KeyStore(self.engine), settings.key_for("virtual-key-pepper"), self.clock)
        if self.channels is not None:
            self.channels.subscribe(CHANNEL, self.keys.hear, self.keys.miss)
        self.tokens_key = settings.key_for("personal-data-tokens")
        self.token_maps = StoredTokenMaps(self.engine, settings.key_for("personal-data-maps"), self.clock)
        self.detectors = DetectorsOfRules(installed_names())
        self.prices = SeededPriceBook()
        self.counter = LocalTokenCounter()
        self.journal = LocalJournal(settings.state_dir / "journal", carry=(DISPATCHED, USAGE))
        self.audit, self.into_log = audit_of(settings, self.journal, self.clock)
        self.alerting = alerting = Alerting(self.journal, self.engine, policies, self.metrics, self.clock)
        projectors: dict[str, Projector] = {
            ALERT: alerting.stored.project,
            DISPATCHED: stays_in_the_journal,
            BEAT_KIND: stays_in_the_journal,
            USAGE: insert_usage,
            AUDIT: self.into_log,
            comparisons.SHADOW: comparisons.project,
        }
        self.shipper = shipper = Shipper(self.journal, self.engine, projectors)
        self.anchoring = anchoring_of(settings, self.clock, alerting.raised)
        self.limits = limits_of(settings, self.redis, self.engine, self.clock, shipper.drain, alerting.raised, policies)
        self.calls = JournalledCalls(self.journal, count_tokens)
        self.earlier = StoredEarlierAnswers(self.engine)
        counted = Estimator(self.counter, self.prices, self.earlier)
        self.ledger = JournalledUsage(self.journal, counted, policies, alerting.unpriced, final=self._row_is_final)
        self.objects = StoredObjects(self.engine)
        self.watch = Watch(AnomalyBooks(self.engine), policies, self.clock, alarm=alerting.unusual)
        self.rollups = Rollups(self.engine, lambda: policies.current.reporting, self.clock)
        self.providers = ProviderRegistry()
        self.marginal = MarginalCosts(StoredUses(self.engine, BY, SUMS).between, self.prices, self.clock)
        self.health = Health()
        self.trials = Trials(logs.canary_out)
        self.salts = CacheSalts(settings.key_for("engine-cache-salts"))
        self.engines = EngineWatch(policies, self.providers.provider, self.providers.upstream, self.clock.monotonic)
        self.shadow = Shadow()
        self.guards = guards_of(self.clock, secrets.SystemRandom().random)
        self.answers = MemoryAnswers(self.clock) if self.redis is None else RedisAnswers(self.redis)
        self.claims = None if self.redis is None else RedisClaims(self.redis)
        shared = None if self.redis is None else RedisVectors(self.redis)
        self.vector_index = SharedVectorIndex(shared, settings.key_for("answer-likeness"), self.clock)
        self.sealer = Sealer(settings.key_for("answer-cache"))
        self.cache_secret = settings.key_for("answer-cache-names")
        self._books = self.earlier, StoredJobs(self.engine), self.ledger, self.prices
        self.jobs, self.jobs_end = jobs_of(self.limits, *self._books, policies, self.clock, self.providers)
        pipeline, guards = Pipeline(self.stages(STAGES)), self.guards
        self.edge = Edge(pipeline, CLIENT_CODECS, OPERATIONS, self.clock, guards.bodies, guards.shedder)

    def stages(self, kinds: Sequence[type[Stage]]) -> list[Stage]:
        """The stages of these classes, with what each needs of the world."""
        draw, detectors = secrets.SystemRandom().random, self.detectors
        provider, history = self.providers.provider, StoredKeyHistory(self.engine, self.recorded)
        limits = self.limits
        money = MoneyHolder(limits.budgets, limits.allowances, self.prices, limits.outputs, limits.at_provider)
        kept = KeptAnswers(self.answers, self.sealer, provider, codec_of, self.clock)
        another = AnotherCall(self.calls, self.journal, money, self.ledger, self.prices)
        calling = Calling(self.providers, self.objects, self.jobs, self.jobs_end, another, self.clock, draw, self.salts)
        ways = CandidateOrder[Attempt](draw, self.health, self.clock, self.engines.seen)
        made: dict[type[Stage], Stage] = {
            Observe: Observe(self.clock, self.metrics, self.traces),
            Audit: Audit(self.audit, self.prices),
            Attest: Attest(self.audit),
            Identify: Identify(self.keys),
            Account: Account(self.ledger, self.prices, self.clock, money.input_at_provider),
            Govern: Govern(self.policies, self.shadow),
            ListModels: ListModels(provider),
            DescribeKey: DescribeKey(history, self.prices, self.limits.throttle, self.limits.budgets, self.clock),
            Restrain: Restrain(self.watch, self.clock),
            TakeTurn: TakeTurn(self.guards.turns, self.guards.shedder),
            Admit: Admit(self.limits.throttle, self.limits.outputs, self.clock),
            Reserve: Reserve(money, self.jobs),
            Dispatch: Dispatch(self.calls, self.journal, self.limits.budgets, self.audit, money.input_at_provider),
            Understand: Understand(MAX_BODY_BYTES),
            Instruct: Instruct(),
            Redact: Redact(detectors, self.tokens_key, self.clock, self.token_maps, thorough=detectors.thorough),
            Choose: Choose(provider, ways, self.trials, self.clock, money, self.marginal.at),
            CountTokens: CountTokens(self.counter),
            Replay: Replay(kept, self.cache_secret, self.claims),
            CheckOwner: CheckOwner(self.objects),
        }
        self.hedging = Hedging(side_call_stages(made, money), self.health, self.clock)
        made[Call] = calling.by(self.health, self.trials, self.hedging)
        self.mirrors = Mirrors(
            Pipeline([*side_call_stages(made, money), calling.by(Health(), Trials(lambda *_: None))]),
            Room(self.health, self.engines.seen, self.clock, self.guards.strain),
            provider,
            self.clock,
            draw,
            lambda compared: self.journal.append(
                comparisons.SHADOW, compared.request_id, comparisons.encoded(compared)
            ),
        )
        made[Mirror] = Mirror(self.mirrors)
        pipeline = Pipeline([*side_call_stages(made, money), calling.by(self.health, self.trials)])
        embedding = Embedding(pipeline, provider, self.clock)
        self.similar_answers = SimilarAnswers(kept, self.cache_secret, self.vector_index, embedding, draw)
        made[Recall] = Recall(kept, self.cache_secret, self.similar_answers)
        return [made[kind] for kind in kinds]

    async def warm(self) -> None:
        """Do now what the first requests would wait for: prices, a tokeniser, journal, audit, database."""
        await self.journal.open()
        left = await settle_orphans(self.journal, self.policies.current, self.limits.budgets, *self._books)
        self.shipper.start()
        await self.audit.open()
        self.into_log.open(self.engine)
        self.anchoring.open(self.engine)
        self.prices.warm()
        await self.counter.warm()
        if self.policies.current.pii:
            logs.event(logs.PREPARING, work="what finds personal data is built and warmed up: seconds of a core")
        await asyncio.to_thread(self.policies.prepared_by, self.detectors.prepare)
        self.rollups.start()
        self.watch.start()
        self.marginal.start()
        self.guards.lag.start()
        self.engines.start()
        if self.redis is not None and self.channels is not None:
            self.redis.start()
            self.channels.start()
            await self.redis.ready()  # one that is down keeps nobody from starting either
        self.limits.start(left)
        self.calls.start()
        self.jobs_end.start()
        self.alerting.delivery.start()
        await self.keys.look()  # a database that is down keeps nobody from starting
        self.keys.start()
        gc.collect()
        gc.freeze()  # what was loaded until now stays: the collector need not look at it again and again
        gc.set_threshold(GC_THRESHOLD)

    def _row_is_final(self, row: UsageRow) -> None:
        self.calls.end(row)
        self.limits.settle(row)

    async def recorded(self) -> None:
        """Return when every usage row taken until now is in the database."""
        await self.ledger.counted()
        await self.shipper.drain()

    async def close(self, drain_seconds: float) -> None:
        """Finish what is being served, write what was recorded, let go of every connection."""
        redis = () if self.redis is None or self.channels is None else (self.channels.close, self.redis.close)
        await close_in_turn(
            self.mirrors.stop,
            lambda: self.edge.drain(drain_seconds),
            self.mirrors.close,
            self.guards.lag.close,
            self.engines.close,
            self.jobs_end.close,
            self.rollups.close,
            self.watch.close,
            self.marginal.close,
            self.providers.close,
            self.calls.close,
            self.ledger.close,
            self.anchoring.close,
            self.into_log.close,
            self.audit.close,
            self.limits.close,
            self.alerting.delivery.close,
            self.shipper.close,
            self.journal.close,
            lambda: asyncio.to_thread(self.shipper.clear),
            self.journal.release,
            self.counter.close,
            self.keys.close,
            *redis,
            self.engine.dispose,
            lambda: asyncio.to_thread(self.traces.close),
        )
