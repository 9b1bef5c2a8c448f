"""Who writes records: protects their content, links each to the one before, and says which keys go with it.

Promise: a record that was made can be read as long as its team's day and its person are not destroyed, and is missed
when it is lost.

Invariants
- A writer is one process's, from its start to its end.
- A data key is one writer's, for one team and one UTC day; a salt is one writer's, for one person and day. Neither
  waits for a database: they travel, the data key wrapped, with the first record that needs them.
- Keys and salts end with the day, or with an erasure that the writer is told of.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from gateway.audit.pseudonyms import ID_BYTES, Pseudonyms
from gateway.audit.record import (
    FIRST_LINK,
    WRITER_BYTES,
    Header,
    Record,
    Searched,
    content_hash,
    header_bytes,
    leaf_of,
    read_searched,
)
from gateway.audit.seal import DATA_KEY_BYTES, SALT_BYTES, Content, Sealer, encode_content
from gateway.audit.wrapping import KeyWrapper

DAY: Final = 86_400
PEOPLE_AT_HAND: Final = 20_000
"""Salts that a writer remembers at least, those last used; whoever comes back after twice as many others gets a new
one."""

_OF_SALT: Final = slice(ID_BYTES, ID_BYTES + SALT_BYTES)
_OF_PSEUDONYM: Final = slice(ID_BYTES + SALT_BYTES, None)
"""In what is remembered of a person."""

THE_GATEWAY: Final = "gateway"
"""The team of records that belong to none: reads, changes, the log's own life."""


class DataKey(msgspec.Struct, frozen=True):
    """`secret` stays in the process; the rest is stored. `made` in Unix seconds."""

    id: str
    team: str
    day: str
    kek: str
    wrapped: bytes
    made: float
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


