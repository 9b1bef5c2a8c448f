"""Where in the audit's log the records of a time, a team or persons are: first their places, then what is wanted.

SQLite has no index of records by team or person: where many ask, a page of each would be written for every record. It
has one by time that holds these columns and only grows at its end, and reads it whole in some 50 ms for a million
records, as long as nothing else is asked for at the same time. PostgreSQL has the others, and plans the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, select

from gateway.storage.audit_log import PAGE
from gateway.storage.audit_tables import audit_record
from gateway.storage.engine import Engine

AT_ONCE: Final = 500
"""Ids in one statement."""
PLACES: Final = 20_000
"""Looked up at once."""


def places_of(*narrowed: ColumnElement[bool]) -> Select[Any]:
    """Of records narrowed by `at`, `team` and `person` alone."""
    return select(audit_record.c.place).where(*narrowed)


def next_places(backend: str, last: int, *narrowed: ColumnElement[bool]) -> Select[Any]:
    """The same in order, from behind the last one. SQLite is given a sum, lest it reads the rows in their order;
    PostgreSQL knows whether so many are wanted that this is best. `backend`: sqlite or postgresql.
    """
    c = audit_record.c
    place: ColumnElement[int] = c.place + 0 if backend == "sqlite" else c.place
    return places_of(*narrowed, place > last).order_by(place).limit(PLACES)


async def looked_up(
    engine: Engine, wanted: Select[Any], narrowed: Sequence[ColumnElement[bool]]
) -> AsyncIterator[Row[Any]]:
    """What is `wanted`, which is in order of place, of the records at the places of those narrowed."""
    c, backend = audit_record.c, engine.dialect.name
    last = -1
    while True:
        async with engine.connect() as connection:
            places = [row.place for row in await connection.execute(next_places(backend, last, *narrowed))]
        for some in batches(places):
            async with engine.connect() as connection:
                page = (await connection.execute(wanted.where(c.place.in_(some)))).all()
            for row in page:
                yield row
        if len(places) < PLACES:
            return
        last = places[-1]


async def in_order(engine: Engine, wanted: Select[Any]) -> AsyncIterator[Row[Any]]:
    """What is `wanted`, which is in order of place, page by page."""
    last = -1
    while True:
        async with engine.connect() as connection:
            page = (await connection.execute(wanted.where(audit_record.c.place > last).limit(PAGE))).all()
        for row in page:
            yield row
        if len(page) < PAGE:
            return
        last = page[-1].place


def batches(values: Iterable[Any]) -> list[list[Any]]:
    listed = list(values)
    return [listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE)]
