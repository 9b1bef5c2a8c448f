"""Budgets counted by the database, for as long as Redis cannot be asked."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    home = op.create_table(
        "budget_home",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_home")),
    )
    op.bulk_insert(home, [{"id": 1, "place": "redis", "turn": 1, "since": 0, "open": False}])
    op.create_table(
        "budget_process",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("sees_redis", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_budget_process")),
    )
    op.create_table(
        "budget_counter",
        sa.Column("name", sa.String(1024), nullable=False),
        sa.Column("posted", sa.BigInteger, nullable=False),
        sa.Column("reserved", sa.BigInteger, nullable=False),
        sa.Column("known", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_budget_counter")),
    )
    op.create_table(
        "budget_hold",
        sa.Column("id", sa.String(1200), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("counter", sa.String(1024), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", "place", name=op.f("pk_budget_hold")),
    )
    op.create_index("ix_budget_hold_counter", "budget_hold", ["counter"])
    op.create_index("ix_budget_hold_ends", "budget_hold", ["ends"])


def downgrade() -> None:
    for name in ("budget_hold", "budget_counter", "budget_process", "budget_home"):
        op.drop_table(name)
