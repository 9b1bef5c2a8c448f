"""By which name the model of a file of requests was asked for: what it costs is of that name's budgets."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("held_object", sa.Column("model_asked", sa.String(512)))


def downgrade() -> None:
    op.drop_column("held_object", "model_asked")
