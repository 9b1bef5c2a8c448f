"""Numbers for Prometheus.

Invariant: labels take their values from the policy and from this code, never from a client, so that the number of
series is bounded whatever is asked.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gateway.core.ports import UsageRow

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """One registry a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.in_flight = Gauge("gateway_requests_in_flight", "Requests being served.", registry=self.registry)
        self._requests = Counter(
            "gateway_requests", "Requests ended.", ("operation", "provider", "status"), registry=self.registry
        )
        self._tokens = Counter("gateway_tokens", "Tokens used.", ("provider", "direction"), registry=self.registry)
        self._duration = Histogram(
            "gateway_request_seconds",
            "From the request's first byte to the answer's last.",
            ("operation",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._first_byte = Histogram(
            "gateway_first_byte_seconds",
            "From the request's first byte to the answer's first.",
            ("operation",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.ledger_waiting = Gauge(
            "gateway_ledger_rows_waiting", "Usage rows not yet in the database.", registry=self.registry
        )
        self.policy_degraded = Gauge(
            "gateway_policy_degraded", "1 while an edit of the policies is refused.", registry=self.registry
        )
        self._children: dict[tuple[str, str, str], tuple[Counter, Counter, Counter, Histogram, Histogram]] = {}

    def request_ended(self, record: UsageRow) -> None:
        """Count one request. Looking labels up is the dear part, so the children are kept."""
        key = (record.operation, record.provider or "none", record.status)
        children = self._children.get(key)
        if children is None:
            operation, provider, status = key
            children = self._children[key] = (
                self._requests.labels(operation, provider, status),
                self._tokens.labels(provider, "input"),
                self._tokens.labels(provider, "output"),
                self._duration.labels(operation),
                self._first_byte.labels(operation),
            )
        requests, tokens_in, tokens_out, duration, first_byte = children
        requests.inc()
        duration.observe(record.duration_ms / 1000)
        if record.first_byte_ms is not None:
            first_byte.observe(record.first_byte_ms / 1000)
        if record.usage.total_tokens:
            tokens_in.inc(record.usage.input_tokens)
            tokens_out.inc(record.usage.output_tokens)

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
