"""OpenTelemetry spans with the GenAI attribute names (semantic conventions for generative AI).

The standard `OTEL_*` variables decide: without an OTLP endpoint (or with OTEL_SDK_DISABLED or
OTEL_TRACES_EXPORTER=none) no span is made and nothing is paid: the SDK is not even imported. An empty variable is as
good as none, as OpenTelemetry has it. Attributes hold no content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from opentelemetry.trace import Span

from gateway.core.policy import ProviderKind
from gateway.core.ports import UsageRow
from gateway.environment import ConfigurationError

SPOKEN: Final = "http/protobuf"
"""OpenTelemetry's own default."""


class Traces(Protocol):
    def start(self, record: UsageRow, traceparent: str | None) -> Span | None: ...

    def end(self, span: Span | None, record: UsageRow, kind: ProviderKind | None) -> None:
        """`kind` of the provider that `record` names; None: it names none."""
        ...

    def close(self) -> None: ...


class NoTraces:
    """Nobody collects spans."""

    def start(self, record: UsageRow, traceparent: str | None) -> Span | None:
        return None

    def end(self, span: Span | None, record: UsageRow, kind: ProviderKind | None) -> None:
        pass

    def close(self) -> None:
        pass


def traces_from(environ: Mapping[str, str]) -> Traces:
    """What the standard variables ask for."""
    if not are_wanted(environ):
        return NoTraces()
    from gateway.telemetry.sdk_traces import exported_traces  # noqa: PLC0415 - nobody else needs the SDK

    return exported_traces()


def are_wanted(environ: Mapping[str, str]) -> bool:
    """Whether spans are to be sent. Raises ConfigurationError where they could not be as the variables ask."""
    exporters = (environ.get("OTEL_TRACES_EXPORTER") or "otlp").split(",")
    endpoint = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    disabled = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not endpoint or "otlp" not in map(str.strip, exporters):
        return False
    names = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    name = next((name for name in names if environ.get(name)), None)
    if name is not None and environ[name] != SPOKEN:
        remedy = f"must be {SPOKEN}, which collectors take at port 4318, or left out; or OTEL_TRACES_EXPORTER=none"
        raise ConfigurationError(name, remedy)
    return True
