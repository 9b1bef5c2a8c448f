"""Spans as a collector of OpenTelemetry gets them, and a collector that answers no more."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.environment import ConfigurationError
from gateway.providers.simulated.server import SimulatedServer
from gateway.telemetry.traces import are_wanted
from tests.support.anchor_places import in_a_thread
from tests.support.collector import Collector
from tests.support.replicas import command, environment, log_of, replica_processes
from tests.support.waiting import until

POLICY = """\
version: 1
providers:
  sim: {{kind: local, base_url: "{url}/local/v1", region: on_prem, engine: vllm}}
  claude: {{kind: anthropic, base_url: "{url}/anthropic", api_key: k, region: us}}
models:
  fast: {{targets: [{{provider: sim, model: m}}]}}
  falling: {{targets: [{{provider: sim, model: m+status=503}}], fallbacks: [{{provider: claude, model: c}}]}}
teams:
  demo: {{models: [fast, falling]}}
overload: {{announce: 0s}}
"""


def spans(collector: Collector) -> dict[str, dict[str, Any]]:
    """Request id -> the attributes of its span."""
    found: dict[str, dict[str, Any]] = {}
    for sent in collector.got:
        for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    told = {each.key: value(each.value) for each in span.attributes}
                    found[told["gateway.request_id"]] = {"name": span.name, "parent": span.parent_span_id.hex(), **told}
    return found


def value(any_value: Any) -> Any:
    kind = any_value.WhichOneof("value")
    return [value(each) for each in any_value.array_value.values] if kind == "array_value" else getattr(any_value, kind)


@pytest.mark.timeout(120)
def test_spans_have_the_names_and_units_of_the_conventions_and_hold_nobody_up(
    simulated: SimulatedServer, tmp_path: Path
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY.format(url=simulated.url))
    collector = Collector()
    traced = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_address[1]}",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    environ = environment(tmp_path, {"GATEWAY_LOG_LEVEL": "warning", **traced})
    command(tmp_path, environ, "migrate")
    made = command(tmp_path, environ, "keys", "create", "--team", "demo", "--user", "anna@example.ch", "--json")
    headers = {"authorization": f"Bearer {json.loads(made)['key']}", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    with in_a_thread(collector), replica_processes(tmp_path, environ, 1) as running:
        [(url, process)] = running.items()

        def ask(**more: Any) -> str:
            body: dict[str, Any] = {"model": "fast", "messages": [{"role": "user", "content": "hi"}], **more}
            return httpx.post(f"{url}/v1/chat/completions", json=body, headers=headers).headers["x-gateway-request-id"]

        whole, streamed = ask(), ask(stream=True)
        asyncio.run(until(lambda: {whole, streamed} <= spans(collector).keys()))
        found = spans(collector)
        first = found[streamed]["gen_ai.response.time_to_first_chunk"]
        assert (found[whole]["name"], found[whole]["parent"]) == ("chat fast", "b" * 16)
        assert found[whole]["gen_ai.response.finish_reasons"] == ["stop"]
        assert "gen_ai.response.time_to_first_chunk" not in found[whole], "it came whole"
        assert found[streamed]["gen_ai.request.stream"] is True
        assert isinstance(first, float), "seconds"
        assert 0 < first < 10
        assert b"anna" not in b"".join(collector.got)
        fell = ask(model="falling")
        asyncio.run(until(lambda: fell in spans(collector)))
        told = spans(collector)[fell]
        assert (told["parent"], told["gen_ai.provider.name"], told["gateway.provider"]) == (
            "b" * 16,
            "anthropic",
            "claude",
        )
        assert (told["gateway.attempts"], told["gateway.tried"]) == (2, "sim/m+status=503 503")
        assert "gateway.tried" not in found[whole]

        log = log_of(tmp_path, int(url.rpartition(":")[2]))
        collector.status = 400
        ask()
        asyncio.run(until(lambda: "spans_not_taken" in log.read_text()))
        collector.status = 200
        taken = ask()
        asyncio.run(until(lambda: taken in spans(collector)))
        assert "library_warns" not in log.read_text(), "which would be a defect of the gateway"
        collector.answers.clear()
        ask()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(60) == 0
        finally:
            collector.answers.set()
        assert time.monotonic() - began < 25, "the SDK alone waits for half a minute"
        assert "spans_left" in log.read_text()


ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
GRPC = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        (ENDPOINT, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "console,otlp"}, True),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "True"}, False),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
        ({**ENDPOINT, **GRPC, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, True),
        (GRPC, False),
    ],
)
def test_the_standard_variables_say_whether_spans_are_sent(environ: dict[str, str], wanted: bool) -> None:
    assert are_wanted(environ) is wanted


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
def test_a_protocol_that_is_not_spoken_is_no_reason_to_lose_spans_in_silence(name: str) -> None:
    with pytest.raises(ConfigurationError, match="http/protobuf") as refused:
        are_wanted({**ENDPOINT, name: "grpc"})
    assert refused.value.setting == name
