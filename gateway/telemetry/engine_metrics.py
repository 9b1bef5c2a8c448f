"""Numbers of local inference servers, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from gateway.core.engines import ServerShown


def engine_families(servers: Sequence[ServerShown]) -> Iterator[Metric]:
    """Local servers, also drained ones: these are empty when nothing of any replica is under way there."""
    share = GaugeMetricFamily(
        "gateway_engine_share",
        "Part of its requests that a local server may have: 1 warm, 0 not ready or drained.",
        labels=("provider", "state"),
    )
    requests = GaugeMetricFamily(
        "gateway_engine_requests",
        "At a local server: under way from here, and running and waiting there by its own word.",
        labels=("provider", "which"),
    )
    models = GaugeMetricFamily(
        "gateway_engine_model",
        "1: how it stands with a model that the policy asks it for.",
        labels=("provider", "model", "state"),
    )
    for server in servers:
        share.add_metric((server.name, server.state), server.share)
        counts = (("under_way", server.under_way), ("running", server.running), ("waiting", server.waiting))
        for which, count in counts:
            if count is not None:
                requests.add_metric((server.name, which), count)
        for model, state in server.models.items():
            models.add_metric((server.name, model, state), 1)
    yield share
    yield requests
    yield models
