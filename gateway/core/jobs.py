"""Work that a provider does after the request that asked for it was answered: batches, answers in the background.

Promise: what such work costs is held when it is asked for, and is in the ledger once, whoever learns first what it
used, and also where nobody ever asks.

A job ends with its usage row, which is its creator's and of the moment at which it was asked for: the two are written
in one transaction, so that money is either held or posted at any moment, and never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol

import msgspec

from gateway.core.identity import Principal
from gateway.core.messages import Dialect
from gateway.core.money import Money
from gateway.core.objects import OwnedObject
from gateway.core.ports import UsageRow
from gateway.core.usage import NO_CALLS, Calls, Usage, read_calls

JobKind = Literal["batch", "response"]

ROW_OF_A_JOB: Final = ".job"
"""Ends the id of a job's usage row, and no other row's."""


class UpperBound(msgspec.Struct, frozen=True):
    """The most that requests may come to: answers, tokens read and said, calls of tools."""

    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    calls: Calls = NO_CALLS

    @property
    def of_a_file(self) -> dict[str, Any]:
        """The same, by the names that `core.objects.OwnedObject` has for it."""
        return {
            "asked_answers": self.answers,
            "asked_input": self.input_tokens,
            "asked_output": self.output_tokens,
            "asked_calls": self.calls.summary or None,
        }

    def __add__(self, other: UpperBound) -> UpperBound:
        return UpperBound(
            self.answers + other.answers,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.calls if other.calls is NO_CALLS else self.calls + other.calls,
        )


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`id`: of the request that asked for it, `at` when it did. Times in Unix seconds."""

    id: str
    at: float
    kind: JobKind
    dialect: Dialect
    provider: str
    model: str
    region: str | None = None
    object_id: str | None = None
    """None until the provider has told it."""
    key_id: str
    key_name: str | None = None
    team: str
    user: str | None = None
    project: str | None = None
    cost_center: str | None = None
    tags: str | None = None
    model_asked: str | None = None
    policy_version: str | None = None
    answers: int
    input_tokens: int
    output_tokens: int
    calls: str | None = None
    """Of tools that are billed so: `core.usage.Calls.summary`."""
    held: Money | None = None
    """What it may cost; None where no price is known, which only teams without budgets may ask for."""

    @property
    def row_id(self) -> str:
        """The request id of the usage row that the job ends in."""
        return self.id + ROW_OF_A_JOB

    @property
    def bound(self) -> UpperBound:
        return UpperBound(self.answers, self.input_tokens, self.output_tokens, read_calls(self.calls) or NO_CALLS)


class JobBook(Protocol):
    """The jobs that have not ended, for all replicas. Every method raises Overloaded where it cannot be asked."""

    async def open(self, job: Job) -> None:
        """Write down that it is about to be asked for."""
        ...

    async def made(self, job_id: str, object_id: str) -> None:
        """The provider has it under this id."""
        ...

    async def drop(self, job_id: str) -> None:
        """The provider refused it: nothing will be billed."""
        ...

    async def find(self, provider: str, object_id: str) -> Job | None:
        """The job behind an object, where it has not ended."""
        ...

    async def due(self, looked_before: float, now: float, number: int) -> Sequence[Job]:
        """Jobs that nobody has looked after since then, the longest waiting first; they count as looked after now, so
        that of several replicas one gets each.
        """
        ...

    async def begun_by(self, request_ids: Sequence[str]) -> set[str]:
        """Those of these requests that a job was begun for, whether or not it has ended."""
        ...

    async def costs_of(self, row_ids: Sequence[str]) -> dict[str, Money]:
        """What those that have ended cost; without those that have not, or that have no price."""
        ...


def unbooked(own: OwnedObject, asked: UsageRow, principal: Principal) -> Job:
    """The job behind an object that was made when no book was kept, for whoever asks after it. Named by the object, so
    that however many learn at once what it used, its usage row is written once.
    """
    return Job(
        id=f"{own.provider}/{own.id}",
        at=asked.at,
        kind="batch" if own.kind == "batch" else "response",
        dialect=own.dialect,
        provider=own.provider,
        model=own.model or "",
        region=asked.region,
        object_id=own.id,
        key_id=principal.key_id,
        key_name=principal.name,
        team=own.team,
        user=asked.user,
        project=asked.project,
        cost_center=asked.cost_center,
        tags=asked.tags,
        model_asked=own.model_asked,
        policy_version=asked.policy_version,
        answers=0,
        input_tokens=0,
        output_tokens=0,
    )


PORTION: Final = 100_000
"""Tokens read: below every length of context from which a model is dearer."""


def portions(used: Usage, answers: int) -> tuple[Usage, ...]:
    """The sum of many calls in parts that are priced as single calls are: none reaches into the price of a long context
    unless the calls, on the average, do. The parts add up to the sum.
    """
    count = -(-used.input_tokens // PORTION)
    if answers and used.input_tokens // answers >= PORTION:
        count = answers
    if count <= 1:
        return (used,)
    names = [name for name in Usage.__struct_fields__ if name.endswith("_tokens")]
    parts = []
    for place in range(count):
        share = {name: _share(getattr(used, name), place, count) for name in names}
        parts.append(msgspec.structs.replace(used, **share, calls=None if place else used.calls))
    return tuple(parts)


def _share(whole: int, place: int, count: int) -> int:
    return whole * (place + 1) // count - whole * place // count
