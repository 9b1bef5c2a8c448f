"""What an administrator does with a command, into the log that the admin API writes to as well."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.cli.account import account
from gateway.core.administration import AdminEntry
from gateway.storage.administration import StoredAdminLog


async def write_down(
    engine: AsyncEngine,
    action: str,
    object_: str,
    *,
    team: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """As one of whoever sits at the machine, by the machine's word. Before it is done; database errors pass through."""
    entry = AdminEntry(
        id=secrets.token_hex(12),
        at=time.time(),
        actor=account()[:255],
        proof="command",
        action=action,
        object=object_,
        team=team,
        before=before,
        after=after,
    )
    await StoredAdminLog(engine).record(entry)
