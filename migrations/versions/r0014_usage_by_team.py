"""What a team has spent is read without reading what all the others have."""  # noqa: INP001

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("ix_usage_team_at", "usage", ["team", "at"])


def downgrade() -> None:
    op.drop_index("ix_usage_team_at", "usage")
