"""Which prompt template was put before a request."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("usage", sa.Column("prompt", sa.String(512)))


def downgrade() -> None:
    op.drop_column("usage", "prompt")
