"""Spans by the OpenTelemetry SDK, on their way by OTLP over HTTP."""

from __future__ import annotations

import threading
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.core.ports import UsageRow
from gateway.telemetry import logs

LAST_SPANS_SECONDS: Final = 3.0
"""How long a replica that is told to go waits for a collector that takes nothing. The SDK's own is 30 s."""

_PROVIDER_NAMES = {"gemini": "gcp.gemini", "mistral": "mistral_ai", "xai": "x_ai"}


def exported_traces(service: str) -> SdkTraces:
    """To where the standard variables say."""
    return SdkTraces(BatchSpanProcessor(OTLPSpanExporter()), service)


class SdkTraces:
    """Spans through the OpenTelemetry SDK, sampled as OTEL_TRACES_SAMPLER says."""

    def __init__(self, processor: SpanProcessor, service: str = "llm-gateway") -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("gateway")
        self._propagator = TraceContextTextMapPropagator()

    def start(self, record: UsageRow, traceparent: str | None) -> Span | None:
        context = self._propagator.extract({"traceparent": traceparent}) if traceparent else None
        return self._tracer.start_span(record.operation, context, SpanKind.SERVER)

    def end(self, span: Span | None, record: UsageRow) -> None:
        if span is None:
            return
        if span.is_recording():
            span.update_name(f"{record.operation} {record.model_asked or ''}".strip()[:256])
            span.set_attributes({name: value for name, value in _attributes(record).items() if value is not None})
            if record.status not in ("ok", "client_closed"):
                span.set_status(Status(StatusCode.ERROR, record.error_code or record.status))
        span.end()

    def close(self) -> None:
        """Hand on the last spans, for LAST_SPANS_SECONDS at most. Blocks."""
        last = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        last.start()
        last.join(LAST_SPANS_SECONDS)
        if last.is_alive():
            logs.warning(logs.SPANS_LEFT)


def _attributes(record: UsageRow) -> dict[str, str | float | list[str] | None]:
    """Times in seconds, as the conventions have them; the first chunk's of streams alone."""
    usage = record.usage
    streamed = record.stream and record.first_byte_ms is not None
    return {
        "gen_ai.operation.name": record.operation,
        "gen_ai.provider.name": _PROVIDER_NAMES.get(record.provider or "", record.provider),
        "gen_ai.request.model": record.model_asked,
        "gen_ai.response.model": record.model,
        "gen_ai.request.stream": record.stream or None,
        "gen_ai.response.finish_reasons": None if record.finish_reason is None else [record.finish_reason],
        "gen_ai.response.time_to_first_chunk": (record.first_byte_ms or 0) / 1000 if streamed else None,
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
        "gateway.usage.billed_calls": None if usage.calls is None else usage.calls.summary,
        "gateway.request_id": record.request_id,
        "gateway.team": record.team or None,
        "gateway.status": record.status,
        "gateway.cache": record.cache,
        "gateway.cache_similarity": record.similarity,
        "gateway.policy_version": record.policy_version,
        "http.response.status_code": record.http_status,
        "error.type": record.error_code,
    }
