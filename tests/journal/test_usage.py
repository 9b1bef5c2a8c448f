from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.bills import Bill, Meters
from gateway.core.money import Money
from gateway.core.policy import Policy
from gateway.core.ports import Estimate, Record, UsageRow
from gateway.core.usage import Calls, Usage
from gateway.journal import batch_delay, shipper
from gateway.journal import usage as ledger
from gateway.journal.shipper import BATCH
from gateway.journal.usage import JournalledUsage
from gateway.storage.held_connection import HeldConnection
from gateway.storage.tables import METERS, usage
from gateway.storage.usage import insert_usage
from tests.support import journals
from tests.support.journals import row
from tests.support.waiting import until

POLICY = Policy(version="1", providers={}, models={}, teams={})


class Policies:
    current = POLICY


def estimate(prompt: bytes, answer: list[str]) -> Estimate:
    return Estimate(prompt=prompt, answer=answer, policy=POLICY)


class Words:
    """Counts words. Implements `core.ports.TokenCounter`."""

    def __init__(self) -> None:
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.models: set[str] = set()

    async def count(self, text: str, model: str) -> int:
        await self.gate.wait()
        self.models.add(model)
        if self.fails:
            raise LookupError("no such tokeniser, and the prompt was: private")
        return len(text.split())


class OneNanoAToken:
    """Implements `core.ports.PriceBook`."""

    def cost(self, policy: Policy, provider: str, model: str, used: Usage, at: float) -> tuple[Money, str] | None:
        assert policy is POLICY
        return None if provider == "unpriced" else (Money(used.total_tokens, "USD"), "test")

    def bill(self, policy: Policy, provider: str, model: str, used: Usage, at: float) -> Bill | None:
        assert policy is POLICY
        parts = Meters(input=used.input_tokens, output=used.output_tokens)
        cost = Money(used.total_tokens, "USD")
        return None if provider == "unpriced" else Bill(cost=cost, meters=parts, source="test", list_cost=cost)


MONEY = {"cost", "saved", "meters", "list_cost", "list_meters", "cache_saved", "hosted_cost"}
NOT_STORED = {
    "consulted",
    "beside",
    "tried",
    "downgraded",
    "chosen",
    "similarity",
    "said_at_most",
    "unpriced_calls",
    "chargeable",
    "failed",
    "failed_rows",
}


class Setting:
    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self.engine = engine
        self.words = Words()
        self.folder = folder
        self.writer = self.another()

    def another(self) -> journals.Usage:
        return journals.Usage(self.folder, self.engine, self.words, OneNanoAToken(), Policies())

    async def rows(self) -> dict[str, Any]:
        async with self.engine.connect() as connection:
            return {found.request_id: found for found in await connection.execute(select(usage))}

    async def count(self) -> int:
        async with self.engine.connect() as connection:
            return int((await connection.execute(select(func.count()).select_from(usage))).scalar_one())


@pytest_asyncio.fixture
async def at(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Setting]:
    setting = Setting(engine, tmp_path / "journal")
    await setting.writer.open()
    yield setting
    await setting.writer.close(grace=0)


