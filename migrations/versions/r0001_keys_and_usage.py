"""Virtual keys, and the usage of each request."""  # noqa: INP001

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "virtual_key",
        sa.Column("id", sa.String(10), nullable=False),
        sa.Column("team", sa.String(255), nullable=False),
        sa.Column("user", sa.String(255)),
        sa.Column("name", sa.String(255)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(32)),
        sa.Column("previous_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_virtual_key")),
    )
    op.create_index("ix_virtual_key_team", "virtual_key", ["team"])

    counts = (
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "cache_write_tokens",
        "cache_write_1h_tokens",
        "reasoning_tokens",
        "input_audio_tokens",
        "output_audio_tokens",
        "tool_prompt_tokens",
    )
    op.create_table(
        "usage",
        sa.Column("request_id", sa.String(512), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.String(512), nullable=False),
        sa.Column("team", sa.String(512), nullable=False),
        sa.Column("user", sa.String(512)),
        sa.Column("operation", sa.String(512), nullable=False),
        sa.Column("dialect", sa.String(512), nullable=False),
        sa.Column("model_asked", sa.String(512)),
        sa.Column("provider", sa.String(512)),
        sa.Column("model", sa.String(512)),
        sa.Column("region", sa.String(512)),
        sa.Column("stream", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(512), nullable=False),
        sa.Column("http_status", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(512)),
        sa.Column("finish_reason", sa.String(512)),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in counts),
        sa.Column("service_tier", sa.String(512)),
        sa.Column("estimated", sa.Boolean, nullable=False),
        sa.Column("cost_nano", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("price_source", sa.String(512)),
        sa.Column("policy_version", sa.String(512)),
        sa.Column("upstream_request_id", sa.String(512)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_byte_ms", sa.BigInteger),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("overhead_ms", sa.BigInteger),
        sa.Column("dropped", sa.String(512)),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_usage")),
        *(sa.CheckConstraint(sa.column(name) >= 0, name=op.f(f"ck_usage_{name}")) for name in (*counts, "cost_nano")),
        sa.CheckConstraint("(cost_nano IS NULL) = (currency IS NULL)", name=op.f("ck_usage_currency")),
    )
    op.create_index("ix_usage_at", "usage", ["at"])
