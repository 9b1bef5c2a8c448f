"""Salts of more people than a writer remembers: who is often there keeps theirs, and an erasure ends them all."""

from __future__ import annotations

import tracemalloc

import pytest

from gateway.audit import writer as writer_module
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content, Sealer
from gateway.audit.writer import DataKey, Person, Shipment, Writer

NOW = 1_795_600_000.0
ROOM = 10


class Wrapper:
    """Keeps no secret."""

    current = "kek"

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        return self.current, key_id

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        raise NotImplementedError


class Book:
    """A writer, and what it has sent."""

    def __init__(self) -> None:
        self.writer = Writer(Wrapper(), Pseudonyms(bytes(32)))
        self.keys: dict[str, DataKey] = {}
        self.people: list[Person] = []
        for team in ("one", "two"):
            self.writer.needs_key(team, NOW)
            key = self.writer.new_key(team, NOW)
            self.keys[key.id] = key
            self.writer.keep(team, key)

    def record(self, subject: str, team: str = "one") -> str:
        """The id of the person in the record, which opens with what was sent until then."""
        header = Header(v=VERSION, kind="request", at=int(NOW * 1e6), request=f"of {subject}")
        draft = self.writer.draft(header, team, subject, NOW, with_content=True)
        shipment: Shipment = self.writer.linked(draft, draft.sealed(Content(prompt=b"Hello")))
        if shipment.person is not None:
            self.people.append(shipment.person)
        [person] = [each for each in self.people if each.id == header.person]
        sealer = Sealer(self.keys[header.key].secret, person.salt)
        assert sealer.open(shipment.record.content or b"", shipment.record.header)
        return person.id


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.setattr(writer_module, "PEOPLE_AT_HAND", ROOM)
    return Book()


def test_who_is_often_there_keeps_their_salt_whoever_else_comes(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []

    class Counted(Sealer):
        def __init__(self, data_key: bytes, salt: bytes) -> None:
            made.append(salt)
            super().__init__(data_key, salt)

    monkeypatch.setattr(writer_module, "Sealer", Counted)
    anna = book.record("anna")
    for number in range(20 * ROOM):
        book.record(f"stranger {number}")
        assert book.record("anna") == anna
    assert len(book.people) == len(made) == 20 * ROOM + 1
    assert book.record("stranger 0") not in {person.id for person in book.people[:-1]}, "who was away gets a new one"


def test_a_person_has_one_salt_in_all_teams(book: Book) -> None:
    assert book.record("anna", "one") == book.record("anna", "two")
    assert book.record("bert") != book.record("anna")


def test_an_erasure_ends_a_salt_of_who_was_not_there_lately(book: Book) -> None:
    bert = book.record("bert")
    [person] = book.people
    for number in range(ROOM):
        book.record(f"stranger {number}")
    book.writer.forget([person.subject])
    assert book.record("bert") != bert


def test_an_erasure_ends_a_salt_that_only_its_sealer_remembers(book: Book) -> None:
    anna = book.record("anna")
    [person] = book.people
    for number in range(2 * ROOM):
        book.record(f"stranger {number}")
        assert book.record("anna") == anna
    book.writer.forget([person.subject])
    again = book.record("anna")
    assert again != anna
    assert book.people[-1].subject == person.subject, "by which the next erasure finds it, too"


def test_little_stays_of_a_key_and_a_person_that_have_travelled(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand teams it lies between what requests make, and is fetched from memory with it."""
    monkeypatch.setattr(writer_module, "PEOPLE_AT_HAND", 1000)
    writer, teams = book.writer, [f"team {number}" for number in range(200)]
    people = [f"of {team}" for team in teams]
    writer.needs_key("one", NOW)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for team, person in zip(teams, people, strict=True):
        writer.keep(team, writer.new_key(team, NOW))
        header = Header(v=VERSION, kind="request", at=int(NOW * 1e6))
        assert writer.make(header, team, person, Content(prompt=b"Hello"), NOW) is not None
    after, _ = tracemalloc.get_traced_memory()
    blocks = sum(trace.count for trace in tracemalloc.take_snapshot().statistics("filename"))
    tracemalloc.stop()
    assert blocks < 12 * len(teams), "two keys of a table, two names, three ids, two secrets, and what holds them"
    assert after - before < 1100 * len(teams)
