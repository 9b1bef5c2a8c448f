"""What a key is confined to and when it was last used; what administrators did, their sessions, and the replicas."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("virtual_key", sa.Column("models", sa.Text))
    op.add_column("virtual_key", sa.Column("networks", sa.Text))
    op.add_column("virtual_key", sa.Column("last_used_at", sa.BigInteger))
    op.add_column("virtual_key", sa.Column("version", sa.BigInteger, nullable=False, server_default="1"))
    op.create_index("ix_virtual_key_version", "virtual_key", ["version"])
    counter = op.create_table(
        "key_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_version")),
    )
    op.bulk_insert(counter, [{"id": 1, "version": 1}])

    op.create_table(
        "admin_log",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.String(255), nullable=False),
        sa.Column("team", sa.String(255)),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_log")),
    )
    op.create_index("ix_admin_log_at", "admin_log", ["at"])
    op.create_table(
        "admin_session",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("groups", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_admin_session")),
    )
    op.create_index("ix_admin_session_subject", "admin_session", ["subject"])
    op.create_table(
        "replica",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("policy_version", sa.String(255), nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replica")),
    )
