"""What a request leaves for the audit while it is under way."""

from __future__ import annotations

from gateway.core.bills import Bill
from gateway.core.events import Event
from gateway.core.identity import Principal
from gateway.core.usage import Usage


class Trail:
    """Of one request. `answer`: what came of it so far, as the provider said it; held in memory only."""

    __slots__ = ("answer", "attested", "bill", "concluded", "intent", "raw")

    def __init__(self) -> None:
        self.answer: list[list[Event]] = []
        self.raw: bytes | None = None
        """The bytes of an answer that came whole."""
        self.attested = False
        """The request is on record."""
        self.intent = 0
        """The number of that record in the journal, where it must be on the disk before anything leaves the house."""
        self.concluded = False
        """How it ended is on record."""
        self.bill: tuple[Usage, Bill] | None = None
        """What that record says that its usage costs."""


def subject_of(principal: Principal) -> str:
    """Whose content it is: the person's, or the key's where no person is known."""
    return principal.user or f"key:{principal.key_id}"
