from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

import pytest
from sqlalchemy import event, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.virtual_key import VirtualKey
from gateway.errors import NotAuthenticated, Overloaded
from gateway.storage.directory import CAPACITY, FRESH, PACE, PAUSE, STALE, StoredKeys
from gateway.storage.engine import open_engine
from gateway.storage.keys import Issued, KeyIssuer, KeyRecord, KeyStore, secret_hash
from gateway.storage.tables import key_version, virtual_key
from tests.support.clocks import HandClock
from tests.support.databases import PostgresServer
from tests.support.waiting import until

PEPPER = bytes(range(32))


class Setting:
    """A directory on a real database, with a count of the statements that reach it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = HandClock()
        self.store = KeyStore(engine)
        self.issuer = KeyIssuer(engine, PEPPER, "dev")
        self.directory = StoredKeys(self.store, PEPPER, self.clock)
        self.statements = 0
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1

    async def issue(self, expires_in: float | None = None) -> Issued:
        expires_at = None if expires_in is None else self.clock.now() + expires_in
        return await self.issuer.create(team="a", user="u", name="n", now=self.clock.now(), expires_at=expires_at)

    async def queries_of(self, work: Awaitable[object]) -> int:
        before = self.statements
        await work
        return self.statements - before

    async def refusal(self, presented: str) -> str:
        with pytest.raises(NotAuthenticated) as raised:
            await self.directory.find(presented)
        return raised.value.message


@pytest.fixture
def at(engine: AsyncEngine) -> Setting:
    return Setting(engine)


def other_secret(key: VirtualKey) -> str:
    return VirtualKey(key.env, key.id, key.secret[::-1]).text


@pytest.mark.asyncio
async def test_a_key_is_found_and_then_remembered(at: Setting) -> None:
    issued = await at.issue()
    assert await at.queries_of(at.directory.find(issued.key.text)) == 2  # the counter, and what changed
    principal = await at.directory.find(issued.key.text)
    assert (principal.key_id, principal.team, principal.user, principal.name) == (issued.key.id, "a", "u", "n")
    assert await at.queries_of(at.directory.find(issued.key.text)) == 0


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "presented",
    ["", "' OR '1'='1", "sk-1234567890123456789", "gwk_dev_x", "Bearer x", "\0" * 57, "gwk_dev_" + "0" * 10 + "_'; --"],
)
async def test_what_cannot_be_a_key_never_reaches_the_database(at: Setting, presented: str) -> None:
    before = at.statements
    await at.refusal(presented)
    assert at.statements == before


@pytest.mark.asyncio
async def test_a_typo_never_reaches_the_database(at: Setting) -> None:
    text = (await at.issue()).key.text
    before = at.statements
    for place in range(len(text)):
        await at.refusal(text[:place] + ("a" if text[place] != "a" else "b") + text[place + 1 :])
    assert at.statements == before


@pytest.mark.asyncio
async def test_unknown_and_wrong_get_the_same_words(at: Setting) -> None:
    issued = await at.issue()
    unknown = VirtualKey("dev", "0123456789", issued.key.secret).text
    elsewhere = VirtualKey("prod", issued.key.id, issued.key.secret).text
    assert await at.refusal(unknown) == await at.refusal(other_secret(issued.key)) == await at.refusal(elsewhere)


@pytest.mark.asyncio
async def test_what_else_is_wrong_is_told_to_the_holder_only(at: Setting) -> None:
    live, revoked, expired = await at.issue(), await at.issue(), await at.issue(expires_in=10)
    await at.store.revoke(revoked.key.id, at.clock.now())
    at.clock.advance(10)
    assert "was revoked" in await at.refusal(revoked.key.text)
    assert "has expired" in await at.refusal(expired.key.text)
    wrong = {await at.refusal(other_secret(issued.key)) for issued in (live, revoked, expired)}
    assert len(wrong) == 1


@pytest.mark.asyncio
async def test_both_secrets_are_good_until_the_grace_ends(at: Setting) -> None:
    first = await at.issue()
    second = await at.issuer.rotate(first.key.id, now=at.clock.now(), grace=60)
    for issued in (first, second):
        assert (await at.directory.find(issued.key.text)).key_id == first.key.id
    at.clock.advance(59.9)
    await at.directory.find(first.key.text)
    at.clock.advance(0.2)
    assert "replaced" in await at.refusal(first.key.text)
    await at.directory.find(second.key.text)


@pytest.mark.asyncio
async def test_a_key_expires_also_while_it_is_remembered(at: Setting) -> None:
    issued = await at.issue(expires_in=2)
    await at.directory.find(issued.key.text)
    at.clock.advance(2)
    before = at.statements
    assert "has expired" in await at.refusal(issued.key.text)
    assert at.statements == before


@pytest.mark.asyncio
async def test_a_revoked_key_is_refused_after_the_next_look(at: Setting) -> None:
    issued = await at.issue()
    await at.directory.find(issued.key.text)
    await at.store.revoke(issued.key.id, at.clock.now())
    await at.directory.look()
    assert "was revoked" in await at.refusal(issued.key.text)


@pytest.mark.asyncio
async def test_without_looks_of_its_own_the_mirror_is_good_for_its_time_only(at: Setting) -> None:
    issued = await at.issue()
    await at.directory.find(issued.key.text)
    await at.store.revoke(issued.key.id, at.clock.now())
    at.clock.advance(FRESH + 0.01)
    assert "was revoked" in await at.refusal(issued.key.text)


@pytest.mark.asyncio
async def test_it_looks_by_itself(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.storage.directory.POLL_SECONDS", 0.01)
    issued = await at.issue()
    at.directory.start()
    await until(lambda: issued.key.id in at.directory._held)
    await at.store.revoke(issued.key.id, at.clock.now())
    await until(lambda: at.directory._held[issued.key.id].record.revoked_at is not None)
    await at.directory.close()


@pytest.mark.asyncio
async def test_news_of_a_key_stops_it_until_the_database_was_asked(at: Setting) -> None:
    store = _Scripted(at.store)
    directory = StoredKeys(store, PEPPER, at.clock)
    issued, other = await at.issue(), await at.issue()
    await directory.find(issued.key.text)
    store.down = True
    directory.hear(issued.key.id.encode())
    with pytest.raises(Overloaded):
        await directory.find(issued.key.text)
    await directory.find(other.key.text)
    store.down = False
    at.clock.advance(PAUSE)
    assert (await directory.find(issued.key.text)).key_id == issued.key.id
    for nonsense in (b"", b"\xff" * 10, b"0123456789"):
        directory.hear(nonsense)
    assert not directory._doubted


@pytest.mark.asyncio
async def test_a_key_issued_or_rotated_a_moment_ago_is_good_at_once(at: Setting) -> None:
    first = await at.issue()
    await at.directory.find(first.key.text)
    second = await at.issue()
    assert (await at.directory.find(second.key.text)).key_id == second.key.id
    rotated = await at.issuer.rotate(first.key.id, now=at.clock.now(), grace=0)
    assert (await at.directory.find(rotated.key.text)).key_id == first.key.id


@pytest.mark.asyncio
async def test_a_text_once_refused_is_refused_without_asking(at: Setting) -> None:
    issued = await at.issue()
    stranger = VirtualKey("dev", "0123456789", issued.key.secret).text
    for text in (stranger, other_secret(issued.key)):
        await at.refusal(text)
        before = at.statements
        for _ in range(5):
            await at.refusal(text)
        assert at.statements == before


@pytest.mark.asyncio
@pytest.mark.parametrize("known", [False, True], ids=["unknown ids", "wrong secrets"])
@pytest.mark.fault("E9")
async def test_a_flood_of_wrong_keys_costs_the_database_a_few_small_reads(at: Setting, known: bool) -> None:
    issued = await at.issue()
    await at.directory.find(issued.key.text)
    secret = issued.key.secret
    texts = [
        VirtualKey("dev", issued.key.id if known else f"{number:010}", f"{number:05}{secret[5:]}").text
        for number in range(10_000)
    ]
    before = at.statements
    refused = await asyncio.gather(*map(at.directory.find, texts), return_exceptions=True)
    assert all(isinstance(error, NotAuthenticated) for error in refused)
    assert at.statements - before < 20
    assert await at.queries_of(at.directory.find(issued.key.text)) == 0
    assert len(at.directory._refused) <= CAPACITY


@pytest.mark.asyncio
async def test_requests_that_come_together_share_one_look(at: Setting) -> None:
    issued = await at.issue()
    work = asyncio.gather(*(at.directory.find(issued.key.text) for _ in range(50)))
    assert await at.queries_of(work) == 2


@pytest.mark.asyncio
async def test_who_is_cancelled_while_waiting_takes_nothing_from_the_others(at: Setting) -> None:
    issued = await at.issue()
    first = asyncio.create_task(at.directory.find(issued.key.text))
    second = asyncio.create_task(at.directory.find(issued.key.text))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).key_id == issued.key.id
    with pytest.raises(asyncio.CancelledError):
        await first


class _Scripted(KeyStore):
    """The real store, whose database can be taken away or held up."""

    def __init__(self, store: KeyStore) -> None:
        super().__init__(store._engine)
        self.down = False
        self.tries = 0
        self.before_answer: Callable[[], Awaitable[object]] | None = None

    async def changes_since(self, version: int) -> tuple[int, list[KeyRecord]]:
        self.tries += 1
        if self.down:
            raise ConnectionRefusedError
        changed = await super().changes_since(version)
        if self.before_answer is not None:
            await self.before_answer()
        return changed


@pytest.mark.asyncio
async def test_while_the_database_is_down_the_known_are_served_and_the_others_told_to_wait(at: Setting) -> None:
    store = _Scripted(at.store)
    directory = StoredKeys(store, PEPPER, at.clock)
    known = await at.issue()
    await directory.find(known.key.text)
    other = await at.issue()
    store.down = True
    at.clock.advance(FRESH + 1)
    assert (await directory.find(known.key.text)).key_id == known.key.id
    for text in (other.key.text, other_secret(known.key)):
        with pytest.raises(Overloaded) as raised:
            await directory.find(text)
        assert raised.value.retry_after is not None
        assert 0 < raised.value.retry_after <= 60
    at.clock.advance(STALE - FRESH - 2)
    await directory.find(known.key.text)
    at.clock.advance(2)
    with pytest.raises(Overloaded):
        await directory.find(known.key.text)
    store.down = False
    at.clock.advance(PAUSE)
    for issued in (known, other):
        assert (await directory.find(issued.key.text)).key_id == issued.key.id


@pytest.mark.asyncio
async def test_a_database_that_is_down_is_tried_once_a_pause_and_the_known_do_not_wait_for_it(at: Setting) -> None:
    store = _Scripted(at.store)
    directory = StoredKeys(store, PEPPER, at.clock)
    keys = [(await at.issue()).key.text for _ in range(20)]
    await asyncio.gather(*map(directory.find, keys))
    at.clock.advance(FRESH + 1)
    store.down, store.tries = True, 0
    await directory.find(keys[0])
    for _ in range(3):
        await asyncio.gather(*map(directory.find, keys))
    assert await directory.look() is False
    assert store.tries == 1
    at.clock.advance(PAUSE)
    await asyncio.gather(*map(directory.find, keys))
    assert await directory.look() is False
    assert store.tries == 2


@pytest.mark.asyncio
async def test_a_request_in_flight_while_a_key_is_revoked_does_not_revive_it(at: Setting) -> None:
    store = _Scripted(at.store)
    directory = StoredKeys(store, PEPPER, at.clock)
    issued = await at.issue()

    async def revoked_while_the_answer_was_under_way() -> None:
        store.before_answer = None
        await at.store.revoke(issued.key.id, at.clock.now())
        directory.hear(issued.key.id.encode())
        directory._doubted.add(issued.key.id)

    store.before_answer = revoked_while_the_answer_was_under_way
    await directory.find(issued.key.text)  # began before the revocation
    with pytest.raises(NotAuthenticated, match="revoked"):
        await directory.find(issued.key.text)


@pytest.mark.asyncio
async def test_an_older_database_in_its_place_is_read_anew(at: Setting) -> None:
    issued, lost = await at.issue(), await at.issue()
    await at.directory.find(lost.key.text)
    async with at.store._engine.begin() as connection:
        await connection.execute(virtual_key.delete().where(virtual_key.c.id == lost.key.id))
        await connection.execute(key_version.update().values(version=issued.record.version))
    await at.directory.look()
    assert await at.refusal(lost.key.text) == "The API key is not valid."
    assert (await at.directory.find(issued.key.text)).key_id == issued.key.id


@pytest.mark.asyncio
async def test_when_a_key_was_last_used_is_noted_later(at: Setting) -> None:
    issued, idle = await at.issue(), await at.issue()
    await at.directory.find(issued.key.text)
    at.clock.advance(3)
    assert await at.queries_of(at.directory.find(issued.key.text)) == 0
    await at.directory.close()
    assert (await at.store.existing(issued.key.id)).last_used_at == at.clock.now()
    assert (await at.store.existing(idle.key.id)).last_used_at is None
    await at.store.used({issued.key.id: at.clock.now() - 60})
    assert (await at.store.existing(issued.key.id)).last_used_at == at.clock.now()


@pytest.mark.asyncio
async def test_the_use_of_many_keys_is_noted_a_part_at_a_time(
    at: Setting, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.storage.directory.NOTED_AT_ONCE", 3)
    keys = [await at.issue() for _ in range(8)]
    asked: list[set[str]] = []
    broken = {2}

    class Failing(KeyStore):
        async def used(self, moments: Mapping[str, float]) -> None:
            asked.append(set(moments))
            if len(asked) in broken:
                raise OSError
            await super().used(moments)

    async def noted() -> set[str]:
        return {record.id for record in await at.store.of_team() if record.last_used_at is not None}

    directory = StoredKeys(Failing(engine), PEPPER, at.clock)
    for issued in keys:
        await directory.find(issued.key.text)
    ids = [issued.key.id for issued in keys]
    await directory._note_use()
    assert asked == [set(ids[:3]), set(ids[3:6])]
    assert await noted() == set(ids[:3])

    await directory.find(keys[0].key.text)  # and what failed does not hold up what it stood before
    broken = {4}
    await directory._note_use()
    assert asked[2:] == [{*ids[6:], ids[3]}, {*ids[4:6], ids[0]}]
    assert await noted() == {*ids[:3], *ids[6:], ids[3]}
    await directory.close()
    assert await noted() == set(ids)
    before = at.statements
    await directory._note_use()
    assert at.statements == before


@pytest.mark.asyncio
async def test_what_is_being_noted_when_a_process_ends_is_noted(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.storage.directory.USE_SECONDS", 0.01)
    issued = await at.issue()
    began = asyncio.Event()

    class Slow(KeyStore):
        async def used(self, moments: Mapping[str, float]) -> None:
            if not began.is_set():
                began.set()
                await asyncio.Event().wait()
            await super().used(moments)

    directory = StoredKeys(Slow(at.store._engine), PEPPER, at.clock)
    await directory.find(issued.key.text)
    directory.start()
    await began.wait()
    await directory.close()
    assert (await at.store.existing(issued.key.id)).last_used_at == at.clock.now()


@pytest.mark.asyncio
async def test_who_closes_leaves_nobody_asking_the_database(at: Setting) -> None:
    await at.directory.find((await at.issue()).key.text)
    at.directory.start()
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # it looks at once, after the pause that lies between two looks
    await at.directory.close()
    assert await at.queries_of(asyncio.sleep(2 * PACE)) == 0


@pytest.mark.asyncio
async def test_a_row_that_another_holds_keeps_only_a_part_waiting(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(postgres.url(postgres.create_migrated_database()))
    at = Setting(engine)
    monkeypatch.setattr("gateway.storage.directory.NOTED_AT_ONCE", 1)
    first, second = await at.issue(), await at.issue()
    directory = StoredKeys(at.store, PEPPER, at.clock)
    for issued in (first, second):
        await directory.find(issued.key.text)
    monkeypatch.setattr("gateway.storage.directory.LOOKUP_SECONDS", 0.2)
    async with engine.begin() as connection:
        await connection.execute(update(virtual_key).where(virtual_key.c.id == first.key.id).values(name="held"))
        await directory._note_use()
        await directory._note_use()
        assert [record.id for record in await at.store.of_team() if record.last_used_at] == [second.key.id]
    monkeypatch.setattr("gateway.storage.directory.LOOKUP_SECONDS", 5.0)
    await directory.close()
    assert all(record.last_used_at for record in await at.store.of_team())
    await engine.dispose()


@pytest.mark.asyncio
async def test_a_database_that_does_not_answer_is_given_up(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.storage.directory.LOOKUP_SECONDS", 0.05)
    store = _Scripted(at.store)
    store.before_answer = lambda: asyncio.sleep(60)
    directory = StoredKeys(store, PEPPER, at.clock)
    began = time.monotonic()
    with pytest.raises(Overloaded):
        await directory.find((await at.issue()).key.text)
    assert time.monotonic() - began < 10


@pytest.mark.asyncio
async def test_more_keys_than_can_be_read_in_the_longest_wait_are_read_all_the_same(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start with hundreds of thousands of keys, or a database under load: no portion takes too long. What changes
    meanwhile is not missed.
    """
    for module in ("keys", "directory"):
        monkeypatch.setattr(f"gateway.storage.{module}.MOST_AT_ONCE", 2)
    monkeypatch.setattr("gateway.storage.directory.LOOKUP_SECONDS", 1.0)
    issued = [await at.issue() for _ in range(10)]
    revoked, told = issued[0], []

    class Slow(KeyStore):
        async def changes_since(self, version: int) -> tuple[int, list[KeyRecord]]:
            newest, changed = await super().changes_since(version)
            if not told:
                await at.store.revoke(revoked.record.id, at.clock.now())
            told.append(len(changed))
            await asyncio.sleep(0.1 * len(changed))
            return newest, changed

    directory = StoredKeys(Slow(at.store._engine), PEPPER, at.clock)
    assert await directory.look()
    assert told == [2, 2, 2, 2, 2, 1], "the one that was revoked comes again, as it is by then"
    for each in issued[1:]:
        assert (await directory.find(each.key.text)).key_id == each.key.id
    with pytest.raises(NotAuthenticated, match="was revoked"):
        await directory.find(revoked.key.text)