@pytest.mark.asyncio
async def test_a_row_comes_back_as_it_was_recorded(at: Setting) -> None:
    recorded = row(
        1,
        user="ana",
        operation="chat",
        dialect="openai_chat",
        model_asked="fast",
        provider="p",
        model="m",
        region="ch",
        stream=True,
        status="upstream_cut",
        http_status=200,
        error_code="upstream_cut",
        finish_reason="stop",
        usage=Usage(
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            "flex",
            estimated=True,
            calls=Calls(web_search=3, code_session=1),
            output_image_tokens=14,
        ),
        cost=Money(2**62, "CHF"),
        price_source="list",
        policy_version="v",
        upstream_request_id="up",
        attempts=2,
        first_byte_ms=10,
        duration_ms=20,
        overhead_ms=1,
        dropped="seed,top_k",
        cache="miss",
        saved=Money(7, "CHF"),
        meters=Meters(1, 2, 3, 4, 12),
        list_cost=Money(9, "USD"),
        list_meters=Meters(5, 6, 7, 8, 13),
        cache_saved=-11,
        hosted_cost=Money(10, "EUR"),
        unpriced=True,
        cost_center="4711",
        project="apollo",
        tags="feature=x,project=apollo",
        personal_data={"iban": 2},
    )
    at.writer.record(recorded, None)
    await at.writer.drain()
    [found] = (await at.rows()).values()
    kept = found._asdict()
    for name in UsageRow.__struct_fields__:
        if name not in {"usage", "personal_data", *NOT_STORED, *MONEY}:
            assert kept.pop(name) == getattr(recorded, name), name
    for name in set(Usage.__struct_fields__) - {"calls"}:
        assert kept.pop(name) == getattr(recorded.usage, name), name
    assert recorded.cost is not None
    assert (kept.pop("cost_nano"), kept.pop("currency")) == (recorded.cost.nano, recorded.cost.currency)
    assert kept.pop("saved_nano") == 7
    assert [kept.pop(f"cost_{meter}_nano") for meter in METERS] == [1, 2, 3, 4, 12]
    assert [kept.pop(f"list_{meter}_nano") for meter in METERS] == [5, 6, 7, 8, 13]
    assert (kept.pop("billed_calls"), kept.pop("calls_by_kind")) == (4, "web_search=3,code_session=1")
    assert (kept.pop("list_nano"), kept.pop("list_currency")) == (9, "USD")
    assert (kept.pop("hosted_nano"), kept.pop("hosted_currency")) == (10, "EUR")
    assert kept.pop("cache_saved_nano") == -11
    assert kept.pop("personal_data") == "iban=2"
    assert kept.pop("local_day") == "2027-01-15"
    assert kept == {}, "columns that nobody fills"


