"""Shipments put into the log, inside of a transaction that somebody else commits: the journal's shipper, or a command.

Promise: every record that was shipped is in the log exactly once, under a signed checkpoint, in one order for all
replicas.

Invariants
- Shipping twice is shipping once: what the log holds of a writer is left out.
- A checkpoint vouches for at most MOST_AT_ONCE new records, and is committed with them.
- A person whose erasure is younger than the salt's making keeps no salt: what was sealed before the erasure and shipped
  after it is erased all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.audit.chain import Frontier
from gateway.audit.placing import MOST_AT_ONCE, LogKeys, put
from gateway.audit.record import read_header
from gateway.audit.verdict import Placed
from gateway.audit.writer import DataKey, Person, Shipment
from gateway.storage.audit_log import Connection, Turn, Values, take_turn


async def put_into_log(
    connection: Connection, shipments: Sequence[Shipment], keys: LogKeys, now: float
) -> list[Shipment]:
    """Those that were new; database errors pass through."""
    turn = await take_turn(connection)
    new = await _unknown(turn, shipments)
    await turn.add_keys([_key_row(each.key) for each in new if each.key is not None])
    people = {each.person.id: each.person for each in new if each.person is not None}
    if people:
        erased = await turn.erased({person.subject for person in people.values()})
        rows = [_person_row(person, erased.get(person.subject)) for person in people.values()]
        await turn.add_persons(rows)
    tree = Frontier(turn.size, turn.hashes)
    for some in _batches(new, MOST_AT_ONCE):
        placed, note = put([each.record for each in some], tree, keys)
        await turn.add_records([_record_row(row) for row in placed])
        await turn.advance(tree.size, tree.hashes(), note, now)
    return new


async def _unknown(turn: Turn, shipments: Sequence[Shipment]) -> list[Shipment]:
    by_writer: dict[bytes, list[int]] = {}
    for each in shipments:
        by_writer.setdefault(each.record.writer, []).append(each.record.number)
    known = {(writer, number) for writer, numbers in by_writer.items() for number in await turn.known(writer, numbers)}
    new: list[Shipment] = []
    for each in shipments:
        if (place := (each.record.writer, each.record.number)) not in known:
            known.add(place)
            new.append(each)
    return new


def _batches(shipments: Sequence[Shipment], size: int) -> list[Sequence[Shipment]]:
    return [shipments[start : start + size] for start in range(0, len(shipments), size)]


def _record_row(row: Placed) -> Values:
    record = row.record
    header = read_header(record.header)
    return {
        "place": row.index,
        "writer": record.writer,
        "number": record.number,
        "previous": record.previous,
        "header": record.header,
        "content": record.content,
        "content_hash": record.content_hash,
        "mac": row.mac,
        "leaf": row.leaf,
        "at": header.at,
        "kind": header.kind,
        "team": header.team,
        "person": header.person,
        "request": header.request,
    }


def _key_row(key: DataKey) -> Values:
    return {"id": key.id, "team": key.team, "day": key.day, "kek": key.kek, "wrapped": key.wrapped}


def _person_row(person: Person, erased_at: float | None) -> Values:
    if erased_at is not None and erased_at >= person.made:
        return {"id": person.id, "subject": None, "salt": None, "erased_at": erased_at}
    return {"id": person.id, "subject": person.subject, "salt": person.salt, "erased_at": None}
