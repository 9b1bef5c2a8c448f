"""Whole logs in memory, made by the real writer and put in place by the real function."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from gateway.audit.appending import LogKeys, put
from gateway.audit.chain import Frontier
from gateway.audit.checkpoint import SigningKey
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.record import VERSION, Header, Kind, Record
from gateway.audit.seal import Content
from gateway.audit.verdict import Placed, Trust, Verdict
from gateway.audit.verify import Verifier
from gateway.audit.wrapping import LocalKeys
from gateway.audit.writer import THE_GATEWAY, Shipment, Writer

NOW = 1_795_600_000.0

KEYS = LogKeys(SigningKey(hashlib.sha256(b"signing").digest()), hashlib.sha256(b"places").digest())
PSEUDONYMS = Pseudonyms(hashlib.sha256(b"pseudonyms").digest())
WRAPPER = LocalKeys([hashlib.sha256(b"wrapping").digest()])

PUBLIC = Trust(verify_key=KEYS.signing.verify_key)
GATEWAYS = Trust(verify_key=KEYS.signing.verify_key, place_key=KEYS.place)


def header(kind: Kind = "request", at: float = NOW, **facts: Any) -> Header:
    return Header(v=VERSION, kind=kind, at=int(at * 1_000_000), **facts)


def new_writer() -> Writer:
    return Writer(WRAPPER, PSEUDONYMS)


def shipment(writer: Writer, team: str = "demo", subject: str = "alice", text: str = "Hello") -> Shipment:
    """One record with content."""
    if writer.needs_key(team, NOW):
        writer.keep(team, writer.new_key(team, NOW))
    draft = writer.draft(header(request="req_1", model="m"), team, subject, NOW, with_content=True)
    return writer.linked(draft, draft.sealed(Content(prompt=text.encode())))


def bare(writer: Writer, kind: Kind, **facts: Any) -> Shipment:
    """A record without content, of nobody."""
    return writer.linked(writer.draft(header(kind, **facts), THE_GATEWAY, "", NOW, with_content=False), b"")


class MemoryLog:
    """`rows` and `notes` as a database would hold them; tests change them as they like."""

    def __init__(self) -> None:
        self.tree = Frontier()
        self.rows: list[Placed] = []
        self.notes: list[tuple[int, str]] = []

    def put(self, records: Sequence[Record]) -> None:
        placed, note = put(records, self.tree, KEYS)
        self.rows += placed
        self.notes.append((self.tree.size, note))

    def verdict(self, trust: Trust = GATEWAYS) -> Verdict:
        verifier = Verifier(trust, self.notes)
        for row in self.rows:
            verifier.feed(row)
        return verifier.verdict()

    def renumbered(self, rows: Sequence[Placed]) -> None:
        """These rows, in places from 0: what somebody leaves who covers the tracks as far as the database goes."""
        self.rows = [msgspec.structs.replace(row, index=index) for index, row in enumerate(rows)]


def log_of(batches: Sequence[int], writers: int = 2) -> MemoryLog:
    """A log of several writers in turn, closed at the end, with a checkpoint behind each batch."""
    log = MemoryLog()
    hands = [new_writer() for _ in range(writers)]
    opened = [bare(hand, "writer_open").record for hand in hands]
    log.put(opened)
    number = 0
    for batch in batches:
        records = []
        for _ in range(batch):
            made = shipment(hands[number % writers], subject=f"person {number % 3}", text=f"text {number}")
            records.append(made.record)
            number += 1
        if records:
            log.put(records)
    log.put([bare(hand, "writer_close").record for hand in hands])
    return log


def changed(row: Placed, change: Callable[[Record], Record], *, covers_up: bool = False) -> Placed:
    """A record edited; who covers up sets the stored hash of the leaf, too."""
    record = change(row.record)
    return msgspec.structs.replace(row, record=record, leaf=record.leaf() if covers_up else row.leaf)


def plug() -> LocalKeys:
    """What GATEWAY_AUDIT_KEEPER may name."""
    return WRAPPER
