"""What the cache did for a request, and what that saved."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("usage", sa.Column("cache", sa.String(512)))
    op.add_column("usage", sa.Column("saved_nano", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("usage", "saved_nano")
    op.drop_column("usage", "cache")
