"""Which life of Redis budgets are counted in: a turn has one."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("budget_home", sa.Column("life", sa.String(128), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("budget_home", "life")
