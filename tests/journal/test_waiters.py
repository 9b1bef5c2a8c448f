"""Who waits for records, in whatever order they come."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import JournalUnavailable
from gateway.journal.waiters import Waiters, unavailable


@pytest.mark.asyncio
async def test_each_is_told_when_its_own_record_is_written_and_not_before() -> None:
    waiters, loop = Waiters(), asyncio.get_running_loop()
    waiting = {number: loop.create_future() for number in (3, 7, 5, 4, 9, 1)}
    for number, written in waiting.items():
        waiters.add(number, written, unavailable)
    for to in (0, 4, 4, 6, 8):
        waiters.written(to)
        assert {number for number, written in waiting.items() if written.done()} == {n for n in waiting if n <= to}
    waiters.refuse()
    assert isinstance(waiting[9].exception(), JournalUnavailable)


@pytest.mark.asyncio
async def test_who_waits_no_more_keeps_up_nobody() -> None:
    waiters, loop = Waiters(), asyncio.get_running_loop()
    left, stays = loop.create_future(), loop.create_future()
    waiters.add(1, left, unavailable)
    waiters.add(2, stays, unavailable)
    left.cancel()
    waiters.written(2)
    assert stays.done()
    with pytest.raises(asyncio.CancelledError):
        left.result()
