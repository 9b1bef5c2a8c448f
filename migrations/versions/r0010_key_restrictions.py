"""Keys that were slowed down or stopped since they behaved as if somebody else had them."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "key_restriction",
        sa.Column("key_id", sa.String(512), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("team", sa.String(512), nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("lifted_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key_id", "since", name=op.f("pk_key_restriction")),
    )
