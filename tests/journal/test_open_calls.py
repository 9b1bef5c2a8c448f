"""Which calls are presumed, and as what."""

from __future__ import annotations

import pytest

from gateway.core.calls import Dispatched, Held
from gateway.core.ports import Record, UsageRow
from gateway.journal.open_calls import BEAT_KIND, DISPATCHED, PRESUMED, JournalledCalls, orphans


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failing = False

    def append(self, kind: str, key: str, payload: bytes) -> int:
        self.records.append(Record(len(self.records) + 1, kind, key, payload))
        return len(self.records)

    async def durable(self, number: int) -> None:
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
async def test_a_call_without_an_end_is_presumed_as_far_as_its_last_beat() -> None:
    journal = Kept()
    calls = JournalledCalls(journal, lambda text, _: len(text.split()))
    answers: dict[str, list[str]] = {name: [] for name in ("ended", "silent", "talking")}
    for name, answer in answers.items():
        calls.begin(call(name), answer)
    answers["talking"] += ["one two", " three"]
    calls.beat()
    answers["talking"] += [" four"]
    answers["ended"] += ["five"]
    calls.beat()
    calls.beat()
    assert [record.payload for record in journal.records if record.key == "talking"][1:] == [b"3", b"4"]
    calls.end(UsageRow(request_id="ended", at=0, key_id="k", team="t"))
    journal.append("usage", "ended", b"")
    answers["ended"] += ["more"]
    calls.beat()
    found = {orphan.call.request_id: orphan for orphan in orphans(journal.records, "usage")}
    assert found.keys() == {"silent", "talking"}
    row = found["talking"].row()
    assert (row.usage.input_tokens, row.usage.output_tokens, row.usage.estimated) == (12, 4, True)
    assert (row.status, row.error_code, row.attempts) == ("failed", PRESUMED, 1)
    assert found["silent"].row().usage.output_tokens == 0
    assert found["silent"].call.held == (Held("CHF", 1),)
    assert {record.kind for record in journal.records} == {DISPATCHED, BEAT_KIND, "usage"}
