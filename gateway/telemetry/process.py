"""What the machine says of this process, for Prometheus: memory, processor time, open files, when it began."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

_registry = CollectorRegistry(auto_describe=False)
ProcessCollector(registry=_registry)


def process_exposition() -> bytes:
    """`process_…` as every client library of Prometheus names them. It reads files of /proc: not for an event loop."""
    return generate_latest(_registry)
