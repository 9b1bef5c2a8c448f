"""Usage rows carry what reports need, days are summed up, months are closed, corrections are added."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0009"

KEYS = ("team", "cost_center", "project", "tags", "user", "key_id", "provider", "model", "region")
CURRENCIES = ("currency", "list_currency", "hosted_currency")
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
    op.create_index("ix_usage_key_id_at", "usage", ["key_id", "at"])

    sums = (
        *("requests", "served_from_cache", "estimated", "unpriced"),
        *("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens"),
        *("cost_nano", *(f"cost_{meter}_nano" for meter in METERS)),
        *("list_nano", *(f"list_{meter}_nano" for meter in METERS)),
        *("cache_saved_nano", "saved_nano", "hosted_nano"),
    )
    op.create_table(
        "usage_rollup",
        sa.Column("local_day", sa.String(10), nullable=False),
        *(sa.Column(name, sa.String(512)) for name in (*KEYS, *CURRENCIES)),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in sums),
    )
    op.create_index("ix_usage_rollup_local_day", "usage_rollup", ["local_day"])
    op.create_table(
        "usage_unrolled",
        sa.Column("local_day", sa.String(10), nullable=False),
        sa.Column("batches", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("local_day", name=op.f("pk_usage_unrolled")),
    )
    op.execute("INSERT INTO usage_unrolled (local_day, batches) SELECT DISTINCT local_day, 1 FROM usage")
    op.create_table(
        "closed_month",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "cost_adjustment",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        *(sa.Column(name, sa.String(512)) for name in KEYS),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("nano", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_adjustment")),
    )
    op.create_index("ix_cost_adjustment_month", "cost_adjustment", ["month"])
