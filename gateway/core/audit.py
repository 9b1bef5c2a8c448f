"""How policy has requests audited, and what a request leaves for the audit while it is under way."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from gateway.core.bills import Bill
from gateway.core.events import Event, UsageReported
from gateway.core.identity import Principal
from gateway.core.usage import Usage


class Trail:
    """Of one request. `answer`: what came of it so far, as the provider said it; held in memory only."""

    __slots__ = ("answer", "attested", "bill", "concluded", "intent", "raw")

    def __init__(self) -> None:
        self.answer: list[Event] = []
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

    @property
    def told(self) -> UsageReported | None:
        """The provider's last word of what was used."""
        return next((event for event in reversed(self.answer) if type(event) is UsageReported), None)


def subject_of(principal: Principal) -> str:
    """Whose content it is: the person's, or the key's where no person is known."""
    return principal.user or f"key:{principal.key_id}"


AuditMode = Literal["best_effort", "spool", "strict"]
AUDIT_MODES: Final[tuple[str, ...]] = get_args(AuditMode)
"""Laxest first."""

AuditContent = Literal["none", "encrypted"]
AUDIT_CONTENTS: Final[tuple[str, ...]] = get_args(AuditContent)

DAY: Final = 86_400.0


class AuditPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults are the strictest there is: who says nothing loses nothing.

    - `strict`: the request's record is on the disk before anything is sent to a provider, the outcome's before the last
      byte goes to the client.
    - `spool`: both are handed to the journal at these moments, and nobody waits for the disk.
    - `best_effort`: as `spool`, and served even while the journal cannot take records. For data of nobody.
    """

    mode: AuditMode = "strict"
    content: AuditContent = "encrypted"
    retention: float = 180 * DAY
    """Seconds for which content can be read; then its key is destroyed."""
    omit_ip: bool = False


DEFAULT_AUDIT: Final = AuditPolicy()
