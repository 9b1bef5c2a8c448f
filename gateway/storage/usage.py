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
from typing import Any, Final

import msgspec
from asyncpg import UniqueViolationError
from sqlalchemy import Insert, Integer, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.core.bills import Meters
from gateway.core.ports import Record, UsageRow
from gateway.core.reporting import Reporting
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.copying import copy_in
from gateway.storage.jobs import end_jobs
from gateway.storage.prepared import Prepared
from gateway.storage.tables import COST_METERS, LIST_METERS, TEXT_LENGTH, TOKEN_COUNTS, usage, usage_unrolled

BIGGEST: Final = 2**63 - 1
BIGGEST_INTEGER: Final = 2**31 - 1
LAST_INSTANT: Final = 253_402_214_400.0
"""The last day of the year 9999 begins."""
NO_PARTS: Final = (None,) * 4

Values = dict[str, Any]


def values_of(row: UsageRow, local_day: str) -> Values:
    """The columns of `row`, each as its database type; raises TypeError where a field has another type than it says."""
    tokens, cost, listed, hosted = row.usage, row.cost, row.list_cost, row.hosted_cost
    values: Values = {
        "request_id": _text(row.request_id),
        "at": min(max(round(row.at * MICROSECONDS), 0), BIGGEST),
        "key_id": _text(row.key_id),
        "team": _text(row.team),
        "user": _text_or_none(row.user),
        "operation": _text(row.operation),
        "dialect": _text(row.dialect),
        "model_asked": _text_or_none(row.model_asked),
        "provider": _text_or_none(row.provider),
        "model": _text_or_none(row.model),
        "region": _text_or_none(row.region),
        "stream": row.stream is True,
        "status": _text(row.status),
        "http_status": _count(row.http_status, BIGGEST_INTEGER),
        "error_code": _text_or_none(row.error_code),
        "finish_reason": _text_or_none(row.finish_reason),
        "service_tier": _text_or_none(tokens.service_tier),
        "estimated": tokens.estimated is True,
        "cost_nano": None if cost is None else _count(cost.nano),
        "currency": None if cost is None else _text(cost.currency)[:3],
        "price_source": _text_or_none(row.price_source),
        "list_nano": None if listed is None else _count(listed.nano),
        "list_currency": None if listed is None else _text(listed.currency)[:3],
        "cache_saved_nano": _signed(row.cache_saved),
        "hosted_nano": None if hosted is None else _count(hosted.nano),
        "hosted_currency": None if hosted is None else _text(hosted.currency)[:3],
        "unpriced": row.unpriced is True,
        "cost_center": _text_or_none(row.cost_center),
        "project": _text_or_none(row.project),
        "tags": _text_or_none(row.tags),
        "local_day": local_day,
        "policy_version": _text_or_none(row.policy_version),
        "prompt": _text_or_none(row.prompt),
        "upstream_request_id": _text_or_none(row.upstream_request_id),
        "attempts": _count(row.attempts, BIGGEST_INTEGER),
        "first_byte_ms": None if row.first_byte_ms is None else _count(row.first_byte_ms),
        "duration_ms": _count(row.duration_ms),
        "overhead_ms": None if row.overhead_ms is None else _count(row.overhead_ms),
        "dropped": _text_or_none(row.dropped),
        "personal_data": _text_or_none(row.personal_data_told),
        "cache": _text(row.cache),
        "saved_nano": None if row.saved is None else _count(row.saved.nano),
    }
    for name in TOKEN_COUNTS:
        values[name] = _count(getattr(tokens, name))
    values.update(zip(COST_METERS, _parts(row.meters), strict=True))
    values.update(zip(LIST_METERS, _parts(row.list_meters), strict=True))
    return values


def encoded(row: UsageRow, reporting: Reporting) -> bytes:
    """A row's columns as a record of the journal holds them: in the order of the table, without names."""
    return _encode(_in_order(values_of(row, _day(reporting, row.at))))


_NAMES: Final = tuple(usage.c.keys())
_DAY: Final = _NAMES.index("local_day")
_in_order: Final = itemgetter(*_NAMES)
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(tuple[Any, ...]).decode
_MISSING: Final = tuple(
    None if column.nullable else 0 if isinstance(column.type, Integer) else "" for column in usage.columns
)
"""What a record of an earlier release does not say."""


def columns_of(record: Record) -> tuple[Any, ...]:
    """In the table's order. A record of an earlier release has fewer of them, one of a later release more."""
    told = _decode(record.payload)
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
    if connection.dialect.name != "postgresql":
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


def _count(number: int, biggest: int = BIGGEST) -> int:
    if type(number) is not int:
        raise TypeError
    if 0 <= number <= biggest:
        return number
    return 0 if number < 0 else biggest


def _signed(number: int) -> int:
    if type(number) is not int:
        raise TypeError
    return min(max(number, -BIGGEST), BIGGEST)


def _parts(parts: Meters | None) -> tuple[int | None, ...]:
    return NO_PARTS if parts is None else tuple(map(_count, msgspec.structs.astuple(parts)))


def _day(reporting: Reporting, at: float) -> str:
    """The day that the row's time has in the calendar of reports; a time that no calendar has is the first or last."""
    try:
        return reporting.day_of(min(max(at, 0.0), LAST_INSTANT))
    except ValueError:  # not a number
        return reporting.day_of(0.0)


def _text_or_none(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _text(text: str) -> str:
    if type(text) is not str:
        raise TypeError
    if len(text) <= TEXT_LENGTH and text.isprintable():  # neither NUL nor lone surrogates are printable
        return text
    return text[:TEXT_LENGTH].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
