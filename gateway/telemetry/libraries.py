"""What libraries log, in our own lines: who, where, and the type of an exception, without their words.

Their words quote what they were at work on: the text of an exception, the values of a statement, an address. So does
asyncio of a task that failed and was awaited by nobody.
"""

from __future__ import annotations

import logging
from typing import Final

from gateway.telemetry import logs

_APPLICATION_FAILED: Final = "Exception in ASGI application"


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if (error := _error_of(record)) is not None:
            logs.fault(None, error)
        else:
            logs.warning(logs.LIBRARY, logger=record.name, where=f"{record.filename}:{record.lineno}")


_LINES: Final = _Lines(logging.WARNING)


def hear_libraries() -> None:
    """From now on, in this process; may be called again."""
    logging.getLogger().addHandler(_LINES)
    logging.getLogger("uvicorn.error").addFilter(_is_fit)


def _is_fit(record: logging.LogRecord) -> bool:
    """The server tells why it does not start in its own words; a failed request is told as a fault of ours.

    It would also advise to install a library for WebSockets, which are refused here in words.
    """
    error = _error_of(record)
    if error is not None and _APPLICATION_FAILED in str(record.msg):
        logs.fault(None, error)
        return False
    return "upgrade" not in str(record.msg) and "WebSocket" not in str(record.msg)


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None
