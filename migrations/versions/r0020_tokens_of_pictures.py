"""Tokens of pictures that were made, which are dearer than those of text."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("usage", sa.Column("output_image_tokens", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("usage", "output_image_tokens")
