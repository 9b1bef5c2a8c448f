"""In SQLite, records of the audit are found by an index that only grows at its end."""  # noqa: INP001

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_audit_record_at", "audit_record", ["at", "team", "person", "place"])
        op.drop_index("ix_audit_record_team", "audit_record")
        op.drop_index("ix_audit_record_person", "audit_record")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_audit_record_team", "audit_record", ["team", "at"])
        op.create_index("ix_audit_record_person", "audit_record", ["person"])
        op.drop_index("ix_audit_record_at", "audit_record")
