"""What earlier answers came to, by their usage rows: `core.objects.EarlierAnswers`.

An answer that goes on from another is billed for all that the other read and said. An object bears the instant of the
request that made it, to the microsecond, as that request's usage row does; so nothing is written beside the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.objects import OwnedObject
from gateway.errors import Overloaded
from gateway.storage.engine import transaction
from gateway.storage.objects import AWAY
from gateway.storage.tables import usage

_AT_ONCE: Final = 500
"""Instants in a statement."""


class StoredEarlierAnswers:
    """See the module's docstring."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def came_to(self, named: Sequence[OwnedObject]) -> tuple[int, bool]:
        """See `core.objects.EarlierAnswers`. Of an answer, its thoughts are not read again; of a part of one, all that
        was said counts, since which share of it the part is nobody wrote down.
        """
        answers = {owned.created_at for owned in named if owned.kind == "response"}
        parts = {owned.created_at for owned in named if owned.kind == "item"} - answers
        try:
            used = await self._used(named, [*answers, *parts])
        except Overloaded:
            return 0, False
        read = sum(sent + max(said - thought, 0) for at, (sent, said, thought) in used.items() if at in answers)
        read += sum(said for at, (_, said, _) in used.items() if at in parts)
        to_read = [owned for owned in named if owned.kind != "container"]  # its programs' files are not read as such
        told = all(owned.kind in ("response", "item") and owned.created_at in used for owned in to_read)
        return read, told and bool(to_read)

    async def _used(self, named: Sequence[OwnedObject], instants: list[float]) -> dict[float, tuple[int, int, int]]:
        """Tokens read, said and thought, by the instant of the request."""
        used: dict[float, tuple[int, int, int]] = {}
        columns = usage.c.input_tokens, usage.c.output_tokens, usage.c.reasoning_tokens
        for start in range(0, len(instants), _AT_ONCE):
            wanted = select(usage.c.at, *map(func.max, columns)).where(
                usage.c.team == named[0].team,
                usage.c.provider == named[0].provider,
                usage.c.at.in_(instants[start : start + _AT_ONCE]),
                usage.c.input_tokens > 0,
            )
            async with transaction(self._engine, AWAY) as connection:
                for at, sent, said, thought in await connection.execute(wanted.group_by(usage.c.at)):
                    used[at] = sent, said, thought
        return used
