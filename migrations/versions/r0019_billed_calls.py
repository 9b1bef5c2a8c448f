"""What providers bill by the call: in usage rows, in the sums of days, and in what jobs may come to."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

COUNTS = ("billed_calls", "cost_calls_nano", "list_calls_nano")


def upgrade() -> None:
    op.add_column("usage", sa.Column("billed_calls", sa.BigInteger))
    op.add_column("usage", sa.Column("calls_by_kind", sa.String(512)))
    op.add_column("usage", sa.Column("cost_calls_nano", sa.BigInteger))
    op.add_column("usage", sa.Column("list_calls_nano", sa.BigInteger))
    for name in COUNTS:
        op.add_column("usage_rollup", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("held_object", sa.Column("asked_calls", sa.String(512)))
    op.add_column("provider_job", sa.Column("calls", sa.String(512)))


def downgrade() -> None:
    op.drop_column("provider_job", "calls")
    op.drop_column("held_object", "asked_calls")
    for name in COUNTS:
        op.drop_column("usage_rollup", name)
    for name in ("list_calls_nano", "cost_calls_nano", "calls_by_kind", "billed_calls"):
        op.drop_column("usage", name)
