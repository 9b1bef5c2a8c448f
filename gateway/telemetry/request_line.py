"""The one line of a request, as JSON: built as a struct, past the log's processors, which cost more than a stage."""

from __future__ import annotations

import functools
import time
from typing import Any, Final

import msgspec

from gateway.core.ports import UsageRow

REQUEST_ENDED = "request_ended"

MAX_FIELD = 512

encode: Final = msgspec.json.Encoder(enc_hook=str).encode


def short(value: Any) -> Any:
    """A text, cut to MAX_FIELD; anything else as it is."""
    return value[:MAX_FIELD] if type(value) is str and len(value) > MAX_FIELD else value


class _RequestLine(msgspec.Struct, omit_defaults=True):
    """Its fields, in their order."""

    timestamp: str
    request_id: str
    event: str
    level: str
    status: str
    http_status: int
    operation: str
    dialect: str
    duration_ms: int
    attempts: int
    stream: bool
    input_tokens: int
    output_tokens: int
    team: str = ""
    key_id: str = ""
    model_asked: str | None = None
    provider: str | None = None
    model: str | None = None
    region: str | None = None
    error_code: str | None = None
    finish_reason: str | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: str | None = None
    calls: str | None = None
    tried: str | None = None
    downgraded: str | None = None
    first_byte_ms: int | None = None
    overhead_ms: int | None = None
    dropped: str | None = None
    personal_data: str | None = None
    policy_version: str | None = None
    upstream_request_id: str | None = None


def request_line(record: UsageRow, now: float) -> bytes:
    """The line of a request that ended at `now`, in Unix seconds."""
    usage = record.usage
    line = _RequestLine(
        timestamp=iso(now),
        request_id=record.request_id,
        event=REQUEST_ENDED,
        level="info",
        status=record.status,
        http_status=record.http_status,
        operation=record.operation,
        dialect=record.dialect,
        duration_ms=record.duration_ms,
        attempts=record.attempts,
        stream=record.stream,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )
    # One by one: Python makes a dict of more than 15 names in a call, which costs as much as all the rest.
    line.team = record.team
    line.key_id = record.key_id
    line.model_asked = short(record.model_asked)
    line.provider = record.provider
    line.model = short(record.model)
    line.region = record.region
    line.error_code = short(record.error_code)
    line.finish_reason = record.finish_reason
    line.cached_tokens = usage.cached_tokens
    line.reasoning_tokens = usage.reasoning_tokens
    line.calls = None if usage.calls is None else usage.calls.summary
    line.cost = None if record.cost is None else str(record.cost)
    line.tried = short(record.tried)
    line.downgraded = record.downgraded
    line.first_byte_ms = record.first_byte_ms
    line.overhead_ms = record.overhead_ms
    line.dropped = short(record.dropped)
    line.personal_data = short(record.personal_data_summary)
    line.policy_version = record.policy_version
    line.upstream_request_id = short(record.upstream_request_id)
    try:
        return encode(line) + b"\n"
    except UnicodeEncodeError:  # lone surrogates, in which a header's bytes that are no text arrive
        told = {name: _whole(value) for name, value in msgspec.structs.asdict(line).items()}
        return encode(_RequestLine(**told)) + b"\n"


def _whole(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if type(value) is str else value


@functools.lru_cache(maxsize=4)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def iso(now: float) -> str:
    """Unix seconds as the log writes them, in UTC."""
    second = int(now)
    return f"{_second(second)}.{int((now - second) * 1_000_000):06d}Z"
