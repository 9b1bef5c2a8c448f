"""OpenTelemetry spans with the GenAI attribute names (semantic conventions for generative AI).

The standard `OTEL_*` variables decide: without an OTLP endpoint (or with OTEL_SDK_DISABLED or
OTEL_TRACES_EXPORTER=none) no span is made and nothing is paid: the SDK is not even imported. Attributes hold no
content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from opentelemetry.trace import Span

from gateway.core.ports import UsageRow


class Traces(Protocol):
    def start(self, record: UsageRow, traceparent: str | None) -> Span | None: ...

    def end(self, span: Span | None, record: UsageRow) -> None: ...

    def close(self) -> None: ...


class NoTraces:
    """Nobody collects spans."""

    def start(self, record: UsageRow, traceparent: str | None) -> Span | None:
        return None

    def end(self, span: Span | None, record: UsageRow) -> None:
        pass

    def close(self) -> None:
        pass


def traces_from(environ: Mapping[str, str]) -> Traces:
    """What the standard variables ask for."""
    wanted = environ.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp" and (
        "OTEL_EXPORTER_OTLP_ENDPOINT" in environ or "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" in environ
    )
    if not wanted or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return NoTraces()
    from gateway.telemetry.sdk_traces import exported_traces  # noqa: PLC0415 - nobody else needs the SDK

    return exported_traces(environ.get("OTEL_SERVICE_NAME", "llm-gateway"))
