"""The log: JSON lines on stderr, at least one for each request.

Invariants
- Event names are the constants below, and that of a request's line; no other event is logged.
- No line carries content, a key, or the text of an exception: its type and place only.
- A line stays under 8 KiB, whatever a client puts into a name; control characters are escaped by JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Final

import msgspec
import structlog

from gateway.core.alerting import Alert
from gateway.core.anomaly import Restriction
from gateway.core.ports import UsageRow
from gateway.telemetry.request_line import encode, iso, request_line, short
from gateway.telemetry.standard_error import StandardError, say

FAULT = "fault"
STARTING = "gateway_starting"
PREPARING = "gateway_preparing"
STARTED = "gateway_started"
QUOTAS_BY_PROCESS = "quotas_by_process"
COUNTS_ALONE = "counts_alone"
LEAVING = "gateway_leaving"
RELOAD_ASKED = "reload_asked"
STOPPED = "gateway_stopped"
ADMIN_LISTENING = "admin_listening"
ADMIN_PORT_TAKEN = "admin_port_taken"
ADMIN_LOGIN_REFUSED = "admin_login_refused"
AUDIT_ANCHORED_AGAIN = "audit_anchored_again"
AUDIT_ANCHOR_FAILED = "audit_anchor_failed"
AUDIT_CHECKPOINT = "audit_checkpoint"
AUDIT_GLASS_BROKEN = "audit_glass_broken"
AUDIT_KEY_REFUSED = "audit_key_refused"
AUDIT_WOUND_BACK = "audit_wound_back"
LEDGER_ROW_REFUSED = "ledger_row_refused"
UNPRICED = "call_unpriced"
USAGE_LET_GO = "usage_let_go"
USAGE_UNBELIEVABLE = "usage_unbelievable"
BUDGETS_MOVED = "budgets_moved"
BUDGETS_UNCHECKED = "budgets_unchecked"
CANARY_OUT = "canary_out"
ROLLING_FAILED = "rolling_failed"
ANOMALY = "key_unusual"
WATCH_FAILED = "watch_failed"
ALERT = "alert"
ALERT_NOT_TOLD = "alert_not_told"
ALERT_TOLD = "alert_told"
DETECTOR_FAILED = "detector_failed"
JOB_NOT_ASKED = "job_not_asked"
JOURNAL_FAILED = "journal_failed"
JOURNAL_RECOVERED = "journal_recovered"
JOURNAL_RETRY = "journal_retry"
JOURNAL_RECORD_REFUSED = "journal_record_refused"
JOURNAL_DAMAGED = "journal_damaged"
JOURNAL_TRIED_AGAIN = "journal_tried_again"
LIBRARY = "library_warns"
LINES_LOST = "log_lines_lost"
POLICY_TAKEN = "policy_taken"
POLICY_REFUSED = "policy_refused"
SPANS_LEFT = "spans_left"
SPANS_NOT_TAKEN = "spans_not_taken"
SPANS_TAKEN_AGAIN = "spans_taken_again"

warnings: Final = dict.fromkeys(
    (
        *(ALERT, ALERT_NOT_TOLD, ANOMALY, AUDIT_ANCHOR_FAILED, AUDIT_GLASS_BROKEN, AUDIT_KEY_REFUSED, AUDIT_WOUND_BACK),
        *(CANARY_OUT, FAULT, JOB_NOT_ASKED, JOURNAL_DAMAGED, JOURNAL_FAILED, JOURNAL_RECORD_REFUSED, JOURNAL_RETRY),
        *(BUDGETS_UNCHECKED, LEDGER_ROW_REFUSED, LIBRARY, LINES_LOST, POLICY_REFUSED, QUOTAS_BY_PROCESS),
        *(DETECTOR_FAILED, ROLLING_FAILED, SPANS_LEFT, SPANS_NOT_TAKEN, UNPRICED, USAGE_UNBELIEVABLE, WATCH_FAILED),
    ),
    0,
)
"""How often each was written: what somebody should look at. A rise is seen only from a nought that was seen before."""

FLUSH_SECONDS = 0.1

_log = structlog.get_logger()


class _RequestLines:
    """Requests that ended, on their way out: made into lines and written together, FLUSH_SECONDS after the first. Made
    one by one between other work, a line costs twice as much, and a write of each its own as much again. Whoever logs
    anything else writes them first, so that the order holds.
    """

    sink: ClassVar[BinaryIO | None] = None  # until configured, and where the level keeps them out
    _waiting: ClassVar[deque[tuple[UsageRow, float]]] = deque()

    @classmethod
    def add(cls, record: UsageRow, now: float) -> None:
        if not cls._waiting:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, cls.flush)
        cls._waiting.append((record, now))

    @classmethod
    def flush(cls) -> None:
        """Write what waits. Threads that log do so, too, while the loop adds."""
        if cls._waiting and cls.sink is not None:
            lines: list[bytes] = []
            with contextlib.suppress(IndexError):  # no more
                while True:
                    lines.append(request_line(*cls._waiting.popleft()))
            cls.sink.write(b"".join(lines))
            cls.sink.flush()


def configure(level: str) -> None:
    """Send lines of at least `level` (debug, info, warning, error) to stderr, which is waited for by nobody."""
    lines_wanted = getattr(logging, level.upper()) <= logging.INFO
    standard_error: Any = StandardError(_lines_lost)
    StandardError.of_the_log = standard_error
    _RequestLines.sink = standard_error if lines_wanted else None
    _write_to(standard_error, level)


def _write_to(file: Any, level: str) -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        logger_factory=structlog.BytesLoggerFactory(file),
    )


def _lines_lost(number: int) -> bytes:
    """Past structlog, which is at work on a line when this is asked for, and holds its lock."""
    warnings[LINES_LOST] += 1
    told = {"lines": number, "event": LINES_LOST, "level": "warning", "timestamp": iso(time.time())}
    return encode(told) + b"\n"


def _render(_: Any, __: str, fields: structlog.typing.EventDict) -> bytes:
    return encode({name: short(value) for name, value in fields.items() if value is not None})


class _OfACommand:
    """Standard error of a command, which configures no log: what it prints is data, and structlog would print there."""

    def write(self, line: bytes) -> None:
        say(line.decode().removesuffix("\n"))

    def flush(self) -> None:
        """Each line was, when it was said."""


_write_to(_OfACommand(), "warning")


def request_ended(record: UsageRow, now: float) -> None:
    """The one line of a request, ended at `now` in Unix seconds; what is written into `record` later is not in it."""
    if _RequestLines.sink is not None:
        _RequestLines.add(msgspec.structs.replace(record), now)


def unpriced(record: UsageRow) -> None:
    """A call of a paid model that left no cost, or not that of its `tools`: finance would see a free month."""
    about = {"provider": record.provider, "model": record.model, "tools": ",".join(record.unpriced_calls) or None}
    warning(UNPRICED, request_id=record.request_id, team=record.team, **about)


def anomaly(found: Restriction) -> None:
    """A key that behaves as if somebody else had it, and what was done about it."""
    warning(ANOMALY, key_id=found.key_id, team=found.team, done=found.grade, until=found.until, evidence=found.evidence)


def canary_out(alias: str, target: str, why: str) -> None:
    """Tell that a model on trial does worse than its peers, and gets nothing any more."""
    warning(CANARY_OUT, alias=alias, target=target, why=why)


def fault(request_id: str | None, error: BaseException) -> None:
    """A defect of ours: the exception's type and where it was raised; its text may quote content and stays out."""
    warnings[FAULT] += 1  # of any thread: one that is lost in a race is no loss of an alarm
    _RequestLines.flush()
    _log.error(FAULT, request_id=request_id, type=type(error).__name__, where=_places(error.__traceback__))


def policy_taken(told: str) -> None:
    """What is in force or on trial from now on, in words."""
    event(POLICY_TAKEN, told=told)


def policy_refused(told: str) -> None:
    """What an edit of the policies did not come to, and why; what stands on further lines, a mistake each, has a line
    of its own here, too. Told at every level.
    """
    warnings[POLICY_REFUSED] += 1
    _RequestLines.flush()
    for line in told.splitlines():
        _log.error(POLICY_REFUSED, why=line)


def alert(told: Alert) -> None:
    """Something that somebody is told, beside wherever the policies send it."""
    warning(ALERT, key=told.key, title=told.title)


def event(name: str, **fields: object) -> None:
    """One of the constants above, with fields that hold no content."""
    _RequestLines.flush()
    _log.info(name, **fields)


def warning(name: str, **fields: object) -> None:
    """As `event`, for what an operator should look at; it is counted whether or not the level lets it through."""
    warnings[name] = warnings.get(name, 0) + 1
    _RequestLines.flush()
    _log.warning(name, **fields)


def _places(traceback: TracebackType | None) -> str:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " < ".join(reversed(places[-6:]))
