"""The log: JSON lines on stderr, at least one for each request.

Invariants
- Event names are the constants below; no other event is logged.
- No line carries content, a key, or the text of an exception: its type and place only.
- A line stays under 8 KiB, whatever a client puts into a name; control characters are escaped by JSON.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

import msgspec
import structlog

from gateway.core.ports import UsageRow

REQUEST_ENDED = "request_ended"
FAULT = "fault"
STARTED = "gateway_started"
STOPPED = "gateway_stopped"
POLICY_LOADED = "policy_loaded"
POLICY_REFUSED = "policy_refused"
LEDGER_RETRY = "ledger_retry"
LEDGER_ROW_REFUSED = "ledger_row_refused"

MAX_FIELD = 512

_encode = msgspec.json.Encoder(enc_hook=str).encode


def configure(level: str) -> None:
    """Send lines of at least `level` (debug, info, warning, error) to stderr."""
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
    )


def _render(_: Any, __: str, fields: structlog.typing.EventDict) -> bytes:
    return _encode({name: _short(value) for name, value in fields.items() if value is not None})


def _short(value: Any) -> Any:
    return value[:MAX_FIELD] if type(value) is str and len(value) > MAX_FIELD else value


_log = structlog.get_logger()


def request_ended(record: UsageRow) -> None:
    """The one line of a request."""
    usage = record.usage
    _log.info(
        REQUEST_ENDED,
        request_id=record.request_id,
        team=record.team or None,
        key_id=record.key_id or None,
        operation=record.operation,
        dialect=record.dialect,
        model_asked=record.model_asked,
        provider=record.provider,
        model=record.model,
        region=record.region,
        stream=record.stream,
        status=record.status,
        http_status=record.http_status,
        error_code=record.error_code,
        finish_reason=record.finish_reason,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens or None,
        reasoning_tokens=usage.reasoning_tokens or None,
        cost=None if record.cost is None else str(record.cost),
        attempts=record.attempts,
        first_byte_ms=record.first_byte_ms,
        duration_ms=record.duration_ms,
        overhead_ms=record.overhead_ms,
        dropped=record.dropped,
        policy_version=record.policy_version,
        upstream_request_id=record.upstream_request_id,
    )


def fault(request_id: str | None, error: BaseException) -> None:
    """A defect of ours: the exception's type and where it was raised; its text may quote content and stays out."""
    _log.error(FAULT, request_id=request_id, type=type(error).__name__, where=_places(error.__traceback__))


def event(name: str, **fields: object) -> None:
    """One of the constants above, with fields that hold no content."""
    _log.info(name, **fields)


def warning(name: str, **fields: object) -> None:
    """As `event`, for what an operator should look at."""
    _log.warning(name, **fields)


def _places(traceback: TracebackType | None) -> str:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " < ".join(reversed(places[-6:]))
