"""The tables of the audit. What their columns hold is sealed or pseudonymous, but for the names of auditors.

Invariants
- `audit_record.place` counts from 0 without a gap; the columns behind `leaf` repeat the header, for searching only.
- `audit_tree` has one row: who holds its lock puts records into the log, nobody else.
- Destroying is setting to NULL: `audit_key.wrapped`, `audit_person.salt`, `audit_record.content`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from gateway.storage.column_types import Instant
from gateway.storage.tables import metadata

audit_record: Final = Table(
    "audit_record",
    metadata,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("writer", LargeBinary(16), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("content", LargeBinary),
    Column("content_hash", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(16), nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("key", String(32), nullable=False),
    Column("request", String(64), nullable=False),
    UniqueConstraint("writer", "number", name="uq_audit_record_writer"),
    Index("ix_audit_record_request", "request"),
    # For reading by `storage.audit_places`, which says why they differ.
    Index("ix_audit_record_team", "team", "at").ddl_if(dialect="postgresql"),
    Index("ix_audit_record_person", "person").ddl_if(dialect="postgresql"),
    Index("ix_audit_record_at", "at", "team", "person", "place").ddl_if(dialect="sqlite"),
)

audit_checkpoint: Final = Table(
    "audit_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
)

audit_tree: Final = Table(
    "audit_tree",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("turn", BigInteger, nullable=False),
)

audit_key: Final = Table(
    "audit_key",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("kek", String(128), nullable=False),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", Instant),
    Index("ix_audit_key_team", "team", "day"),
)

audit_person: Final = Table(
    "audit_person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", LargeBinary(32)),
    Column("salt", LargeBinary(32)),
    Column("erased_at", Instant),
    Index("ix_audit_person_subject", "subject"),
)

audit_erasure: Final = Table(
    "audit_erasure",
    metadata,
    Column("subject", LargeBinary(32), primary_key=True),
    Column("at", Instant, primary_key=True),
)

audit_hold: Final = Table(
    "audit_hold",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("scope", String(16), nullable=False),
    Column("whose", String(64), nullable=False),
    Column("reason", String(512), nullable=False),
    Column("placed_by", String(255), nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("released_by", String(255)),
    Column("released_at", Instant),
)

audit_leave: Final = Table(
    "audit_leave",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asked_by", String(255), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ticket", String(255), nullable=False),
    Column("reason", String(512), nullable=False),
    Column("places", Text, nullable=False),
    Column("given_by", String(255)),
    Column("given_at", Instant),
)
