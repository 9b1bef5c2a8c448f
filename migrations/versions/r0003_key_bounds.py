"""What a key is confined to, when it was last used, and the order of changes."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("virtual_key", sa.Column("models", sa.Text))
    op.add_column("virtual_key", sa.Column("networks", sa.Text))
    op.add_column("virtual_key", sa.Column("last_used_at", sa.BigInteger))
    op.add_column("virtual_key", sa.Column("version", sa.BigInteger, nullable=False, server_default="1"))
    op.create_index("ix_virtual_key_version", "virtual_key", ["version"])
    counter = op.create_table(
        "key_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_version")),
    )
    op.bulk_insert(counter, [{"id": 1, "version": 1}])
