"""What shadows of models answered beside the real answers, in numbers."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "shadow_comparison",
        sa.Column("request_id", sa.String(512), nullable=False),
        sa.Column("real_id", sa.String(512), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String(512), nullable=False),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("real_characters", sa.Integer, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("real_refused", sa.Boolean, nullable=False),
        sa.Column("tools", sa.String(16)),
        sa.Column("overlap", sa.Integer),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_shadow_comparison")),
    )
    op.create_index(op.f("ix_shadow_comparison_at"), "shadow_comparison", ["at"])
