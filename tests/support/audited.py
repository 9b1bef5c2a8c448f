"""What the audit holds of requests, read as an auditor with every leave would."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.audit.appending import put
from gateway.audit.chain import Frontier
from gateway.audit.opening import open_content
from gateway.audit.record import Header, read_header
from gateway.audit.seal import Content
from gateway.audit.verdict import Verdict
from gateway.audit.verify import Verifier
from gateway.audit.writer import DataKey, Person, Shipment, decode_shipment
from gateway.core.ports import Record as JournalRecord
from tests.support.audit_logs import GATEWAYS, KEYS, WRAPPER


class Audited:
    """`headers` and, where there is any, `contents` of what a journal holds, in order."""

    def __init__(self, records: Iterable[JournalRecord]) -> None:
        self.shipments: list[Shipment] = [
            decode_shipment(record.payload) for record in records if record.kind == "audit"
        ]
        keys: dict[str, DataKey] = {}
        people: dict[str, Person] = {}
        self.headers: list[Header] = []
        self.contents: list[Content | None] = []
        for shipment in self.shipments:
            if shipment.key is not None:
                keys[shipment.key.id] = shipment.key
            if shipment.person is not None:
                people[shipment.person.id] = shipment.person
            header = read_header(shipment.record.header)
            self.headers.append(header)
            content = None
            if header.key:
                content = open_content(shipment.record, keys[header.key], people.get(header.person), WRAPPER)
            self.contents.append(content)

    def of_kind(self, kind: str) -> list[tuple[Header, Content | None]]:
        return [
            (header, content)
            for header, content in zip(self.headers, self.contents, strict=True)
            if header.kind == kind
        ]

    def verdict(self) -> Verdict:
        tree = Frontier()
        placed, note = put([shipment.record for shipment in self.shipments], tree, KEYS)
        verifier = Verifier(GATEWAYS, [(tree.size, note)])
        for row in placed:
            verifier.feed(row)
        return verifier.verdict()


def texts(content: Content | None) -> str:
    """All that the answer says, joined."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "text" in value and isinstance(value["text"], str):
                found.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner)

    walk(content.answer if content else None)
    return "".join(found)
