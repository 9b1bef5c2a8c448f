"""How a job ends of which nobody ever said what it may come to, and who is asked when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.core.jobs import Job
from gateway.core.money import Money
from gateway.core.policy import Policy, ProviderPolicy, Timeouts
from gateway.core.ports import UsageRow
from gateway.core.usage import Usage
from gateway.errors import UpstreamTimedOut
from gateway.providers.hosted import WireProvider
from gateway.providers.transport import UpstreamRequest
from gateway.stages.money.end_jobs import JobsEnd
from tests.support.clocks import HandClock
from tests.support.fakes import ScriptedResponse, ScriptedUpstream
from tests.support.waiting import until

POLICY = Policy(
    version="v",
    providers={"o": ProviderPolicy(name="o", kind="openai", base_url="http://o/v1", api_key=None, region="us")},
    models={},
    teams={},
)
JOB = Job(
    id="req_1",
    at=1_795_800_000.0,
    kind="batch",
    dialect="openai_chat",
    provider="o",
    model="gpt-5-mini",
    key_id="k",
    team="t",
    answers=0,
    input_tokens=0,
    output_tokens=0,
    held=Money(0, "USD"),
)


class Told:
    """In place of policies, holds and the ledger."""

    current = POLICY

    def __init__(self) -> None:
        self.rows: list[UsageRow] = []
        self.costs: list[Money | None] = []

    def record(self, row: UsageRow, estimate: object) -> None:
        self.rows.append(row)

    def end(self, job: Job, cost: Money | None, policy: Policy) -> None:
        self.costs.append(cost)


def ended(*what: Any) -> UsageRow:
    told = Told()
    nobody: Any = told
    ends = JobsEnd(nobody, nobody, nobody, SeededPriceBook(), nobody, nobody, nobody, nobody)
    ends.end(JOB, *what) if what else ends.presume(JOB)
    [row], [cost] = told.rows, told.costs
    assert cost == row.cost
    return row


@pytest.mark.parametrize("what", [(), (Usage(10**12, 10**12, service_tier="batch"), 1)])
def test_what_nobody_can_tell_is_unpriced_and_not_free(what: tuple[Any, ...]) -> None:
    row = ended(*what)
    assert row.cost is None
    assert row.unpriced
    assert row.usage.estimated


def test_a_batch_in_which_nothing_was_answered_is_free() -> None:
    row = ended(Usage(), 0)
    assert (row.cost, row.unpriced, row.usage.estimated) == (Money(0, "USD"), False, False)


def test_of_two_sides_the_one_that_can_be_is_believed() -> None:
    row = ended(Usage(1000, 10**12, service_tier="batch"), 1)
    assert (row.usage.input_tokens, row.usage.output_tokens, row.usage.estimated) == (1000, 0, True)
    assert row.cost is not None
    assert row.cost.nano == 125_000, "half of 0.25 USD/Mtok"


@pytest.mark.asyncio
async def test_who_is_asked_how_a_job_stands_has_half_a_minute() -> None:
    """Its results may be long, and have the provider's own time."""
    asked: list[float] = []

    class Late(ScriptedUpstream):
        async def send(self, request: UpstreamRequest, timeouts: Timeouts) -> Any:
            asked.append(timeouts.total)
            if request.path.endswith("/content"):
                raise UpstreamTimedOut("late")
            return ScriptedResponse(200, {}, [b'{"status": "completed", "output_file_id": "file-0123456789"}'])

    told: Any = Told()
    ends = JobsEnd(
        told, told, told, SeededPriceBook(), told, HandClock(JOB.at), lambda *_: WireProvider(POLICY.providers["o"]),
        lambda _: Late(),
    )  # fmt: skip
    with pytest.raises(UpstreamTimedOut):
        await ends.look_after(msgspec.structs.replace(JOB, object_id="batch_1"))
    assert asked == [30.0, 900.0]


@pytest.mark.asyncio
async def test_a_provider_that_does_not_answer_keeps_no_other_from_being_asked() -> None:
    class Due(Told):
        put_in_here = ()

        async def due(self, looked_before: float, now: float, number: int) -> Sequence[Job]:
            asked = [("silent", "1"), ("silent", "2"), ("well", "3"), ("well", "4")]
            return [msgspec.structs.replace(JOB, id=name, provider=provider) for provider, name in asked]

    class Asking(JobsEnd):
        async def look_after(self, job: Job) -> None:
            asked.append(job.id)
            if job.provider == "silent":
                await times_out.wait()
                raise UpstreamTimedOut("The provider did not answer in time.")

    due: Any = Due()
    asked: list[str] = []
    times_out = asyncio.Event()
    ends = Asking(due, due, due, SeededPriceBook(), due, HandClock(JOB.at), due, due)
    looking = asyncio.ensure_future(ends.look())
    await until(lambda: {"3", "4"} <= {*asked} and len(asked) == 3)
    times_out.set()
    await looking
    assert sorted(asked) in (["1", "3", "4"], ["2", "3", "4"]), "who has not answered is not asked again in this look"


@pytest.mark.asyncio
async def test_a_batch_that_is_never_told_in_time_does_not_hide_those_behind_it() -> None:
    """As one whose results are too long: its provider answers all the others."""

    class Due(Told):
        put_in_here = ()

        async def due(self, looked_before: float, now: float, number: int) -> Sequence[Job]:
            return [msgspec.structs.replace(JOB, id=name) for name in ("slow", "well")]

    class Asking(JobsEnd):
        async def look_after(self, job: Job) -> None:
            asked.append(job.id)
            if job.id == "slow":
                raise UpstreamTimedOut("The provider did not answer in time.")

    due: Any = Due()
    asked: list[str] = []
    ends = Asking(due, due, due, SeededPriceBook(), due, HandClock(JOB.at), due, due)
    for _ in range(60):
        await ends.look()
    assert "well" in asked
