"""TakeTurn: a place among the requests under way; 503 where there is none for this class of work.

The class is the policy's `priority`; a client may name a less urgent one in `x-gateway-priority`, never a more urgent.
"""

from __future__ import annotations

from collections.abc import Awaitable

from gateway.core.overload import PRIORITIES, PRIORITY_HEADER, Priority
from gateway.errors import BadParameter, Overloaded
from gateway.exchange import Exchange
from gateway.overload.load_shedder import LoadShedder
from gateway.overload.turns import Turns
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage


class TakeTurn(Stage):
    """Sets `exchange.turn`."""

    after = (Govern,)  # share and class are the team's

    def __init__(self, turns: Turns, shedder: LoadShedder) -> None:
        self._turns = turns
        self._shedder = shedder

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        priority = exchange.team.priority or "interactive"
        wish = exchange.inbound.headers.get(PRIORITY_HEADER)
        if wish is not None:
            priority = _lowered(priority, wish)
        team = exchange.team.name
        try:
            place = self._turns.take(team, priority, exchange.policy.overload)
        except Overloaded:
            self._shedder.note_refused(exchange.inbound.presented_key, wish, team, priority)
            raise
        if place is not None:
            return self._wait(exchange, place, wish, priority)
        self._shedder.note_admitted(exchange.inbound.presented_key, wish, team, priority)
        exchange.turn = team
        return None

    async def _wait(self, exchange: Exchange, place: Awaitable[None], wish: str | None, priority: Priority) -> None:
        team = exchange.team.name
        try:
            await place
        except Overloaded:
            self._shedder.note_refused(exchange.inbound.presented_key, wish, team, priority)
            raise
        self._shedder.note_admitted(exchange.inbound.presented_key, wish, team, priority)
        exchange.turn = team

    def settle(self, exchange: Exchange) -> None:
        team = exchange.turn
        if team is not None:
            self._turns.give_back(team)


def _lowered(priority: Priority, wish: str) -> Priority:
    if wish not in PRIORITIES:
        raise BadParameter(f"{PRIORITY_HEADER} takes one of: {', '.join(PRIORITIES)}.", param=PRIORITY_HEADER)
    return max(priority, wish, key=PRIORITIES.index)
