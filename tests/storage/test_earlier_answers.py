"""What earlier answers came to, on both databases."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.objects import OwnedObject
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.storage.earlier_answers import StoredEarlierAnswers
from gateway.storage.engine import open_engine
from gateway.storage.usage import encoded, insert_usage

pytestmark = pytest.mark.asyncio
FIRST, SECOND = 1_800_000_000.123457, 1_800_000_001.765433
ANSWER = OwnedObject(id="r1", provider="p", dialect="openai_chat", kind="response", team="a", created_at=FIRST)


def named(**fields: object) -> OwnedObject:
    return msgspec.structs.replace(ANSWER, **fields)


async def write(engine: AsyncEngine, number: int, at: float, team: str, usage: Usage) -> None:
    row = UsageRow(request_id=f"q{number}", at=at, key_id="k", team=team, provider="p", model="m", usage=usage)
    payload, *_ = encoded(row, Reporting())
    async with engine.begin() as connection:
        await insert_usage(connection, [Record(number, "usage", row.request_id, payload)])


async def test_an_answer_came_to_what_it_read_and_said_and_a_part_to_what_was_said(engine: AsyncEngine) -> None:
    await write(engine, 1, FIRST, "a", Usage(1000, 50, reasoning_tokens=20))
    await write(engine, 2, SECOND, "a", Usage(300, 7))
    await write(engine, 3, FIRST, "b", Usage(10**6, 10**6))
    earlier = StoredEarlierAnswers(engine)
    part, late = named(id="i1", kind="item", created_at=SECOND), named(id="r3", created_at=SECOND + 1)
    assert await earlier.came_to((ANSWER,)) == (1030, True)
    assert await earlier.came_to((part, named(id="i2", kind="item", created_at=SECOND))) == (7, True)
    assert await earlier.came_to((ANSWER, part, named(id="c", kind="container"))) == (1037, True)
    assert await earlier.came_to((ANSWER, named(id="i3", kind="item"))) == (1030, True)
    assert await earlier.came_to((ANSWER, named(id="f", kind="file"))) == (1030, False)
    assert await earlier.came_to((ANSWER, late)) == (1030, False)
    assert await earlier.came_to((named(id="c", kind="container"),)) == (0, False)
    assert await earlier.came_to((named(team="c"),)) == (0, False)


async def test_of_a_database_that_is_away_nothing_is_known() -> None:
    engine = open_engine("postgresql://u:p@127.0.0.1:1/none")
    try:
        assert await StoredEarlierAnswers(engine).came_to((ANSWER,)) == (0, False)
    finally:
        await engine.dispose()
