"""The audit: records, checkpoints, keys and leave to read."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "audit_record",
        sa.Column("place", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("writer", sa.LargeBinary(16), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("content_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(16), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_audit_record")),
        sa.UniqueConstraint("writer", "number", name=op.f("uq_audit_record_writer")),
    )
    op.create_index("ix_audit_record_team", "audit_record", ["team", "at"])
    op.create_index("ix_audit_record_person", "audit_record", ["person"])
    op.create_index("ix_audit_record_request", "audit_record", ["request"])
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_tree",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_tree")),
    )
    op.create_table(
        "audit_key",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kek", sa.String(128), nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("destroyed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_key")),
    )
    op.create_index("ix_audit_key_team", "audit_key", ["team", "day"])
    op.create_table(
        "audit_person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("subject", sa.LargeBinary(32)),
        sa.Column("salt", sa.LargeBinary(32)),
        sa.Column("erased_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_person")),
    )
    op.create_index("ix_audit_person_subject", "audit_person", ["subject"])
    op.create_table(
        "audit_erasure",
        sa.Column("subject", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subject", "at", name=op.f("pk_audit_erasure")),
    )
    op.create_table(
        "audit_hold",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("whose", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("placed_by", sa.String(255), nullable=False),
        sa.Column("placed_at", sa.BigInteger, nullable=False),
        sa.Column("released_by", sa.String(255)),
        sa.Column("released_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_hold")),
    )
    op.create_table(
        "audit_leave",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.String(255), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("ticket", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("given_by", sa.String(255)),
        sa.Column("given_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_leave")),
    )
