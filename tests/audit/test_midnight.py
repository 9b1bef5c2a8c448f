"""Records that are made while one UTC day ends: a key that was asked for before is of no use after."""

from __future__ import annotations

import pytest

from gateway.audit.log import LARGE_BYTES, AuditLog, Entry
from gateway.audit.record import read_header
from gateway.audit.seal import Content
from gateway.audit.writer import DAY, Writer, decode_shipment
from tests.support.audit_logs import PSEUDONYMS, WRAPPER
from tests.support.clocks import HandClock
from tests.support.fakes import FakeJournal
from tests.support.waiting import until

MIDNIGHT = 1_800_057_600.0


class FarKeeper:
    """Wraps as the local keys do; the first time it takes until the next day."""

    current = WRAPPER.current

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.asked = 0

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        self.asked += 1
        if self.asked == 1:
            self._clock.advance(2)
        return WRAPPER.wrap(data_key, key_id)

    unwrap = WRAPPER.unwrap


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [10, LARGE_BYTES + 1])
@pytest.mark.parametrize("late", [False, True])
async def test_a_key_that_came_after_its_day_is_asked_for_again(size: int, late: bool) -> None:
    assert MIDNIGHT % DAY == 0
    clock, journal = HandClock(MIDNIGHT - 1), FakeJournal()
    keeper = FarKeeper(clock)
    log = AuditLog(journal, Writer(keeper, PSEUDONYMS), clock)
    entry = Entry(log.header("request", request="req_1"), "demo", "alice", Content(prompt=b"x" * size))
    if late:
        log.later(entry)
        await until(lambda: bool(journal.records))
    else:
        await log.take(entry)
    [record] = journal.records
    shipment = decode_shipment(record.payload)
    assert shipment.key is not None
    assert (shipment.key.day, keeper.asked) == ("2027-01-16", 2)


class LastMoment(HandClock):
    """Says the day's last moment as often as told, and then that the next has begun."""

    def __init__(self, times: int) -> None:
        super().__init__(MIDNIGHT - 0.001)
        self._times = times

    def now(self) -> float:
        if self._times == 0:
            self.advance(0.002)
        self._times -= 1
        return super().now()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [10, LARGE_BYTES + 1])
@pytest.mark.parametrize("times", range(6))
async def test_a_key_of_the_day_that_ends_right_after_it_was_found_good_is_used(size: int, times: int) -> None:
    clock, journal = LastMoment(-1), FakeJournal()
    log = AuditLog(journal, Writer(WRAPPER, PSEUDONYMS), clock)
    entry = Entry(log.header("request", request="req_1"), "demo", "alice", Content(prompt=b"x" * size))
    clock._times = times
    await log.take(entry)
    [record] = journal.records
    assert decode_shipment(record.payload).key is not None


@pytest.mark.asyncio
async def test_what_is_told_late_of_the_day_before_takes_no_key_of_today_away() -> None:
    """Its header says when it was; keys go by when it is written."""
    clock, journal = HandClock(MIDNIGHT - 1), FakeJournal()
    log = AuditLog(journal, Writer(WRAPPER, PSEUDONYMS), clock)
    of_yesterday = Entry(log.header("request", request="req_1"), "demo", "alice")
    clock.advance(2)
    await log.take(Entry(log.header("request", request="req_2"), "demo", "alice", Content(prompt=b"x")))
    log.later(of_yesterday)
    await log.take(Entry(log.header("request", request="req_3"), "demo", "alice", Content(prompt=b"x")))
    headers = [read_header(decode_shipment(record.payload).record.header) for record in journal.records]
    assert headers[0].key == headers[2].key != ""
