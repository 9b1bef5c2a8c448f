"""The one line of each request: together with others, in order, and whatever a name holds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.core.ports import UsageRow
from gateway.core.usage import Usage
from gateway.telemetry import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    logs._RequestLines.flush()
    sink = io.BytesIO()
    monkeypatch.setattr(logs._RequestLines, "sink", sink)
    yield sink
    logs._RequestLines.flush()


def row(name: str, **fields: Any) -> UsageRow:
    return UsageRow(request_id=name, at=1.0, key_id="k", team="a", **fields)


@pytest.mark.asyncio
async def test_lines_come_together_and_in_order(written: io.BytesIO) -> None:
    for name in ("first", "second", "third"):
        logs.request_ended(row(name), 1_800_000_000.25)
    assert written.getvalue() == b""
    logs._RequestLines.flush()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["request_id"] for line in lines] == ["first", "second", "third"]
    assert lines[0]["timestamp"] == "2027-01-15T08:00:00.250000Z"


@pytest.mark.asyncio
async def test_what_is_written_into_a_record_later_is_not_told(written: io.BytesIO) -> None:
    record = row("one")
    logs.request_ended(record, 1.0)
    record.usage = Usage(5, 5, estimated=True)
    logs._RequestLines.flush()
    assert json.loads(written.getvalue())["input_tokens"] == 0


@pytest.mark.asyncio
async def test_a_name_that_is_no_text_costs_no_line(written: io.BytesIO) -> None:
    logs.request_ended(row("first", upstream_request_id="\udcff", model="m\n"), 1.0)
    logs.request_ended(row("second"), 1.0)
    logs._RequestLines.flush()
    first, second = map(json.loads, written.getvalue().splitlines())
    assert first["upstream_request_id"] == "?"
    assert first["model"] == "m\n"
    assert second["request_id"] == "second"
