"""What somebody should be told, once."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """`key` names the occasion: of the same occasion nobody is told twice, however many notice it.

    `title` and `text` are for people, and hold no content of requests.
    """

    key: str
    at: float
    title: str
    text: str


class Alarms(Protocol):
    def raise_alarm(self, alert: Alert) -> None:
        """See that it is told. Never waits, never raises."""
        ...
