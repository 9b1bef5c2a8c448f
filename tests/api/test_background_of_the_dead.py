"""A process that was killed while an answer was made in the background: it is charged once, in the row of its job."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from gateway.core.calls import Kept
from gateway.core.events import Delta
from gateway.core.jobs import Job
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.objects import OwnedObject
from gateway.core.policy import Policy, PriceOverride, ProviderPolicy, TeamPolicy
from gateway.core.usage import Usage
from gateway.errors import Overloaded
from gateway.journal.local import LocalJournal
from gateway.journal.open_calls import JournalledCalls
from gateway.journal.segment import Segment
from gateway.storage.earlier_answers import StoredEarlierAnswers
from gateway.storage.jobs import StoredJobs
from tests.journal.test_open_calls import call
from tests.support.running import serving

pytestmark = pytest.mark.asyncio

PRICE = PriceOverride(provider="p", model="m", currency="USD", since="2020-01-01", input=NANO, output=NANO)
BUDGET = Budget(name="b", period="month", limit=Money(NANO, "USD"))
POLICY = Policy(
    version="v",
    providers={"p": ProviderPolicy(name="p", kind="openai", base_url="http://127.0.0.1:9/v1", region="ch")},
    models={},
    teams={"demo": TeamPolicy(name="demo", models=("*",), budgets=(BUDGET,))},
    price_overrides=(PRICE,),
)
NOW = time.time()


async def killed(state: Path, *names: str, kept: Kept | None = None) -> None:
    """Leave the journal of a process that died with these calls under way, each of which had said a few words and had
    named this.
    """
    journal = LocalJournal(state / "journal", Segment)
    await journal.open()
    calls = JournalledCalls(journal, lambda said, _: len(said.split()))
    for name in names:
        sent = msgspec.structs.replace(call(name), at=NOW, team="demo", read=40, held=(), kept=kept)
        number = calls.begin(sent, [Delta(0, "Well, this is how")])
    await calls.beat()
    await journal.durable(number)
    await journal.close()
    journal.release()


def job(name: str) -> Job:
    return Job(
        id=name,
        at=NOW,
        kind="response",
        dialect="openai_responses",
        provider="p",
        model="m",
        object_id=f"resp_{name}",
        key_id="k",
        team="demo",
        answers=1,
        input_tokens=40,
        output_tokens=100,
        held=Money(140_000, "USD"),
    )


async def test_what_a_job_is_charged_for_is_not_presumed_as_well(tmp_path: Path, database_url: str) -> None:
    async with serving(POLICY, tmp_path / "first", database_url=database_url) as gateway:
        for name in ("begun", "ended"):
            await StoredJobs(gateway.gateway.engine).open(job(name))
        gateway.gateway.jobs_end.end(job("ended"), Usage(10, 20), 1)
        await gateway.usage_rows()
    await killed(tmp_path / "second", "begun", "ended", "plain")
    async with serving(POLICY, tmp_path / "second", database_url=database_url) as gateway:
        rows = {row["request_id"]: row for row in await gateway.usage_rows()}
        assert rows.keys() == {"begun", "ended", "ended.job", "plain"}
        for name in ("begun", "ended"):
            row = rows[name]
            told = row["status"], row["input_tokens"], row["output_tokens"], row["cost_nano"], bool(row["unpriced"])
            assert told == ("failed", 0, 0, None, False)
        assert rows["ended.job"]["cost_nano"] == 30_000
        assert (rows["plain"]["input_tokens"], rows["plain"]["output_tokens"]) == (30, 4 + 2)
        assert rows["plain"]["cost_nano"] == 36_000


async def test_where_nobody_knows_of_jobs_it_is_presumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    async def down(*_: object) -> set[str]:
        raise Overloaded("down")

    monkeypatch.setattr(StoredJobs, "begun_by", down)
    await killed(tmp_path, "begun")
    async with serving(POLICY, tmp_path, database_url=database_url) as gateway:
        [row] = await gateway.usage_rows()
    assert row["cost_nano"] == 36_000


async def test_a_start_asks_a_database_that_is_away_once_however_many_calls_were_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """Each question waits for seconds, in which nobody is served."""

    async def down(*_: object) -> set[str]:
        raise Overloaded("down")

    async def asked(*_: object) -> tuple[int, bool]:
        pytest.fail("It was asked again.")

    monkeypatch.setattr(StoredJobs, "begun_by", down)
    monkeypatch.setattr(StoredEarlierAnswers, "came_to", asked)
    answer = OwnedObject(id="resp_1", provider="p", dialect="openai_chat", kind="response", team="demo", created_at=1.0)
    await killed(tmp_path, "one", "another", kept=Kept((answer,), 7_000))
    async with serving(POLICY, tmp_path, database_url=database_url) as gateway:
        rows = await gateway.usage_rows()
    assert [row["input_tokens"] for row in rows] == [7_000, 7_000]
