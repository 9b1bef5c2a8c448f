"""Who writes records: protects their content, links each to the one before, and says which keys go with it.

Promise: a record that was made can be read as long as its team's day and its person are not destroyed, and is missed
when it is lost.

Invariants
- A writer is one process's, from its start to its end.
- A data key is one writer's, for one team and one UTC day; a salt is one writer's, for one person and day. Neither
  waits for a database: they travel, the data key wrapped, with the first record that needs them.
- What `protection` gives must be asked for again for each record: it ends with the day, or with an erasure.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gateway.audit.record import FIRST_LINK, WRITER_BYTES, Header, Record, content_hash, header_bytes
from gateway.audit.seal import DATA_KEY_BYTES, SALT_BYTES, Content, Sealer, encode_content
from gateway.audit.wrapping import KeyWrapper

ID_BYTES: Final = 16
DAY: Final = 86_400
PEOPLE_AT_HAND: Final = 20_000
"""Salts that a writer remembers; whoever comes back after more than so many others gets a new one."""

THE_GATEWAY: Final = "gateway"
"""The team of records that belong to none: reads, changes, the log's own life."""


class DataKey(msgspec.Struct, frozen=True):
    """`secret` stays in the process; the rest is stored."""

    id: str
    team: str
    day: str
    kek: str
    wrapped: bytes
    secret: bytes = b""

    def __repr__(self) -> str:
        return f"<DataKey {self.id}>"


class Person(msgspec.Struct, frozen=True):
    """A salt. `subject` finds it by name for those who hold the key of pseudonyms; `made` in Unix seconds."""

    id: str
    subject: bytes
    salt: bytes
    made: float

    def __repr__(self) -> str:
        return f"<Person {self.id}>"


class Shipment(msgspec.Struct, frozen=True, array_like=True):
    """A record on its way to the log, with the data key (without its secret) and the person that it is first to use."""

    record: Record
    key: DataKey | None = None
    person: Person | None = None


class Pseudonyms:
    """Names for those who may not read names. Equal names give equal pseudonyms, and nothing leads back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def team(self, name: str) -> str:
        return hmac.digest(self._key, b"team\0" + name.encode("utf-8", "replace"), "sha256")[:ID_BYTES].hex()

    def subject(self, name: str) -> bytes:
        return hmac.digest(self._key, b"subject\0" + name.encode("utf-8", "replace"), "sha256")


class Protection(msgspec.Struct, frozen=True):
    """What protects one person's content in one team's day."""

    key: DataKey
    person: Person | None
    sealer: Sealer


class Writer:
    """Makes records. Not for several threads at once, but for `wrapper`, which `new_key` calls."""

    def __init__(self, wrapper: KeyWrapper, pseudonyms: Pseudonyms) -> None:
        self.id = os.urandom(WRITER_BYTES)
        self._wrapper = wrapper
        self._pseudonyms = pseudonyms
        self._number = 0
        self._previous = FIRST_LINK
        self._day = 0
        self._keys: dict[str, DataKey] = {}
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._protections: OrderedDict[tuple[str, str], Protection] = OrderedDict()
        self._unshipped: dict[str, DataKey | Person] = {}

    def new_key(self, team: str, now: float) -> DataKey:
        """A data key for the team's day; blocks where the keeper of the wrapping key is far. Raises CannotUnwrap."""
        key_id = os.urandom(ID_BYTES)
        secret = os.urandom(DATA_KEY_BYTES)
        kek, wrapped = self._wrapper.wrap(secret, key_id)
        return DataKey(key_id.hex(), self._pseudonyms.team(team), day_of(now), kek, wrapped, secret)

    def keep(self, team: str, key: DataKey) -> None:
        """Use this key for the team from now on, unless its day is over or it has one already."""
        if key.day == day_of(self._day * DAY) and team not in self._keys:
            self._keys[team] = key
            self._unshipped[key.id] = key

    def protection(self, team: str, subject: str, now: float) -> Protection | None:
        """What is at hand; None where the team needs a key first. `subject` empty: of no person."""
        if now // DAY != self._day:
            self._turn_the_day(now)
        protection = self._protections.get((team, subject))
        if protection is None and (key := self._keys.get(team)) is not None:
            person = self._person(subject, now) if subject else None
            protection = Protection(key, person, Sealer(key.secret, person.salt if person else bytes(SALT_BYTES)))
            self._protections[team, subject] = protection
            if len(self._protections) > PEOPLE_AT_HAND:
                self._protections.popitem(last=False)
        return protection

    def record(self, header: Header, content: Content | None, protection: Protection | None) -> Shipment:
        """One more record. Completes the header by what `protection` says."""
        key = person = None
        sealed = b""
        if protection is not None:
            header.team = protection.key.team
            if protection.person is not None:
                header.person = protection.person.id
                person = self._unshipped.get(header.person)
            if content is not None:
                header.key = protection.key.id
                key = self._unshipped.get(header.key)
        written = header_bytes(header)
        if content is not None and protection is not None:
            sealed = protection.sealer.seal(encode_content(content), written)
        record = Record(self.id, self._number, self._previous, written, sealed, content_hash(sealed))
        self._number += 1
        self._previous = record.leaf()
        return Shipment(record, _without_secret(key), person if isinstance(person, Person) else None)

    def shipped(self, shipment: Shipment) -> None:
        """The journal has taken it: what went with it need not go with the next."""
        if shipment.key is not None:
            self._unshipped.pop(shipment.key.id, None)
        if shipment.person is not None:
            self._unshipped.pop(shipment.person.id, None)

    def forget(self, ids: set[str]) -> None:
        """Data keys or persons were destroyed: whoever still needs one gets a new one."""
        self._keys = {team: key for team, key in self._keys.items() if key.id not in ids}
        self._people = OrderedDict((name, person) for name, person in self._people.items() if person.id not in ids)
        self._protections.clear()

    def in_use(self) -> tuple[list[str], list[bytes]]:
        """(ids of data keys, subjects) at hand: what an erasure elsewhere may have made useless."""
        return [key.id for key in self._keys.values()], [person.subject for person in self._people.values()]

    def people(self) -> list[Person]:
        return list(self._people.values())

    def _person(self, subject: str, now: float) -> Person:
        person = self._people.get(subject)
        if person is None:
            pseudonym = self._pseudonyms.subject(subject)
            person = Person(os.urandom(ID_BYTES).hex(), pseudonym, os.urandom(SALT_BYTES), now)
            self._people[subject] = person
            self._unshipped[person.id] = person
            if len(self._people) > PEOPLE_AT_HAND:
                self._people.popitem(last=False)
        return person

    def _turn_the_day(self, now: float) -> None:
        self._day = int(now // DAY)
        self._keys.clear()
        self._people.clear()
        self._protections.clear()


def day_of(now: float) -> str:
    """The UTC day as `2026-11-25`."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _without_secret(key: Any) -> DataKey | None:
    return msgspec.structs.replace(key, secret=b"") if isinstance(key, DataKey) else None


encode_shipment = msgspec.msgpack.Encoder().encode
decode_shipment = msgspec.msgpack.Decoder(Shipment).decode
