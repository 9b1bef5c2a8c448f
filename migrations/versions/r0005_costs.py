"""Usage rows carry what reports need: cost by meter, list price, who pays, and the calendar day of reports."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0009"

METERS = ("input", "cache_read", "cache_write", "output")


def upgrade() -> None:
    columns = [
        *(sa.Column(f"cost_{meter}_nano", sa.BigInteger) for meter in METERS),
        sa.Column("list_nano", sa.BigInteger),
        sa.Column("list_currency", sa.String(3)),
        *(sa.Column(f"list_{meter}_nano", sa.BigInteger) for meter in METERS),
        sa.Column("cache_saved_nano", sa.BigInteger),
        sa.Column("hosted_nano", sa.BigInteger),
        sa.Column("hosted_currency", sa.String(3)),
        sa.Column("unpriced", sa.Boolean),
        sa.Column("cost_center", sa.String(512)),
        sa.Column("project", sa.String(512)),
        sa.Column("tags", sa.String(512)),
        sa.Column("local_day", sa.String(10)),
    ]
    for column in columns:
        op.add_column("usage", column)
    # What was written before knows UTC only.
    day = (
        "to_char(to_timestamp(at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
        if op.get_bind().dialect.name == "postgresql"
        else "date(at / 1000000, 'unixepoch')"
    )
    op.execute(f"UPDATE usage SET local_day = {day}")  # noqa: S608  one of two constants
    op.create_index("ix_usage_local_day", "usage", ["local_day"])
