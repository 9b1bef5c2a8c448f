"""Usage rows on their way into the journal and the database: made safe, and inserted once however often it is tried.

Invariants
- No value can make a database refuse a row: numbers are clamped to what the column holds, text is cut to 512
  characters and rid of NUL and lone surrogates; a value of another type is a TypeError before any database sees it.
- A row whose request is already there is left alone: a batch whose commit was lost is simply written again.
- Rows go in sorted by request, so that two writers of overlapping batches cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Annotated, Any, Final, cast

import msgspec
from asyncpg import UniqueViolationError
from sqlalchemy import BigInteger, Boolean, Column, Insert, Integer, String, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.core.bills import Meters
from gateway.core.ports import FreshRecord, Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.core.usage import Usage
from gateway.storage.column_types import MICROSECONDS, Instant
from gateway.storage.copying import copy_in
from gateway.storage.jobs import end_jobs
from gateway.storage.prepared import Prepared
from gateway.storage.tables import METERS, TEXT_LENGTH, TOKEN_COUNTS, usage, usage_unrolled

BIGGEST: Final = 2**63 - 1
BIGGEST_INTEGER: Final = 2**31 - 1
LAST_INSTANT: Final = 253_402_214_400.0
"""The last day of the year 9999 begins."""
FEW: Final = 40
"""Rows for which a COPY and its savepoint cost more than they save."""
NO_PARTS: Final = (None,) * 5

Columns = tuple[Any, ...]
"""Of a row, in the table's order, each as its database type."""


def values_of(row: UsageRow, local_day: str) -> Columns:
    tokens, cost, listed, hosted, saved = row.usage, row.cost, row.list_cost, row.hosted_cost, row.saved
    calls = tokens.calls
    *metered, of_calls = NO_PARTS if row.meters is None else _parts(row.meters)
    *list_metered, of_listed_calls = NO_PARTS if row.list_meters is None else _parts(row.list_meters)
    return (
        row.request_id,
        min(max(round(row.at * MICROSECONDS), 0), BIGGEST),
        row.key_id,
        row.team,
        row.user,
        row.operation,
        row.dialect,
        row.model_asked,
        row.provider,
        row.model,
        row.region,
        row.stream is True,
        row.status,
        row.http_status,
        row.error_code,
        row.finish_reason,
        *_parts(tokens)[:-2],
        None if cost is None else cost.nano,
        None if cost is None else cost.currency[:3],
        row.price_source,
        *metered,
        None if listed is None else listed.nano,
        None if listed is None else listed.currency[:3],
        *list_metered,
        row.cache_saved,
        None if hosted is None else hosted.nano,
        None if hosted is None else hosted.currency[:3],
        row.unpriced is True,
        row.cost_center,
        row.project,
        row.tags,
        local_day,
        row.policy_version,
        row.prompt,
        row.upstream_request_id,
        row.attempts,
        row.first_byte_ms,
        row.duration_ms,
        row.overhead_ms,
        row.dropped,
        row.cache,
        None if saved is None else saved.nano,
        row.personal_data_summary if row.personal_data else None,
        None if calls is None else calls.total,
        None if calls is None else calls.summary,
        of_calls,
        of_listed_calls,
        tokens.output_image_tokens or None,
    )


def encoded(row: UsageRow, reporting: Reporting) -> tuple[bytes, Columns]:
    """A row's columns as a record of the journal holds them: in the order of the table, without names; and as they are.

    Raises TypeError where a field has another type than it says.
    """
    day = _day(reporting, row.at)
    safe = _if_safe(values_of(row, day)) or _if_safe(tuple(map(_cut, values_of(_made_safe(row), day))))
    if safe is None:
        raise TypeError
    return safe


_parts: Final = msgspec.structs.astuple
assert (*TOKEN_COUNTS[:-1], "service_tier", "estimated", "calls", TOKEN_COUNTS[-1]) == Usage.__struct_fields__, (
    "as the table has them"
)
assert Meters.__struct_fields__ == METERS, "as the table has them"
_NAMES: Final = tuple(usage.c.keys())
_DAY: Final = _NAMES.index("local_day")
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(tuple[Any, ...] | dict[str, Any]).decode
_MISSING: Final = tuple(
    None if column.nullable else 0 if isinstance(column.type, Integer) else "" for column in usage.columns
)
"""What a record of an earlier release does not say."""


