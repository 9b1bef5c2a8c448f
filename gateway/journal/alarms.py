"""Alerts on their way into the journal: told in the end, also when the process dies. Implements `Alarms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from gateway.core.alerting import Alert
from gateway.core.ports import Journal

ALERT: Final = "alert"
"""The kind of record."""

MOST_REMEMBERED: Final = 10_000


class JournalledAlarms:
    def __init__(self, journal: Journal, logged: Callable[[Alert], None]) -> None:
        self._journal = journal
        self._logged = logged
        self._raised: set[str] = set()

    def raise_alarm(self, alert: Alert) -> None:
        if alert.key in self._raised:
            return
        if len(self._raised) >= MOST_REMEMBERED:
            self._raised.clear()  # the database knows which were raised before
        self._raised.add(alert.key)
        self._journal.append(ALERT, alert.key, msgspec.msgpack.encode(alert))
        self._logged(alert)
