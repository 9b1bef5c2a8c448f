"""The gateway minus one stage, to see what that stage costs.

    python -m tests.bench.gateway_without STAGE PORT

A stage that others read nothing from is left out. One that they read from is run for the first request; for later ones
its results are put in place without its work, so these runs serve one kind of request only.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway import app, wiring
from gateway.exchange import Batch, Exchange
from gateway.serve import run
from gateway.stages.stage import Stage, enter_stage
from gateway.wiring import Gateway

REMEMBERED = frozenset({"Audit", "Identify", "Account", "Govern", "Understand", "Choose"})
"""Stages that others read from."""
WEIGHED: dict[str, tuple[str, ...]] = {
    "Observe": ("Observe",),
    "Audit, Attest": ("Audit", "Attest"),
    "Identify": ("Identify",),
    "Account": ("Account",),
    "Govern": ("Govern",),
    "TakeTurn": ("TakeTurn",),
    "Understand": ("Understand",),
    "Choose": ("Choose",),
    "Dispatch": ("Dispatch",),
    "all that have nothing to do": (
        *(
            "ListModels",
            "DescribeKey",
            "Restrain",
            "Admit",
            "Instruct",
            "Redact",
            "CheckOwner",
            "CountTokens",
            "Replay",
        ),
        *("Recall", "Reserve", "Mirror"),
    ),
}
"""Name of a row -> stages that are missing together: those that make one thing; and those that the bench's policy gives
nothing to do, of which each costs less than can be weighed.
"""
INDISPENSABLE = "Call"
ROUTING = "Routing"
SPINE = "Spine"
"""In place of a stage: only the stages that get an answer, accounted for and logged; nothing that guards or keeps."""
OF_THE_SPINE = frozenset(
    {"Observe", "Identify", "Account", "Govern", "ListModels", "Understand", "Choose", "CountTokens", "Call"}
)


class NoPace:
    """Nobody waits, and nothing is learnt."""

    async def turn(self, *_: Any) -> None:
        pass

    def began(self, *_: Any) -> None:
        pass


class NoHealth:
    """Every target is well, and has one credential."""

    def __init__(self) -> None:
        self.pace = NoPace()
        self.open: dict[Any, None] = {}
        self.under_way: dict[Any, int] = {}

    def begin(self, *_: Any) -> bool:
        return True

    def pick(self, lanes: Sequence[Any], *_: Any) -> Any:
        return lanes[0]

    def succeeded(self, *_: Any, **__: Any) -> None:
        pass

    answers = abandoned = failed = succeeded


def _fields(exchange: Exchange) -> dict[str, Any]:
    """Those that are set."""
    return {name: getattr(exchange, name) for name in Exchange.__slots__ if hasattr(exchange, name)}


class Remembered(Stage):
    """Does a stage's work once, and hands out what came of it ever after."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._fields: dict[str, Any] | None = None
        self._record: dict[str, Any] = {}

    async def enter(self, exchange: Exchange) -> None:
        if self._fields is not None:
            for name, value in self._fields.items():
                setattr(exchange, name, list(value) if isinstance(value, list) else value)
            for name, value in self._record.items():
                setattr(exchange.record, name, value)
            return
        before, record_before = _fields(exchange), msgspec.structs.asdict(exchange.record)
        await enter_stage(self._stage, exchange)
        self._fields = {name: value for name, value in _fields(exchange).items() if before.get(name) is not value}
        after = msgspec.structs.asdict(exchange.record)
        self._record = {name: value for name, value in after.items() if value != record_before[name]}


class Uncounted(Remembered):
    """Account without its work: whoever judges a target reads that the answer came whole, so that much is said."""

    def note(self, exchange: Exchange, batch: Batch) -> None:
        exchange.record.status = "ok"


class GatewayWithout(Gateway):
    """`missing`: the name of a row, or ROUTING, or SPINE."""

    missing = ""

    def stages(self, kinds: Sequence[type[Stage]]) -> list[Stage]:
        made = super().stages(kinds)
        if self.missing == ROUTING:
            rest = [stage for stage in made if type(stage).__name__ != "Recall"]
            return [Remembered(stage) if type(stage).__name__ == "Choose" else stage for stage in rest]
        if self.missing == SPINE:
            return [stage for stage in made if type(stage).__name__ in OF_THE_SPINE]
        missing = WEIGHED[self.missing]
        return [
            (Uncounted if name == "Account" else Remembered)(stage) if name in missing else stage
            for stage in made
            if (name := type(stage).__name__) not in missing or name in REMEMBERED
        ]


if __name__ == "__main__":
    GatewayWithout.missing = sys.argv[1]
    if GatewayWithout.missing not in (*WEIGHED, ROUTING, SPINE):
        sys.exit(f"no such stages: there are {'; '.join((*WEIGHED, ROUTING, SPINE))}")
    if GatewayWithout.missing == ROUTING:
        vars(wiring)["Health"] = NoHealth
    vars(app)["Gateway"] = GatewayWithout  # what `create` will make
    run(app.create(), "127.0.0.1", int(sys.argv[2]), workers=1)
