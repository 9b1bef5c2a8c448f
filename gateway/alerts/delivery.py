"""Delivers alerts to every destination that the policies name: webhooks, e-mail, Slack and what else apprise knows.

Promise: each occasion is told once, by one replica, soon after it was written down; requests do not feel it.

Invariants
- Sending happens in a thread of its own, one alert after the other, each with its time limit.
- Where a destination fails, or sending raises, the alert is tried again later, for three days; it is told once all have
  taken it. Those that have are not told again by the same replica.
- Destinations hold credentials: they are in no log and no message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from gateway.core.alerting import Alert
from gateway.core.policy import Secret
from gateway.core.ports import Clock
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

if TYPE_CHECKING:
    import apprise

EVERY: Final = 2.0
LIMIT_SECONDS: Final = 30.0
REMEMBERED: Final = 1000


class AlertBook(Protocol):
    async def claim(self, now: float) -> Alert | None: ...

    async def mark_delivered(self, key: str, now: float) -> None: ...


Send = Callable[[Secret, Alert], Awaitable[bool]]


class AlertDelivery:
    """`start` on the loop; `close` before the database is."""

    def __init__(
        self,
        book: AlertBook,
        destinations: Callable[[], Sequence[Secret]],
        clock: Clock,
        errors: tuple[type[Exception], ...],
        send: Send | None = None,
    ) -> None:
        self._book = book
        self._destinations = destinations
        self._clock = clock
        self._errors = errors
        self._send = send or by_apprise
        self._taken: dict[str, set[Secret]] = {}
        """By alert: who has it, of those that somebody else has not."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = spawn_for_good(self._deliver(), "tell alerts")

    async def close(self) -> None:
        await cancel(self._task)

    async def deliver_now(self) -> None:
        """Deliver what waits. Errors of the database pass through."""
        destinations = self._destinations()
        if not destinations:
            return
        while (alert := await self._book.claim(self._clock.now())) is not None:
            if await self._send_to_all(destinations, alert):
                await self._book.mark_delivered(alert.key, self._clock.now())
                logs.event(logs.ALERT_TOLD, key=alert.key, title=alert.title)
            else:
                logs.warning(logs.ALERT_NOT_TOLD, key=alert.key)

    async def _send_to_all(self, destinations: Sequence[Secret], alert: Alert) -> bool:
        """Whether all have it by now."""
        taken = self._taken.pop(alert.key, set())
        left = [each for each in destinations if each not in taken]
        outcomes = await asyncio.gather(*(self._send(each, alert) for each in left), return_exceptions=True)
        for destination, outcome in zip(left, outcomes, strict=True):
            if isinstance(outcome, Exception):  # of a library: alerts that come later are told all the same
                logs.fault(None, outcome)
            elif outcome is True:
                taken.add(destination)
        if taken.issuperset(destinations):
            return True
        self._taken[alert.key] = taken
        while len(self._taken) > REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return False

    async def _deliver(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.deliver_now()
            except self._errors:
                continue


async def by_apprise(destination: Secret, alert: Alert) -> bool:
    """Whether the destination took it."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            return await asyncio.to_thread(_notify, destination.reveal(), alert)
    except TimeoutError:
        return False


def unknown_destinations(destinations: Sequence[Secret]) -> list[int]:
    """Which of them, counted from 1, no service of apprise knows. It imports for a second: not for an event loop."""
    sender = _sender()
    return [place for place, each in enumerate(destinations, 1) if not sender.add(each.reveal())]


def _notify(url: str, alert: Alert) -> bool:
    sender = _sender()
    return bool(sender.add(url) and sender.notify(body=alert.text, title=alert.title, notify_type="warning"))


def _sender() -> apprise.Apprise:
    import apprise  # noqa: PLC0415  some hundred modules, of use only to who sends

    logging.getLogger("apprise").disabled = True  # it would write addresses out, and they hold credentials
    return apprise.Apprise()