@pytest.mark.asyncio
async def test_a_hash_moved_to_another_row_opens_nothing(at: Setting) -> None:
    """Someone who may write into the database, but has no pepper, cannot lend a key another team's row."""
    mine, theirs = await at.issue(), await at.issue()
    moved = KeyRecord(**{**_fields(theirs.record), "secret_hash": mine.record.secret_hash})

    class Tampered(KeyStore):
        async def changes_since(self, version: int) -> tuple[int, list[KeyRecord]]:
            return moved.version, [moved]

    directory = StoredKeys(Tampered(at.store._engine), PEPPER, at.clock)
    with pytest.raises(NotAuthenticated):
        await directory.find(VirtualKey("dev", theirs.key.id, mine.key.secret).text)


def _fields(record: KeyRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in KeyRecord.__struct_fields__}


@pytest.mark.asyncio
async def test_unknown_and_wrong_do_the_same_hashing(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-15 by construction: the number of HMACs and comparisons depends on nothing that a stranger chooses."""
    done: list[str] = []
    import hmac

    compare = hmac.compare_digest
    monkeypatch.setattr("gateway.storage.directory.secret_hash", lambda *a: done.append("hash") or secret_hash(*a))
    monkeypatch.setattr(
        "gateway.storage.directory.hmac.compare_digest", lambda *a: done.append("compare") or compare(*a)
    )
    live, rotated, revoked = await at.issue(), await at.issue(), await at.issue()
    await at.issuer.rotate(rotated.key.id, now=at.clock.now(), grace=60)
    await at.store.revoke(revoked.key.id, at.clock.now())
    unknown = VirtualKey("dev", "0123456789", live.key.secret).text
    for text in (unknown, other_secret(live.key), other_secret(rotated.key), other_secret(revoked.key)):
        done.clear()
        await at.refusal(text)
        assert done == ["hash", *["compare", "compare"] * 2]  # before the look, and after it


@pytest.mark.asyncio
async def test_unknown_and_wrong_take_the_same_time(at: Setting) -> None:
    """Texts never tried before, and texts tried again: the processor time of both kinds, taken in turns."""
    key = (await at.issue()).key
    await at.directory.find(key.text)
    kinds = {
        "unknown": [VirtualKey("dev", f"{number:010}", key.secret).text for number in range(1000)],
        "wrong": [VirtualKey("dev", key.id, f"{number:05}{key.secret[5:]}").text for number in range(1000)],
    }
    spent: dict[str, list[int]] = {"unknown": [], "wrong": []}
    for start in [*range(0, 1000, 50)] * 3:
        for kind, texts in kinds.items():
            began = time.process_time_ns()
            await asyncio.gather(*map(at.directory.find, texts[start : start + 50]), return_exceptions=True)
            spent[kind].append(time.process_time_ns() - began)
    for times in ([values[:20] for values in spent.values()], [values[20:] for values in spent.values()]):
        medians = [statistics.median(each) for each in times]
        assert max(medians) < 1.5 * min(medians)


@pytest.mark.asyncio
async def test_finding_a_remembered_key_costs_microseconds(at: Setting) -> None:
    text = (await at.issue()).key.text
    await at.directory.find(text)
    best = min([await _microseconds(at.directory, text) for _ in range(7)])
    assert best < 60  # 8 on an idle machine; the bound only notices a lookup or a hash gone dear


async def _microseconds(directory: StoredKeys, text: str) -> float:
    began = time.process_time_ns()
    for _ in range(1000):
        await directory.find(text)
    return (time.process_time_ns() - began) / 1e6
