"""Which calls are presumed, and as what."""

from __future__ import annotations

import asyncio
import threading

import msgspec
import pytest

from gateway.core.calls import Dispatched, Held
from gateway.core.events import Delta, Event, Started
from gateway.core.ports import Record, UsageRow
from gateway.core.usage import Usage
from gateway.journal.open_calls import BEAT_KIND, DISPATCHED, PRESUMED, JournalledCalls, orphans


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failing = False

    def append(self, kind: str, key: str, payload: bytes, made: object = None) -> int:
        self.records.append(Record(len(self.records) + 1, kind, key, payload))
        return len(self.records)

    async def durable(self, number: int, refusal: object = None) -> None:
        """It is."""


def call(name: str) -> Dispatched:
    return Dispatched(
        request_id=name,
        at=1_800_000_000.0,
        key_id="k",
        team="t",
        user=None,
        operation="chat",
        dialect="openai_chat",
        model_asked="m",
        provider="p",
        model="m",
        region="ch",
        stream=True,
        cost_center=None,
        project=None,
        tags=None,
        policy_version="v",
        read=12,
        held=(Held("CHF", 1),),
    )


@pytest.mark.asyncio
async def test_a_slow_count_holds_nobody_up_and_a_call_that_ends_meanwhile_has_no_beat_behind_its_row() -> None:
    journal = Kept()
    counting, may_end = threading.Event(), threading.Event()

    def slowly(text: str, _: str) -> int:
        counting.set()
        assert may_end.wait(10)
        return len(text.split())

    calls = JournalledCalls(journal, slowly)
    for name in ("a", "b"):
        calls.begin(call(name), [Delta(0, "one two")])
    beat = asyncio.create_task(calls.beat())
    assert await asyncio.to_thread(counting.wait, 10)
    calls.end(UsageRow(request_id="a", at=1_800_000_000.0, key_id="k", team="t"))
    may_end.set()
    await beat
    assert [(record.kind, record.key) for record in journal.records[2:]] == [(BEAT_KIND, "b")]


@pytest.mark.asyncio
async def test_a_call_without_an_end_is_presumed_as_far_as_its_last_beat() -> None:
    journal = Kept()
    calls = JournalledCalls(journal, lambda text, _: len(text.split()))
    answers: dict[str, list[Event]] = {name: [] for name in ("ended", "silent", "talking")}
    for name, answer in answers.items():
        calls.begin(call(name), answer)
    answers["talking"] += [Started(), Delta(0, "one two"), Delta(0, " three")]
    await calls.beat()
    answers["talking"] += [Delta(0, " four")]
    answers["ended"] += [Delta(0, "five")]
    await calls.beat()
    await calls.beat()
    assert [record.payload for record in journal.records if record.key == "talking"][1:] == [b"3", b"4"]
    calls.end(UsageRow(request_id="ended", at=0, key_id="k", team="t"))
    journal.append("usage", "ended", b"")
    answers["ended"] += [Delta(0, "more")]
    await calls.beat()
    found = {orphan.call.request_id: orphan for orphan in orphans(journal.records, "usage")}
    assert found.keys() == {"silent", "talking"}
    row = found["talking"].row()
    # Three words until the first beat, and one more until the second: half of that may have come since.
    assert (row.usage.input_tokens, row.usage.output_tokens, row.usage.estimated) == (9, 4, True)
    assert (row.status, row.error_code, row.attempts) == ("failed", PRESUMED, 1)
    assert found["silent"].row().usage.output_tokens == 0
    assert found["silent"].call.held == (Held("CHF", 1),)
    assert {record.kind for record in journal.records} == {DISPATCHED, BEAT_KIND, "usage"}


@pytest.mark.asyncio
async def test_input_is_presumed_as_it_was_billed_before() -> None:
    journal = Kept()
    calls = JournalledCalls(journal, lambda text, _: len(text.split()))

    def presumed(name: str, at_most: int, **other: str) -> int:
        calls.begin(msgspec.structs.replace(call(name), read=at_most, **other), [])
        [found] = [orphan for orphan in orphans(journal.records, "usage") if orphan.call.request_id == name]
        return found.row().usage.input_tokens

    assert presumed("first", 1000) == 750
    for number, at_most in enumerate((1000, 400, 2000, 90)):
        name = f"told{number}"
        calls.begin(msgspec.structs.replace(call(name), read=at_most), [])
        told = Usage(input_tokens=at_most * 6 // 10)
        calls.end(UsageRow(request_id=name, at=0, key_id="k", team="t", model="m", usage=told))
    assert abs(presumed("later", 5000) - 3000) <= 30
    assert presumed("another", 1000, key_id="other") == 750
    assert presumed("another-model", 1000, model="other") == 750
    assert presumed("least", 0) == 1, "never free"
    for name, usage, model in (
        ("own-count", Usage(input_tokens=9, estimated=True), "m"),
        ("fallback", Usage(input_tokens=9), "another"),
        ("unreported", Usage(), "m"),
    ):
        calls.begin(msgspec.structs.replace(call(name), read=1000), [])
        calls.end(UsageRow(request_id=name, at=0, key_id="k", team="t", model=model, usage=usage))
    assert abs(presumed("still", 5000) - 3000) <= 30


@pytest.mark.asyncio
async def test_what_was_billed_to_a_key_is_known_also_where_twelve_thousand_others_call() -> None:
    journal = Kept()
    calls = JournalledCalls(journal, lambda text, _: len(text.split()))
    for number in range(12_000):
        name, key = f"r{number}", f"k{number}"
        calls.begin(msgspec.structs.replace(call(name), key_id=key, read=1000), [])
        calls.end(UsageRow(request_id=name, at=0, key_id=key, team="t", model="m", usage=Usage(input_tokens=100)))
    calls.begin(msgspec.structs.replace(call("again"), key_id="k0", read=1000), [])
    assert orphans(journal.records[-1:], "usage")[0].row().usage.input_tokens == 100
