"""Requests, tokens and calls at once: the quotas of every level over a request, taken together.

Invariants
- Tokens are reserved as expected, and what was not used is given back when the answer has ended.
- Who leaves while the counters are asked has taken nothing.
- While the shared counters cannot be asked, each process keeps the limits by itself (`quota.counted_apart`): several
  processes may together let in more then, but nobody is locked out by an outage of a counter.
- A reply that is late is no outage: it is waited for as long as a connection may owe one.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from gateway.core.bounded_memory import make_room
from gateway.core.counting import Counters, CountersAway, CountersDown, LimitReached, Line, Reserved, Verdict
from gateway.core.identity import Principal
from gateway.core.policy import Alias, Effective
from gateway.core.spending import Scope
from gateway.quota.allowances import scope_of
from gateway.quota.counted_apart import CountedApart
from gateway.quota.settling import LEASE, Settling

KEPT: Final = 65_536
"""Keys, with each limited model. Fewer than are in use would be none at all: each would have put out another's."""

PATIENCE: Final = 1.0
"""Seconds for which a late reply is asked for again: a connection that owes one for longer is dropped (`Redis`)."""
PAUSE: Final = 0.05


class Quota(Line, frozen=True, kw_only=True, gc=False):
    """One limit of one level, as the line that it is counted by. `of`: what is counted."""

    scope: Scope
    of: str


class Permit(msgspec.Struct, frozen=True):
    """What was taken for a request, and from whom."""

    id: str
    quotas: tuple[Quota, ...]
    settling: Settling


class Throttle:
    """`close` before the counters are."""

    def __init__(self, shared: tuple[Counters, Settling], own: tuple[Counters, Settling]) -> None:
        self._shared = shared
        self._own = own
        self._apart = CountedApart(*shared)

    async def take(self, id: str, quotas: tuple[Quota, ...]) -> tuple[Permit | None, Verdict]:
        """The permit where all of them have room, and what the counters said."""
        if not self._apart.away:
            counters, settling = self._shared
            try:
                verdict = await self._patiently(id, self._apart.beside(quotas))
            except (CountersDown, asyncio.CancelledError) as error:
                if not isinstance(error, CountersAway):
                    settling.settle(id, (0,) * len(quotas))  # it may have been taken, and nobody has it
                if isinstance(error, asyncio.CancelledError):
                    raise
                self._apart.leave()
            else:
                if isinstance(verdict, LimitReached):
                    return None, verdict
                self._apart.taken(quotas)
                settling.lease(id)
                return Permit(id, quotas, settling), verdict
        counters, settling = self._own
        verdict = await counters.reserve(id, self._apart.within(quotas), LEASE)
        if isinstance(verdict, LimitReached):
            return None, verdict
        self._apart.let_in(id, quotas)
        settling.lease(id)
        return Permit(id, quotas, settling), verdict

    def settle(self, permit: Permit, tokens: int | None) -> None:
        """Give back what was not used: `tokens` None where that is not known, 0 where no provider was reached."""
        actual: list[int] = []
        for quota in permit.quotas:
            of = quota.of
            if of == "concurrent":
                actual.append(0)
            elif of == "tokens" and tokens is not None:
                actual.append(tokens)
            else:
                actual.append(quota.amount)
        if permit.settling is self._shared[1]:
            self._apart.given_back(permit.quotas)
        else:
            self._apart.ended(permit.id, permit.quotas)
        permit.settling.settle(permit.id, tuple(actual))

    async def left(self, id: str, quotas: tuple[Quota, ...]) -> tuple[int, ...]:
        """What each of them has room for at this moment; nothing is taken."""
        lines = tuple(msgspec.structs.replace(quota, amount=0) for quota in quotas)
        counters, settling = self._shared
        try:
            if self._apart.away:
                raise CountersAway
            verdict = await counters.reserve(id, self._apart.beside(lines), LEASE)
        except CountersDown:
            counters, settling = self._own
            verdict = await counters.reserve(id, self._apart.within(lines), LEASE)
        settling.settle(id, (0,) * len(lines))
        return verdict.left if isinstance(verdict, Reserved) else (0,) * len(lines)

    async def close(self) -> None:
        await self._apart.close()

    async def _patiently(self, id: str, lines: tuple[Line, ...]) -> Verdict:
        """Of the shared counters. Raises CountersDown, also where this process has begun to count by itself meanwhile:
        it may have given out here what they promise. Were that begun whenever a reply is late, replicas would let in
        many times what is allowed.
        """
        counters, _ = self._shared
        now = asyncio.get_running_loop().time
        began = now()
        late: CountersDown | None = None
        while True:
            try:
                verdict = await counters.reserve(id, lines, LEASE)
            except CountersAway as error:
                raise (late or error) from None  # an earlier one may have been heard
            except CountersDown as error:
                if self._apart.away or now() - began >= PATIENCE:
                    raise
                late = error
            else:
                if self._apart.away:
                    raise CountersDown
                return verdict
            await asyncio.sleep(PAUSE)


def quotas_over(team: Effective, principal: Principal, tokens: int, *aliases: Alias) -> tuple[Quota, ...]:
    """Every limit over this principal, outermost level first, then those of the aliases, for a request that is expected
    to use so many tokens.
    """
    scoped = [(scope_of(level, principal), level.rules.quotas) for level in team.levels if level.rules.quotas.given]
    scoped += [(Scope(kind="model", name=alias.name), alias.quotas) for alias in aliases if alias.quotas.given]
    found: list[Quota] = []
    for scope, quotas in scoped:
        path = scope.path
        if (limit := quotas.concurrent) is not None:
            found.append(Quota("slots", f"now/{path}", 1, limit, scope=scope, of="concurrent"))
        if (limit := quotas.requests_per_minute) is not None:
            found.append(Quota("rate", f"requests/{path}", 1, limit, scope=scope, of="requests"))
        if (limit := quotas.tokens_per_minute) is not None:
            found.append(Quota("rate", f"tokens/{path}", min(tokens, limit), limit, scope=scope, of="tokens"))
    return tuple(found)


class Plans:
    """`quotas_over`, made once a key and limited model: only the tokens differ from request to request."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Effective, Principal, Alias | None, tuple[Quota, ...]]] = {}
        """By the key's id; where the model that is asked for has quotas of its own, `id/model`, as no id has a `/`."""

    def over(self, team: Effective, principal: Principal, tokens: int, alias: Alias | None) -> tuple[Quota, ...]:
        if alias is not None and not alias.quotas.given:
            alias = None
        name = principal.key_id if alias is None else f"{principal.key_id}/{alias.name}"
        known = self._known.get(name)
        if known is None or known[0] is not team or known[1] is not principal or known[2] is not alias:
            make_room(self._known, KEPT)
            quotas = quotas_over(team, principal, 0, *(() if alias is None else (alias,)))
            known = self._known[name] = team, principal, alias, quotas
        return tuple([_expecting(quota, tokens) if quota.of == "tokens" else quota for quota in known[3]])


def _expecting(quota: Quota, tokens: int) -> Quota:
    limit = quota.limit
    return Quota("rate", quota.counter, min(tokens, limit), limit, scope=quota.scope, of="tokens")
