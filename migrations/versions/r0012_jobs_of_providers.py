"""Work that providers do after its request, and what it may cost until it has ended."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "provider_job",
        sa.Column("id", sa.String(512), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("dialect", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(255), nullable=False),
        sa.Column("model", sa.String(512), nullable=False),
        sa.Column("region", sa.String(512)),
        sa.Column("object_id", sa.String(128)),
        sa.Column("key_id", sa.String(512), nullable=False),
        sa.Column("key_name", sa.String(255)),
        sa.Column("team", sa.String(512), nullable=False),
        sa.Column("user", sa.String(512)),
        sa.Column("project", sa.String(512)),
        sa.Column("cost_center", sa.String(512)),
        sa.Column("tags", sa.String(512)),
        sa.Column("model_asked", sa.String(512)),
        sa.Column("policy_version", sa.String(512)),
        sa.Column("answers", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("held_nano", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_job")),
    )
    op.create_index("ix_provider_job_provider_object_id", "provider_job", ["provider", "object_id"])
    op.create_index("ix_provider_job_looked_at", "provider_job", ["looked_at"])
    for name in ("asked_answers", "asked_input", "asked_output"):
        op.add_column("held_object", sa.Column(name, sa.BigInteger))
