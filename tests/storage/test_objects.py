"""Who holds what: the real register on both databases, and the fake that the laws of the pipeline use, by one
contract.
"""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.identity import Principal
from gateway.core.jobs import unbooked
from gateway.core.objects import ObjectKind, ObjectRegister, OwnedObject, Window
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.errors import Overloaded
from gateway.storage.engine import open_engine
from gateway.storage.objects import ITEM_SECONDS, StoredObjects
from gateway.storage.tables import usage
from gateway.storage.usage import encoded, insert_usage
from tests.support.fakes import FakeRegister

pytestmark = [pytest.mark.asyncio]
FILE = OwnedObject(id="f1", provider="openai", dialect="openai_chat", kind="file", team="a", created_at=1.0, model="m")


def files(count: int, team: str = "a") -> list[OwnedObject]:
    return [
        msgspec.structs.replace(FILE, id=f"f{number:02}", team=team, created_at=float(number // 2))
        for number in range(count)
    ]


@pytest.fixture(params=["stored", "fake"])
def register(request: pytest.FixtureRequest, engine: AsyncEngine) -> ObjectRegister:
    return FakeRegister() if request.param == "fake" else StoredObjects(engine)


async def test_an_object_is_found_by_its_holder_alone(register: ObjectRegister) -> None:
    await register.hold([FILE])
    assert await register.find("a", "openai_chat", "file", "f1") == FILE
    assert await register.find("b", "openai_chat", "file", "f1") is None
    assert await register.find("a", "mistral", "file", "f1") is None
    assert await register.find("a", "openai_chat", "batch", "f1") is None


async def test_several_are_found_at_once(register: ObjectRegister) -> None:
    await register.hold([*files(1200), msgspec.structs.replace(FILE, id="theirs", team="b")])
    asked = [f"f{number:02}" for number in range(0, 1300, 2)]
    own = await register.held("a", "openai_chat", "file", [*asked, "theirs", "nobody's"])
    assert sorted(own) == sorted(asked[:600])
    assert own["f10"] == await register.find("a", "openai_chat", "file", "f10")
    assert await register.held("a", "openai_chat", "item", asked) == {}
    assert await register.foreign("b", "openai_chat", "file", [*asked, "theirs", "nobody's"]) == set(asked[:600])
    assert await register.foreign("a", "openai_chat", "file", [*asked, "theirs", "nobody's"]) == {"theirs"}


async def test_items_go_with_the_answers_that_they_were_parts_of(engine: AsyncEngine) -> None:
    register = StoredObjects(engine)
    kinds: tuple[ObjectKind, ...] = ("item", "response")
    old = [msgspec.structs.replace(FILE, id=f"{team} {kind}", team=team, kind=kind) for team in "ab" for kind in kinds]
    await register.hold(old)
    await register.hold([msgspec.structs.replace(FILE, id="new", kind="item", created_at=1.0 + ITEM_SECONDS + 1)])
    found = [one for one in old if await register.find(one.team, "openai_chat", one.kind, one.id) is not None]
    assert [one.id for one in found] == ["a response", "b item", "b response"]


async def test_the_first_holder_stays(register: ObjectRegister) -> None:
    await register.hold([FILE])
    await register.hold([msgspec.structs.replace(FILE, team="b")])
    assert await register.find("b", "openai_chat", "file", "f1") is None
    assert await register.find("a", "openai_chat", "file", "f1") == FILE
    await register.hold([])


async def test_pages_meet_without_gap_or_double(register: ObjectRegister) -> None:
    await register.hold(files(7))
    await register.hold([msgspec.structs.replace(one, id="x" + one.id) for one in files(3, "b")])
    seen: list[str] = []
    after = None
    more = True
    while more:
        page = await register.page("a", "openai_chat", "file", Window(limit=3, after=after))
        assert page.total == 7
        seen += [one.id for one in page.objects]
        after, more = page.objects[-1].id, page.more
    assert seen == [one.id for one in reversed(files(7))]
    assert [one.id for one in (await register.page("a", "openai_chat", "file", Window(limit=2, offset=6))).objects] == [
        "f00"
    ]
    nothing = await register.page("a", "openai_chat", "file", Window(limit=2, after="xf01"))
    assert nothing.objects == ()  # another team's object is no place in a list


async def test_what_an_object_used_of_which_no_book_was_kept_is_written_once(engine: AsyncEngine) -> None:
    register = StoredObjects(engine)
    batch, other = (msgspec.structs.replace(FILE, id="b1", kind="batch", provider=name) for name in ("openai", "grok"))
    await register.hold([batch, other])
    for asked in "first", "second":  # in two batches of the journal, as of two replicas
        request = UsageRow(request_id=asked, at=1_800_000_000.0, key_id=asked, team="a")
        job = unbooked(batch, request, Principal(key_id=asked, team="a"))
        row = UsageRow(request_id=job.row_id, at=job.at, key_id=job.key_id, team="a", usage=Usage(input_tokens=5))
        async with engine.begin() as connection:
            await insert_usage(connection, [Record(1, "usage", row.request_id, encoded(row, Reporting())[0])])
    async with engine.connect() as connection:
        written = await connection.execute(select(usage.c.key_id, usage.c.input_tokens))
        assert [tuple(found) for found in written] == [("first", 5)]
    for owned, is_recorded in ((batch, True), (other, False)):
        pages = await register.page("a", "openai_chat", "batch", Window(limit=9))
        found = next(one for one in pages.objects if one.provider == owned.provider)
        assert (found.usage_recorded_at is not None) is is_recorded


async def test_what_is_gone_is_forgotten(register: ObjectRegister) -> None:
    await register.hold([FILE])
    await register.forget(FILE)
    assert await register.find("a", "openai_chat", "file", "f1") is None


async def test_a_database_without_tables_is_an_overload(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        with pytest.raises(Overloaded):
            await StoredObjects(engine).find("a", "openai_chat", "file", "f1")
    finally:
        await engine.dispose()