@pytest.mark.asyncio
async def test_many_rows_go_in_together_a_batch_at_a_time(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []
    commits = 0
    transaction = HeldConnection.transaction

    @contextlib.asynccontextmanager
    async def counted(held: HeldConnection) -> AsyncIterator[AsyncConnection]:
        nonlocal commits
        async with transaction(held) as connection:
            yield connection
        commits += 1

    async def insert(connection: AsyncConnection, records: Sequence[Record]) -> None:
        batches.append(len(records))
        await insert_usage(connection, records)

    at.writer.record(row(0), None)
    await at.writer.drain()
    # Nothing waits now. What follows is taken once there is enough of it, and the rest when somebody asks.
    for name in ("SHORT", "LONG"):
        monkeypatch.setattr(batch_delay, name, 60)
    at.writer.shipper._batch_delay.came(0)
    monkeypatch.setattr(shipper, "TOGETHER", 3 * BATCH)
    monkeypatch.setattr(HeldConnection, "transaction", counted)
    at.writer.shipper._projectors = {ledger.USAGE: insert}
    for number in range(1, 3 * BATCH + 8):
        at.writer.record(row(number), None)
    await until(lambda: commits)
    assert batches == [BATCH, BATCH, BATCH]
    await at.writer.drain()
    assert await at.count() == 3 * BATCH + 8
    assert batches[3:] == [7]


@pytest.mark.asyncio
async def test_the_same_request_is_written_once_and_the_first_row_stays(at: Setting) -> None:
    at.writer.record(row(1, duration_ms=1), None)
    await at.writer.drain()
    at.writer.record(row(1, duration_ms=2), None)
    at.writer.record(row(2), None)
    at.writer.record(row(2), None)
    await at.writer.drain()
    rows = await at.rows()
    assert len(rows) == 2
    assert rows["r000001"].duration_ms == 1
    assert await at.writer.refused() == 0


@pytest.mark.asyncio
async def test_what_the_provider_did_not_tell_is_counted_and_priced(at: Setting) -> None:
    at.writer.record(row(1, provider="p", model="m"), estimate(prompt=b"one two three", answer=["fo", "ur fi", "ve"]))
    at.writer.record(
        row(2, provider="p", model="m", usage=Usage(input_tokens=50, output_tokens=1, cached_tokens=7)),
        estimate(prompt=b"", answer=["six seven"]),
    )
    at.writer.record(row(3, provider="unpriced", model="m"), estimate(prompt=b"one", answer=[]))
    at.writer.record(row(4, model_asked="asked"), estimate(prompt=b"one", answer=[]))
    at.writer.record(row(5), None)
    await at.writer.drain()
    found = {
        request_id: (r.input_tokens, r.output_tokens, r.cached_tokens, r.estimated, r.cost_nano, r.price_source)
        for request_id, r in (await at.rows()).items()  # what waits for no count may be there before the others
    }
    assert found == {
        "r000001": (3, 2, 0, True, 5, "test"),
        "r000002": (50, 2, 7, True, 52, "test"),
        "r000003": (1, 0, 0, True, None, None),
        "r000004": (1, 0, 0, True, None, None),
        "r000005": (0, 0, 0, False, None, None),
    }
    assert at.words.models == {"m", "asked"}


@pytest.mark.asyncio
async def test_bytes_that_are_no_utf8_are_counted_all_the_same(at: Setting) -> None:
    at.writer.record(row(1), estimate(prompt=b"\xff\xfe x", answer=[]))
    await at.writer.drain()
    assert (await at.rows())["r000001"].input_tokens == 2


@pytest.mark.asyncio
async def test_a_long_count_holds_up_nobody_else(at: Setting) -> None:
    at.words.gate.clear()
    at.writer.record(row(1), estimate(prompt=b"x", answer=[]))
    at.writer.record(row(2), None)
    await until(lambda: at.writer.waiting == 1)
    assert set(await at.rows()) == {"r000002"}
    drained = asyncio.create_task(at.writer.drain())
    await asyncio.sleep(0)
    assert not drained.done()
    at.words.gate.set()
    await drained
    assert await at.count() == 2


@pytest.mark.asyncio
async def test_a_tokeniser_that_fails_costs_the_count_not_the_row(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[tuple[str | None, str]] = []
    monkeypatch.setattr(ledger.logs, "fault", lambda request_id, error: faults.append((request_id, repr(type(error)))))
    at.words.fails = True
    asked = {"provider": "p", "model": "m", "operation": "chat", "attempts": 1}
    at.writer.record(row(1, usage=Usage(input_tokens=5), **asked), estimate(prompt=b"x", answer=[]))
    await at.writer.drain()
    written = (await at.rows())["r000001"]
    assert (written.input_tokens, written.cost_nano, written.unpriced) == (5, None, True)
    assert faults == [("r000001", "<class 'LookupError'>")]


HOSTILE = "a\0b\ud800c" + "\U0001f600" * 600


@pytest.mark.asyncio
async def test_no_value_that_a_client_or_a_provider_can_send_makes_a_row_unwritable(at: Setting) -> None:
    plain = {"request_id", "at", "key_id", "team", "stream", "usage", "unpriced", "personal_data", *MONEY}
    names = set(UsageRow.__struct_fields__) - plain
    numbers = dict.fromkeys(("http_status", "attempts", "first_byte_ms", "duration_ms", "overhead_ms"), 2**80)
    texts = dict.fromkeys(names - set(numbers), HOSTILE)
    big = Usage(*[2**80] * 9, service_tier=HOSTILE)
    worst = row(1, **texts, **numbers, usage=big, cost=Money(2**90, "DOLLARS"))
    worst.at, worst.key_id, worst.team = 1e30, HOSTILE, HOSTILE
    worst.meters, worst.list_meters, worst.cache_saved = Meters(2**90), Meters(-1, -1, -1, 2**70), -(2**80)
    worst.list_cost = worst.hosted_cost = Money(2**90, "DOLLARS")
    lowest = row(
        2, **dict.fromkeys(numbers, -(2**80)), usage=Usage(*[-1] * 9), cost=Money(-5, "CHF"), user="'; DROP TABLE usage"
    )
    lowest.personal_data = {f"type_{number}:pseudonymise": 1 for number in range(60)}
    for each in (worst, lowest):
        at.writer.record(each, None)
    await at.writer.drain()
    assert await at.writer.refused() == 0
    rows = await at.rows()
    first, second = rows["r000001"], rows["r000002"]
    assert first.input_tokens == first.cost_nano == first.duration_ms == 2**63 - 1
    assert first.http_status == 2**31 - 1
    assert first.currency == "DOL"
    assert first.user.startswith("ab?c\U0001f600")
    assert len(first.user) <= 512
    assert second.cost_nano == second.input_tokens == second.duration_ms == 0
    assert second.user == "'; DROP TABLE usage"
    assert len(second.personal_data) == 512


@pytest.mark.asyncio
async def test_rows_that_the_database_will_not_have_are_set_aside_alone(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[dict[str, object]] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda name, **fields: logged.append({"event": name, **fields}))
    monkeypatch.setattr("gateway.storage.usage._check", lambda data: None)  # no clamping: CHECKs strike
    bad = {3, 250, 499}
    for number in range(BATCH):
        at.writer.record(row(number, usage=Usage(input_tokens=-1 if number in bad else 1)), None)
    await at.writer.drain()
    assert await at.writer.refused() == len(bad)
    assert await at.count() == BATCH - len(bad)
    assert [entry["key"] for entry in logged] == [f"r{number:06}" for number in sorted(bad)]
    assert {entry["error"] for entry in logged} <= {"IntegrityError", "CheckViolationError"}
    assert all(set(entry) == {"event", "kind", "key", "error"} for entry in logged)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "field",
    [{"user": 7}, {"usage": None}, {"duration_ms": "x"}, {"error_code": b"x"}, {"http_status": 2.5}],
    ids=lambda field: next(iter(field)),
)
async def test_a_row_with_a_value_of_the_wrong_type_is_set_aside_alone(at: Setting, field: dict[str, Any]) -> None:
    """A defect of ours, which must not stop everybody's ledger."""
    at.writer.record(row(1), None)
    at.writer.record(row(2, **field), None)
    at.writer.record(row(3), None)
    await at.writer.drain()
    assert set(await at.rows()) == {"r000001", "r000003"}
    assert await at.writer.refused() == 1
    at.writer.record(row(4), None)
    await at.writer.drain()
    assert "r000004" in await at.rows()
    assert not at.writer.full


@pytest.mark.asyncio
async def test_a_deadlock_is_tried_again(at: Setting) -> None:
    failures = iter([True, True])

    class Deadlock(Exception):
        sqlstate = "40P01"

    def fail(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT") and next(failures, False):
            raise OperationalError(statement, None, Deadlock())

    event.listen(at.engine.sync_engine, "before_cursor_execute", fail)
    at.writer.record(row(1), None)
    await at.writer.drain()
    assert set(await at.rows()) == {"r000001"}
    assert next(failures, "all used") == "all used"


@pytest.mark.asyncio
async def test_a_commit_whose_answer_was_lost_is_repeated_without_doubling(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = iter([True])
    original = HeldConnection.transaction

    @contextlib.asynccontextmanager
    async def losing(held: HeldConnection) -> AsyncIterator[AsyncConnection]:
        async with original(held) as connection:
            yield connection
        if next(lost, False):
            raise ConnectionResetError  # it is committed; we are told that it is not

    monkeypatch.setattr(HeldConnection, "transaction", losing)
    for number in range(10):
        at.writer.record(row(number), None)
    await at.writer.drain()
    assert next(lost, "all used") == "all used"
    assert await at.count() == 10


@pytest.mark.asyncio
async def test_a_connection_that_was_cut_while_it_was_held_costs_no_warning(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda name, **_: warned.append(name))
    at.writer.record(row(1), None)
    await at.writer.drain()
    held = at.writer.shipper._database._connection
    assert held is not None
    await held.invalidate()
    await held.close()
    at.writer.record(row(2), None)
    await at.writer.drain()
    assert await at.count() == 2
    assert not warned


@pytest.mark.asyncio
async def test_draining_waits_for_what_was_recorded_before_it_only(at: Setting) -> None:
    at.writer.record(row(1), None)
    drained = asyncio.create_task(at.writer.drain())
    await asyncio.sleep(0)
    at.words.gate.clear()
    at.writer.record(row(2), estimate(prompt=b"x", answer=[]))
    await drained
    assert set(await at.rows()) == {"r000001"}
    at.words.gate.set()


@pytest.mark.asyncio
async def test_an_idle_writer_drains_and_closes_at_once(at: Setting) -> None:
    await at.writer.drain()
    assert await at.writer.close() == 0


@pytest.mark.asyncio
async def test_closing_writes_all_that_waits_and_leaves_no_task(at: Setting) -> None:
    for number in range(2 * BATCH):
        at.writer.record(row(number), estimate(prompt=b"x", answer=[]) if number % 2 else None)
    assert await at.writer.close() == 0
    assert await at.count() == 2 * BATCH
    assert not [task for task in asyncio.all_tasks() if task.get_name() in {"count usage", "ship the journal"}]
    assert [path.name for path in (at.folder / "1").iterdir()] == ["lock"], "nothing waits, so nothing is kept"


@pytest.mark.asyncio
async def test_it_is_full_at_its_capacity_and_still_takes_what_is_under_way(
    at: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipper, "CAPACITY", 2)
    async with at.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE usage RENAME TO away"))
    for number in range(3):
        assert not at.writer.full
        at.writer.record(row(number), None)
    assert at.writer.full
    at.writer.record(row(3), None)
    async with at.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO usage"))
    await at.writer.drain()
    assert not at.writer.full
    assert await at.count() == 4


@pytest.mark.asyncio
async def test_it_is_full_when_it_holds_too_much_text(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "TEXT_CAPACITY", 1000)
    at.words.gate.clear()
    at.writer.record(row(1), estimate(prompt=b"x" * 600, answer=["y" * 300]))
    assert not at.writer.full
    at.writer.record(row(2), estimate(prompt=b"", answer=["y" * 100]))
    assert at.writer.full
    at.words.gate.set()
    await at.writer.drain()
    assert not at.writer.full


@pytest.mark.asyncio
async def test_a_writer_that_broke_lets_no_request_in(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []
    monkeypatch.setattr(ledger.logs, "fault", lambda _, error: faults.append(type(error).__name__))

    async def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(at.writer.shipper, "_put_in", broken)
    at.writer.record(row(1), None)
    await until(lambda: at.writer.full)
    assert faults == ["LookupError"]


@pytest.mark.asyncio
async def test_rows_wait_out_a_database_without_tables(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """As between two steps of a careless deployment: not the rows' fault, so none is given up."""
    retries: list[str] = []
    monkeypatch.setattr(shipper.logs, "warning", lambda name, **_: retries.append(name))
    async with at.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE usage RENAME TO away"))
    for number in range(5):
        at.writer.record(row(number), None)
    await until(lambda: len(retries) >= 2)
    assert at.writer.waiting == 5
    async with at.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO usage"))
    await at.writer.drain()
    assert await at.count() == 5
    assert await at.writer.refused() == 0


@pytest.mark.asyncio
async def test_whoever_fails_when_told_of_a_row_does_not_cost_the_row(at: Setting) -> None:
    def fail(_: UsageRow) -> None:
        raise KeyError("a counter")

    ledger = JournalledUsage(at.writer.journal, at.writer.ledger._estimator, Policies(), final=fail)
    with pytest.raises(KeyError):
        ledger.record(row(1), None)
    await at.writer.shipper.drain()
    assert await at.count() == 1
