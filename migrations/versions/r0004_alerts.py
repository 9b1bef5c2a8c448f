"""Alerts, each of which is told once."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String(512), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_told_at_claimed_at", "alert", ["told_at", "claimed_at"])


def downgrade() -> None:
    op.drop_table("alert")
