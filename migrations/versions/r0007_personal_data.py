"""Types and counts of personal data in a request, and the tokens that providers keep for us, sealed."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("usage", sa.Column("personal_data", sa.String(512)))
    op.create_table(
        "token_map",
        sa.Column("team", sa.String(255), primary_key=True),
        sa.Column("object_id", sa.String(128), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_token_map_expires_at", "token_map", ["expires_at"])


def downgrade() -> None:
    op.drop_table("token_map")
    op.drop_column("usage", "personal_data")
