"""Spans by the OpenTelemetry SDK, on their way by OTLP over HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.core.policy import ProviderKind
from gateway.core.ports import UsageRow
from gateway.telemetry import logs

LAST_SPANS_SECONDS: Final = 3.0
"""How long a replica that is told to go waits for a collector that takes nothing. The SDK's own is 30 s."""

_PROVIDERS: Final[dict[ProviderKind, str]] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "xai": "x_ai",
}
"""The conventions' well-known names. Others go by the policy's."""
_OPERATIONS: Final = {"completions": "text_completion", "fim": "text_completion"}


def exported_traces() -> SdkTraces:
    """To where the standard variables say."""
    # They say neither where nor why, for each try; what comes of it is told below.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    logging.getLogger("opentelemetry.sdk._shared_internal").setLevel(logging.ERROR)
    return SdkTraces(BatchSpanProcessor(_Telling(OTLPSpanExporter())))


class _Telling(SpanExporter):
    """Says when a collector takes no spans any more, and when it takes them again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            if not self._lost:
                remedy = "OTEL_EXPORTER_OTLP_ENDPOINT: it cannot be reached, refuses them, or is too slow"
                logs.warning(logs.SPANS_NOT_TAKEN, remedy=remedy)
            self._lost += len(spans)
        elif self._lost:
            logs.event(logs.SPANS_TAKEN_AGAIN, lost=self._lost)
            self._lost = 0
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class SdkTraces:
    """Spans through the OpenTelemetry SDK, sampled as OTEL_TRACES_SAMPLER says."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("gateway")
        self._propagator = TraceContextTextMapPropagator()

    def start(self, record: UsageRow, traceparent: str | None) -> Span | None:
        context = self._propagator.extract({"traceparent": traceparent}) if traceparent else None
        return self._tracer.start_span(record.operation, context, SpanKind.SERVER)

    def end(self, span: Span | None, record: UsageRow, kind: ProviderKind | None) -> None:
        if span is None:
            return
        if span.is_recording():
            told = _attributes(record, kind)
            span.update_name(f"{told['gen_ai.operation.name']} {record.model_asked or ''}".strip()[:256])
            span.set_attributes({name: value for name, value in told.items() if value is not None})
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


def _resource() -> Resource:
    """As OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say; a service without a name is `llm-gateway`."""
    own = Resource.create({SERVICE_NAME: "llm-gateway"})
    said = OTELResourceDetector().detect()
    return own.merge(said)


def _attributes(record: UsageRow, kind: ProviderKind | None) -> dict[str, str | float | list[str] | None]:
    """Times in seconds, as the conventions have them; the first chunk's of streams alone."""
    usage = record.usage
    streamed = record.stream and record.first_byte_ms is not None
    return {
        "gen_ai.operation.name": _OPERATIONS.get(record.operation, record.operation),
        "gen_ai.provider.name": record.provider if kind is None else _PROVIDERS.get(kind, record.provider),
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
        "gateway.provider": record.provider,
        "gateway.attempts": record.attempts or None,
        "gateway.tried": None if record.tried is None else record.tried[:512],
        "gateway.status": record.status,
        "gateway.cache": record.cache,
        "gateway.cache_similarity": record.similarity,
        "gateway.policy_version": record.policy_version,
        "http.response.status_code": record.http_status,
        "error.type": record.error_code,
    }
