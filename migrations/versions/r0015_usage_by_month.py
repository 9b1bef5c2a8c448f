"""Usage rows by the month, in PostgreSQL, and from which day on they are kept."""  # noqa: INP001

from __future__ import annotations

import time
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

INDEXES = (
    ("ix_usage_at", "at"),
    ("ix_usage_local_day", "local_day"),
    ("ix_usage_key_id_at", "key_id, at"),
    ("ix_usage_team_at", "team, at"),
)
MONTHS = 7
"""Those to come, beside the present one."""


def upgrade() -> None:
    op.create_table(
        "usage_kept",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("from_day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_kept")),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    now = datetime.fromtimestamp(time.time(), UTC)
    months = [(now.year + (now.month + ahead) // 12, (now.month + ahead) % 12 + 1) for ahead in range(MONTHS + 1)]
    bounds = [f"req_{int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000):011x}" for year, month in months]
    # What is there stays where it is, as the first partition: only ids that do not begin with their time have to move.
    op.execute("ALTER TABLE usage RENAME TO usage_until")
    op.execute("ALTER TABLE usage_until RENAME CONSTRAINT pk_usage TO pk_usage_until")
    for name, _ in INDEXES:
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_until")
    op.execute(
        "CREATE TABLE usage (LIKE usage_until INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (request_id)"
    )
    op.execute("ALTER TABLE usage ADD CONSTRAINT pk_usage PRIMARY KEY (request_id)")
    for name, columns in INDEXES:
        op.execute(f"CREATE INDEX {name} ON usage ({columns})")
    for (year, month), begins, ends in zip(months, bounds, bounds[1:], strict=False):
        op.execute(
            f"CREATE TABLE usage_m{year}{month:02} PARTITION OF usage FOR VALUES FROM ('{begins}') TO ('{ends}')"
        )
    op.execute(f"CREATE TABLE usage_later PARTITION OF usage FOR VALUES FROM ('{bounds[-1]}') TO (MAXVALUE)")
    later = sa.text(
        "WITH moved AS (DELETE FROM usage_until WHERE request_id >= :bound RETURNING *) "
        "INSERT INTO usage SELECT * FROM moved"
    )
    op.get_bind().execute(later, {"bound": bounds[0]})
    op.execute(f"ALTER TABLE usage ATTACH PARTITION usage_until FOR VALUES FROM (MINVALUE) TO ('{bounds[0]}')")
