"""Observe: one span, one log line, a few numbers for each request, refused or answered. No content, no secrets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from gateway.core.ports import Clock
from gateway.exchange import Batch, Exchange
from gateway.stages.stage import Stage
from gateway.telemetry import logs
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import Traces


class Observe(Stage):
    """Sets `exchange.span`; writes the times into the record."""

    def __init__(self, clock: Clock, metrics: Metrics, traces: Traces) -> None:
        self._clock = clock
        self._metrics = metrics
        self._traces = traces

    async def enter(self, exchange: Exchange) -> None:
        self._metrics.in_flight.inc()
        exchange.span = self._traces.start(exchange.record, exchange.inbound.headers.get("traceparent"))

    async def watch(self, exchange: Exchange, flow: AsyncIterator[Batch]) -> AsyncGenerator[Batch, None]:
        first = True
        async for batch in flow:
            if first:
                first = False
                exchange.record.first_byte_ms = self._since_received(exchange)
            yield batch

    def settle(self, exchange: Exchange) -> None:
        record = exchange.record
        record.duration_ms = self._since_received(exchange)
        self._metrics.in_flight.dec()
        self._metrics.request_ended(record)
        self._traces.end(exchange.span, record)
        logs.request_ended(record, self._clock.now())

    def _since_received(self, exchange: Exchange) -> int:
        return int((self._clock.monotonic() - exchange.inbound.received) * 1000)
