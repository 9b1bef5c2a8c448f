"""Anchoring: the newest checkpoint, again and again, to every place of GATEWAY_AUDIT_ANCHORS.

Promise: what the log was at some moment is known outside of the database soon after, or somebody is told.

Invariants
- Of the processes that share a state directory one anchors; when it ends, another takes over. Which one is between them
  and the file's lock: nothing in the database can keep checkpoints from leaving.
- Only what this gateway signed is anchored; a checkpoint that it did not sign raises the alarm.
- Places are asked in threads, each with its time limit, and requests do not wait for them. One that fails is asked
  again sooner than it would be due, its failures are logged, and after ALARM_SECONDS of them somebody is told, daily.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.audit.anchors.address import Anchor, CannotAnchor
from gateway.audit.anchors.mail import PORTS as MAIL
from gateway.audit.anchors.mail import Mail
from gateway.audit.anchors.s3 import PORTS as S3
from gateway.audit.anchors.s3 import ObjectLock
from gateway.audit.anchors.syslog import PORTS as SYSLOG
from gateway.audit.anchors.syslog import Syslog
from gateway.audit.checkpoint import BadCheckpoint, VerifyKey
from gateway.core.alerting import Alarms, Alert
from gateway.core.ports import Clock
from gateway.settings import ConfigurationError, Settings
from gateway.storage.audit_log import last_note
from gateway.storage.engine import DATABASE_ERRORS, Engine
from gateway.tasks import cancel, spawn_for_good
from gateway.telemetry import logs

TICK: Final = 1.0
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 300.0
ALARM_SECONDS: Final = 900.0
DAY: Final = 86_400


def anchors_of(settings: Settings) -> list[Anchor]:
    """Raises ConfigurationError."""
    kinds: dict[str, type[ObjectLock | Syslog | Mail]] = {
        **dict.fromkeys(S3, ObjectLock),
        **dict.fromkeys(SYSLOG, Syslog),
        **dict.fromkeys(MAIL, Mail),
    }
    found: list[Anchor] = []
    for number, given in enumerate(settings.audit.anchors, start=1):
        text = given.reveal()
        try:
            found.append(kinds[text.partition("://")[0]](text))
        except KeyError:
            known = ", ".join(f"{scheme}://" for scheme in kinds)
            raise ConfigurationError("GATEWAY_AUDIT_ANCHORS", f"address {number} must begin with {known}") from None
        except ValueError as error:
            raise ConfigurationError("GATEWAY_AUDIT_ANCHORS", f"address {number}: {error}") from None
    return found


class _AnchorState:
    """Of one place. Times of the monotonic clock."""

    def __init__(self, anchor: Anchor) -> None:
        self.anchor = anchor
        self.due = 0.0
        self.pause = FIRST_PAUSE
        self.failing_since: float | None = None


class Anchoring:
    """`open` on the loop, once there is a database; `close` before it is closed."""

    def __init__(self, anchors: Sequence[Anchor], key: VerifyKey, clock: Clock, alarms: Alarms, lock: Path) -> None:
        self._places = [_AnchorState(anchor) for anchor in anchors]
        self._key = key
        self._clock = clock
        self._alarms = alarms
        self._lock_path = lock
        self._lock: int | None = None
        self._task: asyncio.Task[None] | None = None
        self.anchored: dict[str, float] = {}
        """Place -> when this process last anchored there, in Unix seconds."""

    def open(self, engine: Engine) -> None:
        if self._places:
            self._task = spawn_for_good(self._run(engine), "anchor checkpoints")

    async def close(self) -> None:
        await cancel(self._task)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _run(self, engine: Engine) -> None:
        while True:
            with contextlib.suppress(*DATABASE_ERRORS):  # a database that is away is told elsewhere
                await self.anchor_due(engine)
            await asyncio.sleep(TICK)

    async def anchor_due(self, engine: Engine) -> None:
        """Give the newest checkpoint to every place whose time has come. Errors of the database pass through."""
        now = self._clock.monotonic()
        due = [place for place in self._places if place.due <= now]
        if not due or not await self._is_ours():
            return
        async with engine.connect() as connection:
            note = await last_note(connection)
        if note is not None:
            await asyncio.gather(*(self._anchor(place, note) for place in due))

    async def _is_ours(self) -> bool:
        """Whether it is this process that anchors."""
        if self._lock is None:
            self._lock = await asyncio.to_thread(_locked, self._lock_path)
        return self._lock is not None

    async def _anchor(self, place: _AnchorState, note: str) -> None:
        try:
            head = self._key.read(note)
            await asyncio.to_thread(place.anchor.put, note, head, self._clock.now())
        except (CannotAnchor, BadCheckpoint) as error:
            self._failed(place, str(error))
        except Exception as error:  # noqa: BLE001  a defect of one place keeps no checkpoint from the others
            self._failed(place, type(error).__name__)
        else:
            if place.failing_since is not None:
                logs.event(logs.AUDIT_ANCHORED_AGAIN, anchor=place.anchor.name)
            place.failing_since, place.pause = None, FIRST_PAUSE
            place.due = self._clock.monotonic() + place.anchor.every
            self.anchored[place.anchor.name] = self._clock.now()

    def _failed(self, place: _AnchorState, reason: str) -> None:
        now = self._clock.monotonic()
        if place.failing_since is None:
            place.failing_since = now
        place.due = now + min(place.pause, place.anchor.every)
        place.pause = min(2 * place.pause, LONGEST_PAUSE)
        logs.warning(logs.AUDIT_ANCHOR_FAILED, anchor=place.anchor.name, reason=reason)
        if now - place.failing_since >= ALARM_SECONDS:
            at = self._clock.now()
            minutes = int((now - place.failing_since) // 60)
            self._alarms.raise_alarm(
                Alert(
                    key=f"audit-anchor/{place.anchor.name}/{int(at // DAY)}",
                    at=at,
                    title="A checkpoint of the audit cannot be anchored",
                    text=f"{place.anchor.name} has taken none for {minutes} minutes: {reason}. Until it does, what the"
                    " log was is known to the database alone. `gateway audit anchor` tries it now.",
                )
            )


def _locked(path: Path) -> int | None:
    """The lock, held until its descriptor is closed; None where another process has it. Blocks."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
