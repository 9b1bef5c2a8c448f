"""What shadows did beside the real answers, in the database: one row a shadow's call, held against two usage rows.

Invariants
- A row is written once, whoever ships it twice.
- What was used and paid stands in the usage rows alone, so that a count that is mended there is mended here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Boolean, Column, Index, Integer, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.core.money import Money
from gateway.core.ports import Record
from gateway.core.shadows import Comparison
from gateway.storage.column_types import Instant
from gateway.storage.tables import TEXT_LENGTH, metadata, usage

SHADOW: Final = "shadow"
"""The kind of record."""
BIGGEST: Final = 2**31 - 1
AT_ONCE: Final = 1000

shadow_comparison: Final = Table(
    "shadow_comparison",
    metadata,
    Column("request_id", String(TEXT_LENGTH), primary_key=True),
    Column("real_id", String(TEXT_LENGTH), nullable=False),
    Column("at", Instant, nullable=False),
    Column("model", String(TEXT_LENGTH), nullable=False),
    Column("characters", Integer, nullable=False),
    Column("real_characters", Integer, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("real_refused", Boolean, nullable=False),
    Column("tools", String(16)),
    Column("overlap", Integer),
    Index(None, "at"),
)

encoded: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Comparison).decode


async def project(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """The projector of the journal's kind `shadow`."""
    rows = [msgspec.structs.asdict(_decode(record.payload)) for record in records]
    for row in rows:
        row["characters"] = min(row["characters"], BIGGEST)
        row["real_characters"] = min(row["real_characters"], BIGGEST)
    rows.sort(key=lambda row: row["request_id"])
    build: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = [shadow_comparison.c.request_id]
    await connection.execute(build(shadow_comparison).on_conflict_do_nothing(index_elements=key), rows)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two calls. `target`: `provider/model`."""

    target: str
    answered: bool
    refused: bool
    characters: int
    output_tokens: int
    first_byte_ms: int | None
    cost: Money | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    at: float
    model: str
    shadow: Side
    real: Side
    tools: str | None
    overlap: int | None


async def comparisons(engine: AsyncEngine, since: float, model: str | None = None) -> AsyncIterator[Compared]:
    """Those since then (Unix seconds), the oldest first, of one model or of all. Database errors pass through."""
    table, shadow, real = shadow_comparison, usage.alias("shadow"), usage.alias("real")
    used = ("provider", "model", "status", "output_tokens", "first_byte_ms", "cost_nano", "currency")
    wanted: list[Any] = [
        table,
        *(shadow.c[name].label(f"shadow_{name}") for name in used),
        *(real.c[name].label(f"real_{name}") for name in used),
    ]
    joined = table.join(shadow, shadow.c.request_id == table.c.request_id).join(
        real, real.c.request_id == table.c.real_id
    )
    statement = select(*wanted).select_from(joined).where(table.c.at >= since).order_by(table.c.at)
    if model is not None:
        statement = statement.where(table.c.model == model)
    async with engine.connect() as connection:
        result = await connection.stream(statement.execution_options(yield_per=AT_ONCE))
        async for row in result.mappings():
            yield Compared(
                at=row["at"],
                model=row["model"],
                shadow=_side(row, "shadow", row["refused"], row["characters"]),
                real=_side(row, "real", row["real_refused"], row["real_characters"]),
                tools=row["tools"],
                overlap=row["overlap"],
            )


def _side(row: Any, which: str, refused: bool, characters: int) -> Side:
    cost = row[f"{which}_cost_nano"]
    return Side(
        target=f"{row[f'{which}_provider']}/{row[f'{which}_model']}",
        answered=row[f"{which}_status"] == "ok",
        refused=refused,
        characters=characters,
        output_tokens=row[f"{which}_output_tokens"],
        first_byte_ms=row[f"{which}_first_byte_ms"],
        cost=None if cost is None else Money(cost, row[f"{which}_currency"]),
    )
