"""Registers ids of things that a provider keeps, as an answer names them, for the team that asked: part of CheckOwner.

Containers that its programs ran in, and its own parts that a later request can name instead of sending them.

Invariants
- A thing is held before the client hears of it. What cannot be written down then is answered, but held by nobody:
  whoever names it next is told 404.
- Only answers are looked at that may tell of any, and pieces of text never.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gateway.core.objects import ObjectKind, ObjectRegister, OwnedObject, family
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects.stored_ids import IdFinder
from gateway.errors import Overloaded
from gateway.exchange import Batch, Exchange, Flow
from gateway.stages.answers.fast_path import Way, hand_to

_Ids = set[tuple[str, ObjectKind]]


class RegisteringIds:
    """An answer on its way through."""

    def __init__(self, exchange: Exchange, flow: Flow, register: ObjectRegister, finders: tuple[IdFinder, ...]) -> None:
        self._exchange = exchange
        self._flow = flow
        self._register = register
        self._finders = finders
        self._held: _Ids = set()

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        batch = await self._flow.__anext__()
        for frame in batch:
            if frame.raw is not None and (told := await self._ids_in(frame.raw) - self._held):
                await self._hold(told)
        return batch

    async def aclose(self) -> None:
        await self._flow.aclose()

    def hand_to(self, way: Way) -> None:
        """See `stages.answers.fast_path`."""
        hand_to(self._flow, way)

    async def _ids_in(self, raw: bytes) -> _Ids:
        """In a thread where there is much to read, so that no other request waits for it."""
        if len(raw) <= LARGE_BODY_BYTES:
            return self._read(raw)
        return await asyncio.to_thread(self._read, raw)

    def _read(self, raw: bytes) -> _Ids:
        streamed, opened = self._exchange.streamed, self._exchange.team.stores
        return {
            (told, one.kind)
            for one in self._finders
            for told in one.find(raw, streamed=streamed)
            if told not in opened  # by policy, which may close it again
        }

    async def _hold(self, told: _Ids) -> None:
        attempt, record = self._exchange.attempt, self._exchange.record
        owned_objects = [
            OwnedObject(
                id=each,
                provider=attempt.target.provider,
                dialect=family(attempt.dialect),
                kind=kind,
                team=self._exchange.team.name,
                created_at=record.at,
            )
            for each, kind in sorted(told)
        ]
        with contextlib.suppress(Overloaded):
            await self._register.hold(owned_objects)
            self._held |= told
