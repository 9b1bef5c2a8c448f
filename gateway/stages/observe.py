"""Observe: one span, one log line, a few numbers for each request, refused or answered. No content, no secrets."""

from __future__ import annotations

from gateway.core.policy import ProviderKind
from gateway.core.ports import Clock
from gateway.exchange import Exchange
from gateway.stages.stage import Stage
from gateway.telemetry import logs
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import Traces


class Observe(Stage):
    """Sets `exchange.span`; writes the duration into the record."""

    def __init__(self, clock: Clock, metrics: Metrics, traces: Traces) -> None:
        self._clock = clock
        self._metrics = metrics
        self._traces = traces

    def enter(self, exchange: Exchange) -> None:
        self._metrics.in_flight += 1
        exchange.span = self._traces.start(exchange.record, exchange.inbound.headers.get("traceparent"))

    def settle(self, exchange: Exchange) -> None:
        record = exchange.record
        record.duration_ms = self._since_received(exchange)
        self._metrics.in_flight -= 1
        self._metrics.request_ended(record)
        if exchange.span is not None:
            self._traces.end(exchange.span, record, _kind_of_provider(exchange))
        logs.request_ended(record, self._clock.now())

    def _since_received(self, exchange: Exchange) -> int:
        return int((self._clock.monotonic() - exchange.inbound.received) * 1000)


def _kind_of_provider(exchange: Exchange) -> ProviderKind | None:
    name = exchange.record.provider
    provider = None if name is None else exchange.policy.providers.get(name)
    return None if provider is None else provider.kind
