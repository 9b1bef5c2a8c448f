"""Who holds which file, batch, job or stored response at a provider."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "held_object",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("provider", sa.String(255), nullable=False),
        sa.Column("dialect", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("team", sa.String(255), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String(512)),
        sa.Column("parent", sa.String(128)),
        sa.Column("usage_recorded_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", "provider", name=op.f("pk_held_object")),
    )
    op.create_index(
        "ix_held_object_team_dialect_kind_created_at_id",
        "held_object",
        ["team", "dialect", "kind", "created_at", "id"],
    )
