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
from typing import TypeVar

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

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


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
        self.journal_set_aside = 0
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
        self.semantic_cache: Mapping[tuple[str, str], int] = {}
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
        yield from self._traffic()
        yield from self._policy()
        yield from self._routing()
        yield from self._problems()
        yield from self._books()
        yield self._histogram(0, "gateway_request_seconds", "From the request's first byte to the answer's last.")
        yield self._histogram(1, "gateway_first_byte_seconds", "From the request's first byte to the answer's first.")

    def _traffic(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("gateway_requests_in_flight", "Requests being served.", self.in_flight)
        yield GaugeMetricFamily("gateway_requests_waiting", "Requests that wait for a place.", self.turns_waiting)
        yield CounterMetricFamily(
            "gateway_requests_shed", "Requests sent away for want of a place.", self.turns_refused
        )
        tokens: dict[tuple[str, str], int] = {}
        for (_, provider, _), tally in self._tallies.items():
            for direction, count in (("input", tally.input_tokens), ("output", tally.output_tokens)):
                tokens[provider, direction] = tokens.get((provider, direction), 0) + count
        ended = {key: tally.requests for key, tally in self._tallies.items()}
        yield _counter("gateway_requests", "Requests ended.", ("operation", "provider", "status"), ended)
        yield _counter("gateway_tokens", "Tokens used.", ("provider", "direction"), tokens)
        yield _counter("gateway_billed_calls", "Calls that providers bill.", ("provider", "kind"), self._calls)

    def _policy(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "gateway_policy_degraded", "1 while an edit of the policies is refused.", int(self.policy_degraded)
        )
        version = InfoMetricFamily("gateway_policy", "The version in force: equal versions decide equally.")
        version.add_metric((), {"version": self.policy_version})
        yield version
        if self.policy_trial is not None:
            share = dict((self.policy_trial,))
            yield _gauge(
                "gateway_policy_trial_percent", "Share of the keys for which a version is on trial.", "version", share
            )
        if self.policy_shadow:
            what = "What the version on trial would have made of requests."
            yield _counter("gateway_policy_shadow", what, ("outcome",), _singly(self.policy_shadow))

    def _routing(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "gateway_targets_open", "Models at a provider that are left alone after failures.", self.targets_open
        )
        yield GaugeMetricFamily(
            "gateway_targets_limited", "Models at a provider that get fewer calls at once.", self.targets_limited
        )
        yield GaugeMetricFamily(
            "gateway_canaries_out", "Models on trial that did worse than their peers.", self.canaries_out
        )
        what = "Attempts at a provider that failed, by its status or our code, also where another one answered then."
        yield _counter("gateway_failed_attempts", what, ("provider", "code"), self.failed_attempts)
        what = "Second calls of requests whose first call was slow."
        yield _counter("gateway_hedged_calls", what, ("model", "outcome"), self.hedges)
        what = "Requests mirrored to shadows, or left out."
        yield _counter("gateway_shadow_calls", what, ("model", "target", "outcome"), self.shadows)
        what = "Texts that the cache compared: answered, none alike, asked all the same and how it compared."
        yield _counter("gateway_semantic_cache", what, ("model", "outcome"), self.semantic_cache)
        yield from engine_families(self.servers)

    def _problems(self) -> Iterator[Metric]:
        what = "1 while /health/ready names this as a problem."
        yield _gauge("gateway_problem", what, "problem", self.problems)
        what = "Lines of the log that somebody should look at, by their event."
        yield _counter("gateway_warnings", what, ("event",), _singly(self.warnings))

    def _books(self) -> Iterator[Metric]:
        """Journal, audit, and what was found in requests and keys."""
        yield GaugeMetricFamily(
            "gateway_journal_records_waiting", "Records not yet in the database.", self.journal_waiting
        )
        what = "Records that the database refused: kept on the disk, and tried again."
        yield GaugeMetricFamily("gateway_journal_records_set_aside", what, self.journal_set_aside)
        what = "When an anchor last took a checkpoint."
        yield _gauge("gateway_audit_anchored_timestamp_seconds", what, "anchor", self.audit_anchored)
        found = {}
        for name, count in self._personal.items():
            type_, _, action = name.rpartition(":")
            found[type_ or "token", action] = count
        what = "Values found in requests, and tokens in answers."
        yield _counter("gateway_personal_data", what, ("type", "action"), found)
        what = "Calls of paid models that left no cost in the books."
        yield _counter("gateway_unpriced_calls", what, ("provider",), _singly(self._unpriced))
        what = "Keys found unusual, by what was done."
        yield _counter("gateway_unusual_keys", what, ("done",), _singly(self._unusual))

    def _histogram(self, which: int, name: str, what: str) -> Metric:
        family = HistogramMetricFamily(name, what, labels=("operation",))
        for operation, both in self._durations.items():
            durations = both[which]
            family.add_metric((operation,), durations.buckets(), durations.sum_ms / 1000)
        return family


def _singly(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """The counts of a family with one label."""
    return {(label,): count for label, count in counts.items()}


def _counter(name: str, what: str, labels: Sequence[str], counts: Mapping[_Labels, int]) -> CounterMetricFamily:
    """`counts`: by the values of `labels`, in their order."""
    family = CounterMetricFamily(name, what, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family


def _gauge(name: str, what: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    """`values`: by the one label."""
    family = GaugeMetricFamily(name, what, labels=(label,))
    for labelled, value in values.items():
        family.add_metric((labelled,), float(value))
    return family
