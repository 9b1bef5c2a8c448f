"""Numbers for Prometheus.

Requests add to plain integers, which become metric families only when somebody scrapes: the client library's locked
counters cost a request more than a stage does.

Invariants
- Labels take their values from the policy and from this code, never from a client, so that the number of series is
  bounded whatever is asked.
- All numbers are those of one process and are written on its event loop only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.core.anomaly import Restriction
from gateway.core.engines import ServerShown
from gateway.core.ports import UsageRow
from gateway.core.usage import CALL_KINDS
from gateway.telemetry.engine_metrics import engine_families

_BOUNDS_MS = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000)

CONTENT_TYPE = CONTENT_TYPE_LATEST


class _Durations:
    """A histogram. `counts[i]`: how many lie between the bound before and `_BOUNDS_MS[i]`; the last: above all."""

    __slots__ = ("counts", "sum_ms")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS_MS) + 1)
        self.sum_ms = 0

    def add(self, milliseconds: int) -> None:
        self.counts[bisect_left(_BOUNDS_MS, milliseconds)] += 1
        self.sum_ms += milliseconds

    def buckets(self) -> list[tuple[str, float]]:
        """Cumulative, with bounds in seconds, as Prometheus wants them."""
        names = [str(bound / 1000) for bound in _BOUNDS_MS] + ["+Inf"]
        total = 0
        told: list[tuple[str, float]] = []
        for name, count in zip(names, self.counts, strict=True):
            total += count
            told.append((name, total))
        return told


class _Tally:
    """Of one (operation, provider, status)."""

    __slots__ = ("input_tokens", "output_tokens", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.input_tokens = 0
        self.output_tokens = 0


class Metrics(Collector):
    """One a process."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.audit_anchored: dict[str, float] = {}
        self.journal_waiting = 0
        self.policy_degraded = False
        self.problems: Mapping[str, bool] = {}
        self.failed_attempts: Mapping[tuple[str, str], int] = {}
        self.targets_open = 0
        self.warnings: Mapping[str, int] = {}
        self.policy_version = ""
        self.policy_trial: tuple[str, int] | None = None
        self.policy_shadow: dict[str, int] = {}
        self.targets_limited = 0
        self.canaries_out = 0
        self.hedges: Mapping[tuple[str, str], int] = {}
        self.shadows: Mapping[tuple[str, str, str], int] = {}
        self.servers: Sequence[ServerShown] = ()
        self.alike: Mapping[tuple[str, str], int] = {}
        self._unpriced: dict[str, int] = {}
        self._unusual: dict[str, int] = {}
        self._personal: dict[str, int] = {}
        self._calls: dict[tuple[str, str], int] = {}
        self.turns_waiting = 0
        self.turns_refused = 0
        self._tallies: dict[tuple[str, str, str], _Tally] = {}
        self._durations: dict[str, tuple[_Durations, _Durations]] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def request_ended(self, record: UsageRow) -> None:
        """Count one request."""
        key = (record.operation, record.provider or "none", record.status)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _Tally()
        tally.requests += 1
        usage = record.usage
        tally.input_tokens += usage.input_tokens
        tally.output_tokens += usage.output_tokens
        if usage.calls is not None:
            for kind in CALL_KINDS:
                if some := getattr(usage.calls, kind):
                    labels = record.provider or "none", kind
                    self._calls[labels] = self._calls.get(labels, 0) + some
        for name, count in record.personal_data.items():
            self._personal[name] = self._personal.get(name, 0) + count
        durations = self._durations.get(record.operation)
        if durations is None:
            durations = self._durations[record.operation] = (_Durations(), _Durations())
        durations[0].add(record.duration_ms)
        if record.first_byte_ms is not None:
            durations[1].add(record.first_byte_ms)

    def key_unusual(self, found: Restriction) -> None:
        """Count a key that was found unusual, by what was done."""
        self._unusual[found.grade] = self._unusual.get(found.grade, 0) + 1

    def row_unpriced(self, record: UsageRow) -> None:
        """Count a call of a paid model that left no cost."""
        provider = record.provider or "none"
        self._unpriced[provider] = self._unpriced.get(provider, 0) + 1

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """The metric families of this moment."""
        yield GaugeMetricFamily("gateway_requests_in_flight", "Requests being served.", self.in_flight)
        yield GaugeMetricFamily(
            "gateway_journal_records_waiting", "Records not yet in the database.", self.journal_waiting
        )
        yield GaugeMetricFamily(
            "gateway_policy_degraded", "1 while an edit of the policies is refused.", int(self.policy_degraded)
        )
        yield from self._troubles()
        yield GaugeMetricFamily(
            "gateway_targets_limited", "Models at a provider that get fewer calls at once.", self.targets_limited
        )
        yield GaugeMetricFamily(
            "gateway_canaries_out", "Models on trial that did worse than their peers.", self.canaries_out
        )
        anchored = GaugeMetricFamily(
            "gateway_audit_anchored_timestamp_seconds", "When an anchor last took a checkpoint.", labels=("anchor",)
        )
        for anchor, at in self.audit_anchored.items():
            anchored.add_metric((anchor,), at)
        yield anchored
        version = InfoMetricFamily("gateway_policy", "The version in force: equal versions decide equally.")
        version.add_metric((), {"version": self.policy_version})
        yield version
        if self.policy_trial is not None:
            trial = GaugeMetricFamily(
                "gateway_policy_trial_percent",
                "Share of the keys for which a version is on trial.",
                labels=("version",),
            )
            trial.add_metric((self.policy_trial[0],), self.policy_trial[1])
            yield trial
        if self.policy_shadow:
            shadow = CounterMetricFamily(
                "gateway_policy_shadow", "What the version on trial would have made of requests.", labels=("outcome",)
            )
            for outcome, count in self.policy_shadow.items():
                shadow.add_metric((outcome,), count)
            yield shadow
        hedged = CounterMetricFamily(
            "gateway_hedged_calls", "Second calls of requests whose first call was slow.", labels=("model", "outcome")
        )
        for named, count in self.hedges.items():
            hedged.add_metric(named, count)
        yield hedged
        mirrored = CounterMetricFamily(
            "gateway_shadow_calls", "Requests mirrored to shadows, or left out.", labels=("model", "target", "outcome")
        )
        for labels, count in self.shadows.items():
            mirrored.add_metric(labels, count)
        yield mirrored
        alike = CounterMetricFamily(
            "gateway_semantic_cache",
            "Texts that the cache compared with others: answered, none alike, asked all the same and how it compared.",
            labels=("model", "outcome"),
        )
        for pair, count in self.alike.items():
            alike.add_metric(pair, count)
        yield alike
        yield GaugeMetricFamily("gateway_requests_waiting", "Requests that wait for a place.", self.turns_waiting)
        yield CounterMetricFamily(
            "gateway_requests_shed", "Requests sent away for want of a place.", self.turns_refused
        )
        yield from engine_families(self.servers)
        yield from self._counters()
        personal = CounterMetricFamily(
            "gateway_personal_data", "Values found in requests, and tokens in answers.", labels=("type", "action")
        )
        for name, count in self._personal.items():
            type_, _, action = name.rpartition(":")
            personal.add_metric((type_ or "token", action), count)
        yield personal
        unpriced = CounterMetricFamily(
            "gateway_unpriced_calls", "Calls of paid models that left no cost in the books.", labels=("provider",)
        )
        for provider, count in self._unpriced.items():
            unpriced.add_metric((provider,), count)
        yield unpriced
        unusual = CounterMetricFamily("gateway_unusual_keys", "Keys found unusual, by what was done.", labels=("done",))
        for done, count in self._unusual.items():
            unusual.add_metric((done,), count)
        yield unusual
        yield self._histogram(0, "gateway_request_seconds", "From the request's first byte to the answer's last.")
        yield self._histogram(1, "gateway_first_byte_seconds", "From the request's first byte to the answer's first.")

    def _troubles(self) -> Iterator[Metric]:
        problems = GaugeMetricFamily(
            "gateway_problem", "1 while /health/ready names this as a problem.", labels=("problem",)
        )
        for problem, stands in self.problems.items():
            problems.add_metric((problem,), int(stands))
        yield problems
        warnings = CounterMetricFamily(
            "gateway_warnings", "Lines of the log that somebody should look at, by their event.", labels=("event",)
        )
        for event, count in self.warnings.items():
            warnings.add_metric((event,), count)
        yield warnings
        failed = CounterMetricFamily(
            "gateway_failed_attempts",
            "Attempts at a provider that failed, by its status or our code, also where another one answered then.",
            labels=("provider", "code"),
        )
        for pair, count in self.failed_attempts.items():
            failed.add_metric(pair, count)
        yield failed
        yield GaugeMetricFamily(
            "gateway_targets_open", "Models at a provider that are left alone after failures.", self.targets_open
        )

    def _counters(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "gateway_requests", "Requests ended.", labels=("operation", "provider", "status")
        )
        tokens = CounterMetricFamily("gateway_tokens", "Tokens used.", labels=("provider", "direction"))
        used: dict[tuple[str, str], int] = {}
        for (operation, provider, status), tally in self._tallies.items():
            requests.add_metric((operation, provider, status), tally.requests)
            for direction, count in (("input", tally.input_tokens), ("output", tally.output_tokens)):
                used[provider, direction] = used.get((provider, direction), 0) + count
        for labels, count in used.items():
            tokens.add_metric(labels, count)
        calls = CounterMetricFamily("gateway_billed_calls", "Calls that providers bill.", labels=("provider", "kind"))
        for labels, count in self._calls.items():
            calls.add_metric(labels, count)
        yield requests
        yield tokens
        yield calls

    def _histogram(self, which: int, name: str, what: str) -> Metric:
        family = HistogramMetricFamily(name, what, labels=("operation",))
        for operation, both in self._durations.items():
            durations = both[which]
            family.add_metric((operation,), durations.buckets(), durations.sum_ms / 1000)
        return family