class Shipment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record on its way to the log, with the data key (without its secret) and the person that it is first to use."""

    record: Record
    key: DataKey | None = None
    person: Person | None = None


class ParsedRecord(Shipment, frozen=True, kw_only=True, gc=False):
    """A record as it was just made, with what would have to be read out of it again: its leaf and its header.

    Of one that was read it is all that the log wants to know.
    """

    leaf: bytes
    header: Header | Searched

    def payload(self) -> bytes:
        """What the journal holds of it: a `Shipment`, which is an array of these."""
        return encode_shipment((self.record, self.key, self.person))


class Draft(msgspec.Struct, frozen=True):
    """A header that is complete, and what seals a content under it; None where it is to have none."""

    header: Header
    written: bytes
    sealer: Sealer | None

    def sealed(self, content: Content | None) -> bytes:
        return (
            b"" if self.sealer is None or content is None else self.sealer.seal(encode_content(content), self.written)
        )


class _Known(msgspec.Struct, frozen=True, gc=False):
    """What headers say of a team and a person, and what seals their contents, once the team has its key."""

    team: str
    person: str
    key: str
    sealer: Sealer | None

    def __repr__(self) -> str:
        return "<_Known>"


class Writer:
    """Makes records. For one thread, but for `new_key` and `Draft.sealed`, which touch nothing that changes.

    What stays of a data key and of a person, once they travelled, is one value each: of ten thousand teams a day, every
    further value lies between those of requests, which are fetched from memory with it.
    """

    def __init__(self, wrapper: KeyWrapper, pseudonyms: Pseudonyms) -> None:
        self.id = os.urandom(WRITER_BYTES)
        self._wrapper = wrapper
        self._pseudonyms = pseudonyms
        self._number = 0
        self._previous = FIRST_LINK
        self._day = 0
        self._teams: dict[str, str] = {}
        """Pseudonyms."""
        self._keys: dict[str, bytes] = {}
        """By team: its data key of today, as `id ‖ secret`."""
        self._people: dict[str, bytes] = {}
        """By subject: `id ‖ salt ‖ pseudonym`."""
        self._people_before: dict[str, bytes] = {}
        self._known: dict[tuple[str, str], _Known] = {}
        self._known_before: dict[tuple[str, str], _Known] = {}
        """What was known when the other was begun anew, as of people: who of them comes is moved over. An order of last
        use would have to be kept at each record.
        """
        self._unshipped: dict[str, DataKey | Person] = {}

    def needs_key(self, team: str, now: float) -> bool:
        """Whether the team has no data key for today yet: make one by `new_key`, and `keep` it."""
        if now // DAY != self._day:
            self._turn_the_day(now)
        return team not in self._keys

    def new_key(self, team: str, now: float) -> DataKey:
        """A data key for the team's day; blocks where the keeper of the wrapping key is far. Raises CannotUnwrap."""
        key_id = os.urandom(ID_BYTES)
        secret = os.urandom(DATA_KEY_BYTES)
        kek, wrapped = self._wrapper.wrap(secret, key_id)
        return DataKey(key_id.hex(), self._pseudonyms.team(team), day_of(now), kek, wrapped, now, secret)

    def keep(self, team: str, key: DataKey) -> None:
        """Use this key for the team from now on, unless its day is over or the team has one already."""
        if key.day == day_of(self._day * DAY) and team not in self._keys:
            self._teams.setdefault(team, key.team)
            self._keys[team] = bytes.fromhex(key.id) + key.secret
            self._unshipped[key.id] = key

    def draft(self, header: Header, team: str, subject: str, now: float, *, with_content: bool) -> Draft:
        """Complete the header for this team and, unless empty, this person. With content, the team needs its key."""
        found = self._who(team, subject, now, with_content=with_content)
        header.team, header.person = found.team, found.person
        if not with_content:
            return Draft(header, header_bytes(header), None)
        if found.sealer is None:
            raise KeyError("the team has no key for today")
        header.key = found.key
        return Draft(header, header_bytes(header), found.sealer)

    def linked(self, draft: Draft, sealed: bytes) -> ParsedRecord:
        """The next record of this writer, and what is first needed to read it."""
        return self._link(draft.header, draft.written, sealed)

    def make(self, header: Header, team: str, subject: str, content: Content | None, now: float) -> ParsedRecord | None:
        """`draft`, sealed and `linked` in one step; None where there is content, and the team has no key for today."""
        found = self._known.get((team, subject)) if now // DAY == self._day else None
        if found is None or (found.sealer is None and content is not None):
            found = self._who(team, subject, now, with_content=content is not None)
        header.team, header.person = found.team, found.person
        if content is None:
            return self._link(header, header_bytes(header), b"")
        if found.sealer is None:
            return None
        header.key = found.key
        written = header_bytes(header)
        return self._link(header, written, found.sealer.seal(encode_content(content), written))

    def _link(self, header: Header, written: bytes, sealed: bytes) -> ParsedRecord:
        number, previous, hashed = self._number, self._previous, content_hash(sealed)
        record = Record(self.id, number, previous, written, sealed, hashed)
        self._number = number + 1
        self._previous = leaf = leaf_of(self.id, number, previous, hashed, written)
        if not self._unshipped:
            return ParsedRecord(record, leaf=leaf, header=header)
        key, person = self._unshipped.pop(header.key, None), self._unshipped.pop(header.person, None)
        person = person if isinstance(person, Person) else None
        return ParsedRecord(record, _without_secret(key), person, leaf=leaf, header=header)

    def forget(self, destroyed: Collection[bytes]) -> None:
        """These persons and days of teams were destroyed: whoever needs a key or a salt of theirs gets a new one.

        Whenever it was made: a clock that was put right since then would tell the wrong order.
        """
        day = day_of(self._day * DAY)
        self._keys = {
            team: key for team, key in self._keys.items() if day_mark(self._teams[team], day) not in destroyed
        }
        self._people, self._people_before = (
            {name: kept for name, kept in people.items() if kept[_OF_PSEUDONYM] not in destroyed}
            for people in (self._people, self._people_before)
        )
        self._known.clear()
        self._known_before.clear()

    def _who(self, team: str, subject: str, now: float, *, with_content: bool) -> _Known:
        if now // DAY != self._day:
            self._turn_the_day(now)
        found = self._known.get(name := (team, subject))
        if found is None and (found := self._known_before.get(name)) is not None:
            self._remember(name, found)
        if found is None or (with_content and found.sealer is None):
            return self._introduce(team, subject, now)
        return found

    def _introduce(self, team: str, subject: str, now: float) -> _Known:
        pseudonym = self._teams.get(team)
        if pseudonym is None:
            pseudonym = self._teams[team] = self._pseudonyms.team(team)
        person, key = self._person(subject, now) if subject else b"", self._keys.get(team, b"")
        sealer = Sealer(key[ID_BYTES:], person[_OF_SALT] or bytes(SALT_BYTES)) if key else None
        known = _Known(pseudonym, person[:ID_BYTES].hex(), key[:ID_BYTES].hex(), sealer)
        self._remember((team, subject), known)
        return known

    def _remember(self, name: tuple[str, str], known: _Known) -> None:
        if len(self._known) >= PEOPLE_AT_HAND and name not in self._known:
            self._known, self._known_before = {}, self._known
        self._known[name] = known

    def _person(self, subject: str, now: float) -> bytes:
        """`id ‖ salt ‖ pseudonym`. Who is in `_known` goes on with that salt, also where it is forgotten here."""
        kept = self._people.get(subject)
        if kept is None:
            kept = self._people_before.get(subject)
            if kept is None:
                pseudonym = self._pseudonyms.subject(subject)
                person = Person(os.urandom(ID_BYTES).hex(), pseudonym, os.urandom(SALT_BYTES), now)
                self._unshipped[person.id] = person
                kept = bytes.fromhex(person.id) + person.salt + person.subject
            if len(self._people) >= PEOPLE_AT_HAND:
                self._people, self._people_before = {}, self._people
            self._people[subject] = kept
        return kept

    def _turn_the_day(self, now: float) -> None:
        self._day = int(now // DAY)
        self._keys.clear()
        self._people.clear()
        self._people_before.clear()
        self._known.clear()
        self._known_before.clear()


def day_mark(team: str, day: str) -> bytes:
    """What stands for a team's day among the marks of what was destroyed. `team`: its pseudonym."""
    return sha256(f"{team} {day}".encode()).digest()


def day_of(now: float) -> str:
    """The UTC day as `2026-11-25`."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _without_secret(key: Any) -> DataKey | None:
    return msgspec.structs.replace(key, secret=b"") if isinstance(key, DataKey) else None


def read_back(shipment: Shipment) -> ParsedRecord:
    """A record that was read, as if it had just been made. Raises msgspec.DecodeError."""
    record, key, person = shipment.record, shipment.key, shipment.person
    return ParsedRecord(record, key, person, leaf=record.leaf(), header=read_searched(record.header))


encode_shipment = msgspec.msgpack.Encoder().encode
decode_shipment = msgspec.msgpack.Decoder(Shipment).decode
