"""Shipments put into the log, inside of a transaction that somebody else commits: the journal's shipper, or a command.

Promise: every record that was shipped is in the log exactly once, under a signed checkpoint, in one order for all
replicas.

Invariants
- Shipping twice is shipping once: what the log holds of a writer is left out.
- A checkpoint vouches for at most MOST_AT_ONCE new records, and is committed with them.
- A key or a salt that was made before its day or its person was destroyed is not stored: what was sealed before the
  erasure and shipped after it is erased all the same, and `Outcome` says so. That holds however late it comes: from a
  disk on which it lay for weeks, or at the second try of a record that the database would not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from gateway.audit.appending import MOST_AT_ONCE, LogKeys, put
from gateway.audit.chain import Frontier
from gateway.audit.record import Header, Record, Searched
from gateway.audit.verdict import Placed
from gateway.audit.writer import DataKey, ParsedRecord, Person, Shipment, day_mark, read_back
from gateway.storage.audit_log import Turn, Values, marks_since, take_turn
from gateway.storage.audit_tables import audit_record
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.engine import Connection

Row = tuple[Any, ...]

LATELY = 2 * 86_400.0
"""Seconds: longer than a key or a salt is used, and than clocks differ."""


class Outcome(msgspec.Struct, frozen=True):
    """`new`: what was not in the log before. The next two: ids of what came too late to be stored."""

    new: list[Shipment]
    keys_destroyed: list[str]
    people_erased: list[str]
    marks: dict[bytes, float]
    """What was destroyed lately, and when: for writers to forget."""
    before: int
    """How many records the log had, before these."""


async def put_into_log(connection: Connection, shipments: Sequence[Shipment], keys: LogKeys, now: float) -> Outcome:
    """Database errors pass through."""
    turn = await take_turn(connection)
    new = await _unknown(turn, shipments)
    made = [each if type(each) is ParsedRecord else read_back(each) for each in new]
    data_keys = {key.id: key for key in map(_KEY, new) if key is not None}
    people = {person.id: person for person in map(_PERSON, new) if person is not None}
    brought = [*data_keys.values(), *people.values()]
    marks = await marks_since(connection, min([now - LATELY, *map(_MADE_AT, brought)]))
    too_late = _too_late(marks, list(data_keys.values()), list(people.values()))
    await turn.add_keys([_key_row(key, now if key.id in too_late else None) for key in data_keys.values()])
    await turn.add_persons([_person_row(person, now if person.id in too_late else None) for person in people.values()])
    gone = too_late
    if marks or any(each.header.at < (now - LATELY) * MICROSECONDS for each in made):
        gone = gone | await turn.destroyed({each.header.key for each in made}, {each.header.person for each in made})
    tree = Frontier(turn.size, turn.hashes)
    for start in range(0, len(new), MOST_AT_ONCE):
        some = made[start : start + MOST_AT_ONCE]
        placed, note = put(list(map(_RECORD, some)), tree, keys, list(map(_LEAF, some)))
        rows = _record_rows(placed, map(_HEADER, some))
        await turn.add_records(_without_content(rows, gone) if gone else rows)
        await turn.advance(tree.size, tree.hashes(), note, now)
    for each in new if too_late else ():
        if late := too_late.intersection(it.id for it in (each.key, each.person) if it is not None):
            await turn.drop_behind(each.record.writer, each.record.number, late)  # what may have come before it
    keys_late, people_late = ([id_ for id_ in ids if id_ in too_late] for ids in (data_keys, people))
    return Outcome(new, keys_late, people_late, marks, turn.size)


async def _unknown(turn: Turn, shipments: Sequence[Shipment]) -> list[Shipment]:
    if len(set(map(_WRITER, shipments))) == 1:  # nearly always: this process's, each once, and all new
        all_numbers = list(map(_NUMBER, shipments))
        if len(set(all_numbers)) == len(all_numbers):
            known = await turn.known(shipments[0].record.writer, all_numbers)
            return [each for each in shipments if each.record.number not in known] if known else list(shipments)
    by_place = {(each.record.writer, each.record.number): each for each in shipments}
    by_writer: dict[bytes, list[int]] = {}
    for writer, number in by_place:
        by_writer.setdefault(writer, []).append(number)
    for writer, numbers in by_writer.items():
        for number in await turn.known(writer, numbers):
            by_place.pop((writer, number), None)
    return list(by_place.values())


def _too_late(marks: dict[bytes, float], keys: list[DataKey], people: list[Person]) -> set[str]:
    """Ids of those that were destroyed before they could be stored."""
    made = [(key.id, day_mark(key.team, key.day), key.made) for key in keys]
    made += [(person.id, person.subject, person.made) for person in people]
    return {id_ for id_, whose, at in made if whose in marks and marks[whose] >= at}


def _record_rows(placed: Sequence[Placed], headers: Iterable[Searched | Header]) -> list[Row]:
    """In the order of the columns of `storage.audit_tables.audit_record`, where a record's own fields stand as here."""
    return [
        (row.index, *astuple(row.record), row.mac, row.leaf, *searched)
        for row, searched in zip(placed, map(_SEARCHED, headers), strict=True)
    ]


_RECORD, _LEAF, _HEADER, _KEY, _PERSON = map(attrgetter, ("record", "leaf", "header", "key", "person"))
_MADE_AT: Final = attrgetter("made")
_WRITER, _NUMBER = map(attrgetter, ("record.writer", "record.number"))
_SEARCHED: Final = attrgetter(*Searched.__struct_fields__)
_COLUMNS: Final = ("place", *Record.__struct_fields__, "mac", "leaf", *Searched.__struct_fields__)
assert tuple(audit_record.c.keys()) == _COLUMNS, "as the table has them"


def _without_content(rows: list[Row], gone: set[str]) -> list[Row]:
    """Of those whose key or person is gone."""
    return [row if gone.isdisjoint(row[_IDS]) else (*row[:_CONTENT], None, *row[_CONTENT + 1 :]) for row in rows]


_CONTENT, _IDS = 5, slice(12, 14)
"""Where those stand in a row: a record's content; the ids of its person and key."""


def _key_row(key: DataKey, destroyed_at: float | None) -> Values:
    wrapped = key.wrapped if destroyed_at is None else None
    values = {"id": key.id, "team": key.team, "day": key.day, "kek": key.kek, "wrapped": wrapped}
    return {**values, "destroyed_at": destroyed_at}


def _person_row(person: Person, erased_at: float | None) -> Values:
    if erased_at is not None:
        return {"id": person.id, "subject": None, "salt": None, "erased_at": erased_at}
    return {"id": person.id, "subject": person.subject, "salt": person.salt, "erased_at": None}