def _type_of(column: Column[Any]) -> Any:
    """What a value may be that any database takes in this column."""
    if isinstance(column.type, String):
        kind: Any = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
    elif isinstance(column.type, Boolean):
        kind = bool
    else:
        biggest = BIGGEST if isinstance(column.type, BigInteger | Instant) else BIGGEST_INTEGER
        least = -BIGGEST if column.name == "cache_saved_nano" else 0
        kind = Annotated[int, msgspec.Meta(ge=least, le=biggest)]
    return kind | None if column.nullable else kind


_check: Final = msgspec.msgpack.Decoder(tuple[tuple(map(_type_of, usage.c))]).decode  # type: ignore[misc]
"""Reading a row once more tells what is wrong with it for a third of what asking each of its values costs."""
_TEXTS: Final = itemgetter(*(place for place, column in enumerate(usage.c) if isinstance(column.type, String)))


def _if_safe(values: Columns) -> tuple[bytes, Columns] | None:
    """A row's bytes, and its columns; None where a text or a number is none that any column takes."""
    try:
        data = _encode(values)
        read = _check(data)
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError):
        return None
    return None if "\0" in "".join(filter(None, _TEXTS(values))) else (data, read)


def _made_safe(row: UsageRow) -> UsageRow:
    """The same row, with every number within what its column holds, and every text cut and cleaned."""
    safe = msgspec.structs.replace(row, **{name: _safe(getattr(row, name)) for name in UsageRow.__struct_fields__})
    safe.http_status, safe.attempts = min(safe.http_status, BIGGEST_INTEGER), min(safe.attempts, BIGGEST_INTEGER)
    safe.cache_saved = min(max(row.cache_saved, -BIGGEST), BIGGEST)
    return safe


def _cut(value: Any) -> Any:
    """What a text says of many things may be longer than what it says of each."""
    return value[:TEXT_LENGTH] if type(value) is str else value


def _safe(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value[:TEXT_LENGTH].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if kind is int:
        return min(max(value, 0), BIGGEST)
    if kind is dict:
        return {_safe(name): _safe(count) for name, count in value.items()}
    if isinstance(value, msgspec.Struct):
        return kind(*map(_safe, msgspec.structs.astuple(value)))
    return value


def columns_of(record: Record) -> Columns:
    """In the table's order. A record that was just made still has them. One of an earlier release has fewer, one of a
    later release more.

    Those of SQLite's journals (`journal.sqlite_segments`) may have them by name.
    """
    if type(record) is FreshRecord:
        return cast("Columns", record.made)
    told = _decode(record.payload)
    if isinstance(told, dict):
        return tuple(told.get(name, missing) for name, missing in zip(_NAMES, _MISSING, strict=True))
    return told if len(told) == len(_NAMES) else (*told, *_MISSING[len(told) :])[: len(_NAMES)]


async def insert_usage(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """The projector of the journal's kind `usage`: insert all rows that are not there yet, at once."""
    rows = sorted(map(columns_of, records), key=itemgetter(0))
    if not await _copied(connection, rows):
        await _INSERT_ONCE.run_all(connection, rows)
    await end_jobs(connection, map(itemgetter(0), rows))
    for day in sorted({row[_DAY] for row in rows} - {None}):
        await _MARK_UNROLLED.run(connection, local_day=day)


async def _copied(connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether the rows went in by COPY: SQLite has none, and where one of them is there already, none goes in."""
    if connection.dialect.name != "postgresql" or len(rows) < FEW:
        return False
    try:
        async with connection.begin_nested():
            await copy_in(connection, usage, rows)
    except UniqueViolationError:
        return False
    return True


def _insert_once(backend: str) -> Insert:
    build: Callable[[Any], Any] = sqlite.insert if backend == "sqlite" else postgresql.insert
    statement: Insert = build(usage).on_conflict_do_nothing(index_elements=[usage.c.request_id])
    return statement


def _mark_unrolled(backend: str) -> Insert:
    """Sorted days last in the transaction: writers wait for one another in one order, and not for long."""
    build: Callable[[Any], Any] = sqlite.insert if backend == "sqlite" else postgresql.insert
    statement: Insert = (
        build(usage_unrolled)
        .values(local_day=bindparam("local_day"), batches=1)
        .on_conflict_do_update(
            index_elements=[usage_unrolled.c.local_day],
            set_={"batches": usage_unrolled.c.batches + 1},
        )
    )
    return statement


_INSERT_ONCE: Final = Prepared(_insert_once)
_MARK_UNROLLED: Final = Prepared(_mark_unrolled)


def _day(reporting: Reporting, at: float) -> str:
    """The day that the row's time has in the calendar of reports; a time that no calendar has is the first or last."""
    try:
        return reporting.day_of(min(max(at, 0.0), LAST_INSTANT))
    except ValueError:  # not a number
        return reporting.day_of(0.0)
