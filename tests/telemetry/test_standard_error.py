"""A log that nobody takes keeps nobody from serving."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from gateway.core.ports import UsageRow
from gateway.telemetry import logs
from tests.support.overheard import log_at_debug


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    yield
    logs._RequestLines.flush()
    log_at_debug()


class Full:
    """A file on a disk that is full."""

    def write(self, _: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        self.write(b"")


@pytest.mark.asyncio
@pytest.mark.parametrize("stderr", [SimpleNamespace(buffer=Full()), None], ids=["full", "closed"])
async def test_lines_that_nobody_takes_are_lost_and_no_more(monkeypatch: pytest.MonkeyPatch, stderr: object) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stderr)
        logs.configure("info")
        logs.event(logs.STARTING)
        logs.request_ended(UsageRow(request_id="r", at=1.0, key_id="k", team="a"), 1.0)
        logs._RequestLines.flush()
