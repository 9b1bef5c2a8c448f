"""Who holds what: the real register on both databases, and the fake that the laws of the road use, by one contract."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.objects import Holding, ObjectRegister, Window
from gateway.errors import Overloaded
from gateway.storage.engine import open_engine
from gateway.storage.objects import StoredObjects
from tests.support.fakes import FakeRegister

pytestmark = [pytest.mark.asyncio]
FILE = Holding(id="f1", provider="openai", dialect="openai_chat", kind="file", team="a", created_at=1.0, model="m")


def files(count: int, team: str = "a") -> list[Holding]:
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
        seen += [one.id for one in page.holdings]
        after, more = page.holdings[-1].id, page.more
    assert seen == [one.id for one in reversed(files(7))]
    assert [
        one.id for one in (await register.page("a", "openai_chat", "file", Window(limit=2, offset=6))).holdings
    ] == ["f00"]
    nothing = await register.page("a", "openai_chat", "file", Window(limit=2, after="xf01"))
    assert nothing.holdings == ()  # another team's object is no place in a list


async def test_usage_is_claimed_once(register: ObjectRegister) -> None:
    await register.hold([FILE])
    assert await register.claim_usage("openai", "f1", 2.0)
    assert not await register.claim_usage("openai", "f1", 3.0)
    assert not await register.claim_usage("openai", "unknown", 3.0)


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
