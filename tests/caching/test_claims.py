"""Claims on a store that answers when a test lets it."""

from __future__ import annotations

import asyncio

import pytest

from gateway.caching import claims
from gateway.caching.claims import TRIES, Claim
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio

KEY = b"k"


class Store:
    """Keeps one claim. What a question is answered, and when, a test may say; `holder` is who has it."""

    def __init__(self) -> None:
        self.holder: bytes | None = None
        self.down = False
        self.asked = self.answered = 0
        self.open = asyncio.Event()
        self.open.set()

    async def take(self, key: bytes, owner: bytes, seconds: float) -> bool | None:
        self.asked += 1
        await self.open.wait()
        self.answered += 1
        if self.down:
            return None
        if self.holder in (None, owner):
            self.holder = owner
        return self.holder == owner

    async def give_back(self, key: bytes, owner: bytes) -> None:
        if self.holder == owner:
            self.holder = None


async def test_a_renewal_that_is_carried_out_after_the_claim_was_given_back_leaves_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Redis that has forgotten its scripts is sent the renewal a second time, behind what gave it back."""
    monkeypatch.setattr(claims, "RENEWED_AFTER", 0.0)
    store = Store()
    claim = Claim(store, KEY)
    await claim.held()
    store.open.clear()
    await until(lambda: store.asked == 2)
    claim.give_back()
    await until(lambda: store.holder is None)
    store.open.set()
    await until(lambda: store.answered == 2)
    await until(lambda: store.holder is None, 5)


async def test_who_knows_that_another_asks_waits_for_as_long_as_that_claim_may_stand_while_the_store_is_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection that is made anew is down for a moment: who waited would pay for a second call."""
    monkeypatch.setattr(claims, "LEASE_SECONDS", 0.2)
    store = Store()
    store.holder = b"another"
    began = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(Claim(store, KEY).held())
    await until(lambda: store.asked)
    store.down = True
    assert await waiting, "it had to wait"
    assert asyncio.get_running_loop().time() - began >= claims.LEASE_SECONDS


async def test_a_store_that_is_down_keeps_nobody_waiting_who_knows_of_no_other() -> None:
    store = Store()
    store.down = True
    async with asyncio.timeout(30):
        assert not await Claim(store, KEY).held()
    assert store.asked == TRIES
