"""When the window of a counter ends, so that it can be forgotten."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("budget_counter", sa.Column("until", sa.BigInteger))
    op.create_index("ix_budget_counter_until", "budget_counter", ["until"])


def downgrade() -> None:
    op.drop_index("ix_budget_counter_until", "budget_counter")
    op.drop_column("budget_counter", "until")
