"""Containers that programs of an answer ran in are held by the team that asked: a part of Own.

Invariants
- A container is held before the client hears of it. What cannot be written down then is answered, but held by nobody:
  whoever names it next is told 404.
- Only answers to requests whose tools run programs are looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gateway.core.objects import Holding, ObjectRegister, family
from gateway.dialects.containers import containers_told
from gateway.errors import Overloaded
from gateway.exchange import Batch, Exchange, Flow
from gateway.stages.understand import LARGE_BODY_BYTES


class HoldingContainers:
    """An answer on its way through."""

    def __init__(self, exchange: Exchange, flow: Flow, register: ObjectRegister) -> None:
        self._exchange = exchange
        self._flow = flow
        self._register = register
        self._held: set[str] = set()

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        batch = await self._flow.__anext__()
        for frame in batch:
            if frame.raw is not None and (told := await _told(frame.raw) - self._held):
                await self._hold(told)
        return batch

    async def aclose(self) -> None:
        await self._flow.aclose()

    async def _hold(self, told: set[str]) -> None:
        attempt, record = self._exchange.attempt, self._exchange.record
        holdings = [
            Holding(
                id=each,
                provider=attempt.target.provider,
                dialect=family(attempt.dialect),
                kind="container",
                team=self._exchange.team.name,
                created_at=record.at,
            )
            for each in sorted(told)
        ]
        with contextlib.suppress(Overloaded):
            await self._register.hold(holdings)
            self._held |= told


async def _told(raw: bytes) -> set[str]:
    """In a thread where there is much to read, so that no other request waits for it."""
    if len(raw) <= LARGE_BODY_BYTES:
        return set(containers_told(raw))
    return await asyncio.to_thread(lambda: set(containers_told(raw)))
