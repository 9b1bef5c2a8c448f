"""Calls that are under way: what is written down of each, so that a process that dies leaves none unaccounted for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import msgspec

from gateway.core.events import Event
from gateway.core.objects import OwnedObject

HEDGE: Final = ".hedge"
"""How the request id of a second call ends, made where the first was slow."""
FAILED: Final = ".failed"
"""Before the number of a call, in the request id of its row: it failed, may be billed, and another was made."""

CONSULTED: Final = ".consulted"
"""Before the number of a model that gave advice, or declined when it had said something, in the id of its row."""
MOST_CONSULTED: Final = 4
"""Models that one answer has rows for beside its own: more than a request names."""

OF_THE_REQUEST: Final = (
    *("key_id", "team", "user", "operation", "dialect", "model_asked", "stream", "cost_center", "project", "tags"),
    *("policy_version", "prompt"),
)
"""What the rows of all calls for one request have in common."""


def consulted_rows(request_id: str) -> Iterator[str]:
    """Request ids of all rows that may be beside a request's for other models of its answer."""
    for number in range(1, MOST_CONSULTED + 1):
        yield f"{request_id}{CONSULTED}{number}"


class Held(msgspec.Struct, frozen=True):
    """One line of what is reserved for a call: its currency, and the nano-units in one of the counter's."""

    currency: str
    unit: int


class Kept(msgspec.Struct, frozen=True):
    """What a call names instead of sending it: the team's own objects, and what all of it is presumed to come to, with
    what is sent, in tokens.
    """

    named: tuple[OwnedObject, ...]
    presumed: int


class Dispatched(msgspec.Struct, kw_only=True):
    """A call that is about to be sent. `read`: tokens of its input: at most, as it is begun; as written down, as many
    as are expected. `goes_on`: tokens that its answer may come to though nobody listens.
    """

    request_id: str
    at: float
    key_id: str
    team: str
    user: str | None
    operation: str
    dialect: str
    model_asked: str | None
    provider: str
    model: str
    region: str
    stream: bool
    cost_center: str | None = None
    project: str | None = None
    tags: str | None = None
    policy_version: str | None
    read: int
    held: tuple[Held, ...] = ()
    kept: Kept | None = None
    goes_on: int = 0


class OpenCalls(Protocol):
    def begin(self, call: Dispatched, answer: list[Event]) -> int:
        """Write down that it is sent now; the number of the journal's record. `answer` grows as the answer comes."""
        ...
