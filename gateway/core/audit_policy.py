"""How a team's requests are audited, as policy says it."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

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
